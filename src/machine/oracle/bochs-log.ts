/**
 * Reads the log of Bochs' debugger after a script of `s`, `r`, `sreg`, `creg` over and over: one state per round.
 * Bochs does not tell what it delivers; a handler's frame shows it.
 */
import { FIELD, FIELDS, type TraceItem } from './trace';

const GENERAL = /^r(ax|cx|dx|bx|sp|bp|si|di|ip): [0-9a-f]{8}_([0-9a-f]{8})/;
const FLAGS = /^eflags 0x([0-9a-f]{8})/;
const SELECTOR = /^(es|cs|ss|ds|fs|gs|ldtr|tr):0x([0-9a-f]{4})/;
const CONTROL = /^CR([0234])=(?:page fault laddr=)?0x0*([0-9a-f]{1,8})\b/;

const PLACE: Readonly<Record<string, number>> = Object.fromEntries(
  FIELDS.map((name, i) => [name, i]),
);

export class BochsLogReader {
  private rest = '';
  private view = new Uint32Array(FIELDS.length);

  constructor(private readonly emit: (item: TraceItem) => void) {}

  /** The next piece of text; it may end anywhere. */
  push(text: string): void {
    const lines = (this.rest + text).split('\n');
    this.rest = lines.pop() ?? '';
    for (const line of lines) this.line(line);
  }

  private line(line: string): void {
    const general = GENERAL.exec(line);
    if (general) this.set(`e${general[1]}`, general[2]);
    const flags = FLAGS.exec(line);
    if (flags) this.view[FIELD.EFLAGS] = Number.parseInt(flags[1]!, 16);
    const selector = SELECTOR.exec(line);
    if (selector) this.set(selector[1]!, selector[2]);
    const control = CONTROL.exec(line);
    if (!control) return;
    this.set(`cr${control[1]}`, control[2]);
    if (control[1] !== '4') return;
    this.emit({ kind: 'state', view: this.view.slice() });
  }

  private set(name: string, digits = ''): void {
    this.view[PLACE[name]!] = Number.parseInt(digits, 16);
  }
}
