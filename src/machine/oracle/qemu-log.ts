/**
 * Reads QEMU's log (`-d cpu,int,nochain`, one instruction per translation block): a register dump before every
 * executed instruction, and for every exception or interrupt a line `v=.. e=.. i=..` followed by one more dump.
 */
import { FIELD, FIELDS, type TraceItem, type View } from './trace';

/** First three letters of a line that names a selector, to its place. */
const SELECTORS: Readonly<Record<string, number>> = {
  'ES ': 0,
  'CS ': 1,
  'SS ': 2,
  'DS ': 3,
  'FS ': 4,
  'GS ': 5,
  LDT: 6,
  'TR ': 7,
};
const DELIVERY = /^ *\d+: v=([0-9a-f]{2}) e=([0-9a-f]{4}) i=(\d)/;

export class QemuLogReader {
  private rest = '';
  private view: View | null = null;
  private delivery: { vector: number; errorCode: number; software: boolean } | null = null;

  constructor(private readonly emit: (item: TraceItem) => void) {}

  /** The next piece of text; it may end anywhere. */
  push(text: string): void {
    const all = this.rest + text;
    let from = 0;
    for (;;) {
      const end = all.indexOf('\n', from);
      if (end < 0) break;
      this.line(all.slice(from, end));
      from = end + 1;
    }
    this.rest = all.slice(from);
  }

  private line(line: string): void {
    if (line.startsWith('EAX=')) {
      this.view = new Uint32Array(FIELDS.length);
      this.words(line, [FIELD.EAX, FIELD.EBX, FIELD.ECX, FIELD.EDX]);
      return;
    }
    const { view } = this;
    if (!view) {
      const found = DELIVERY.exec(line);
      if (!found) return;
      const [, vector = '', errorCode = '', software] = found;
      this.delivery = {
        vector: Number.parseInt(vector, 16),
        errorCode: Number.parseInt(errorCode, 16),
        software: software === '1',
      };
      return;
    }
    if (line.startsWith('ESI=')) this.words(line, [6, 7, 5, 4]);
    else if (line.startsWith('EIP=')) this.words(line, [FIELD.EIP, FIELD.EFLAGS]);
    else if (line.startsWith('CR0=')) {
      this.words(line, [FIELD.CR0, FIELD.CR2, FIELD.CR3, FIELD.CR4]);
    } else if (line.startsWith('EFER=')) this.finish(view);
    else {
      const selector = SELECTORS[line.slice(0, 3)];
      if (selector !== undefined) {
        view[FIELD.SELECTOR + selector] = Number.parseInt(line.slice(4, 8), 16);
      }
    }
  }

  /** `XXX=01234567 YYY=...`: words at every thirteenth column. */
  private words(line: string, fields: readonly number[]): void {
    fields.forEach((field, i) => {
      this.view![field] = Number.parseInt(line.slice(4 + 13 * i, 12 + 13 * i), 16);
    });
  }

  private finish(view: View): void {
    const { delivery } = this;
    this.view = null;
    this.delivery = null;
    this.emit(delivery ? { kind: 'delivery', ...delivery, view } : { kind: 'state', view });
  }
}
