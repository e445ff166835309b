/**
 * The raw lines still to be read: a stack of open files, macro bodies and turns of `%rep`, the innermost on top.
 *
 * It also leaves them early and takes whole bodies out of them. What a line means is none of its business; it only knows
 * that an `%if` has to end in the frame it began in.
 */
import { SourceError } from '../errors';
import type { Conditions } from './conditions';
import type { Invocation, Macro } from './macros';
import type { RawLine } from './text';

/** A file, a macro body or a `%rep`. */
interface Frame {
  readonly kind: 'file' | 'macro' | 'repeat';
  readonly lines: readonly RawLine[];
  next: number;
  readonly invocation: Invocation | null;
  /** Turns still to come, for `%rep`. */
  turns: number;
  /** Height of the `%if` stack when the frame began. */
  readonly conditions: number;
}

/** Lines read, those of macros and repetitions included. */
export const MAX_LINES = 500_000;
const MAX_DEPTH = 200;

export class Reader {
  private readonly frames: Frame[] = [];

  /** @param unclosed is told each `%if` without `%endif`, where its frame ends */
  constructor(
    private readonly conditions: Conditions,
    private readonly unclosed: (line: RawLine) => void,
  ) {}

  /** The lines of a file are read next. */
  openFile(lines: readonly RawLine[]): void {
    this.open('file', lines, null, 1);
  }

  /** The lines of a macro's body are read next. */
  openMacro(invocation: Invocation): void {
    this.open('macro', invocation.macro.body, invocation, 1);
  }

  /** The body of a `%rep` is read next, so many times. `invocation` is that of the macro around it. */
  openRepeat(body: readonly RawLine[], turns: number, invocation: Invocation | null): void {
    this.open('repeat', body, invocation, turns);
  }

  private open(
    kind: Frame['kind'],
    lines: readonly RawLine[],
    invocation: Invocation | null,
    turns: number,
  ): void {
    const { depth } = this.conditions;
    this.frames.push({ kind, lines, next: 0, invocation, turns, conditions: depth });
  }

  /** The next line and the macro invocation it belongs to, or null at the end of all. */
  next(): [RawLine, Invocation | null] | null {
    for (;;) {
      const frame = this.frames.at(-1);
      if (!frame) return null;
      const raw = frame.lines[frame.next];
      if (raw) {
        frame.next++;
        return [raw, frame.invocation];
      }
      for (const line of this.conditions.unclosed(frame.conditions)) this.unclosed(line);
      frame.turns--;
      if (frame.turns > 0 && frame.lines.length > 0) frame.next = 0;
      else this.frames.pop();
    }
  }

  /** Reads nothing more. */
  stop(): void {
    this.frames.length = 0;
  }

  /** Leaves the innermost macro or `%rep` at once, with all that it opened; false when there is none. */
  leave(kind: 'macro' | 'repeat'): boolean {
    const index = this.frames.findLastIndex((frame) => frame.kind === kind);
    if (index < 0) return false;
    this.conditions.cutTo(this.frames[index]!.conditions);
    this.frames.length = index;
    return true;
  }

  /**
   * Takes the raw lines up to the matching end directive, nested ones included.
   *
   * @param opener the line with `%begin`
   * @throws SourceError when the end is not in the file, macro or repetition
   */
  collect(begin: string, end: string, opener: RawLine): RawLine[] {
    const lines: RawLine[] = [];
    let depth = 1;
    const frame = this.frames.at(-1)!;
    while (frame.next < frame.lines.length) {
      const raw = frame.lines[frame.next++]!;
      const directive = /^\s*%([A-Za-z]+)/.exec(raw.text)?.[1]?.toLowerCase();
      if (directive?.replace(/^i?r?(?=macro$)/, '') === begin) depth++;
      else if (directive === end || (end === 'endmacro' && directive === 'endm')) depth--;
      if (depth === 0) return lines;
      lines.push(raw);
    }
    const position = opener.text.indexOf('%');
    throw new SourceError(`%${begin} has no %${end}`, position, begin.length + 1);
  }

  /** How many conditions were open where the innermost frame began. */
  get floor(): number {
    return this.frames.at(-1)?.conditions ?? 0;
  }

  /** More frames in each other than anybody means. */
  get isTooDeep(): boolean {
    return this.frames.length > MAX_DEPTH;
  }

  /** How many times the file is open. */
  timesOpen(name: string): number {
    const open = this.frames.filter(
      ({ kind, lines }) => kind === 'file' && lines[0]?.file === name,
    );
    return open.length;
  }

  /** Whether a line of the macro's body is being read, or one that it has led to. */
  isInside(macro: Macro): boolean {
    return this.frames.some(
      ({ kind, invocation }) => kind === 'macro' && invocation?.macro === macro,
    );
  }
}
