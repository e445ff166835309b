/** The stack of open `%if`s: which lines count. */
import { SourceError } from '../errors';
import type { RawLine } from './text';

interface Condition {
  /** Lines are being assembled. */
  active: boolean;
  /** Some branch of it was taken. */
  taken: boolean;
  hasElse: boolean;
  /** The surrounding lines are being assembled. */
  readonly outer: boolean;
  readonly line: RawLine;
}

export class Conditions {
  private readonly stack: Condition[] = [];

  get depth(): number {
    return this.stack.length;
  }

  /** Lines are being assembled now. */
  get active(): boolean {
    return this.stack.at(-1)?.active ?? true;
  }

  /** Forgets those opened since: how `%exitrep` leaves a body. */
  cutTo(depth: number): void {
    this.stack.length = Math.min(this.stack.length, depth);
  }

  /** Removes and returns those that nobody closed since `depth`, outermost first. */
  unclosed(depth: number): readonly RawLine[] {
    return this.stack.splice(depth).map(({ line }) => line);
  }

  open(line: RawLine, test: () => boolean): void {
    const outer = this.active;
    // Pushed first, so that an error in the expression leaves the %endif something to close.
    const entry: Condition = { active: false, taken: true, hasElse: false, outer, line };
    this.stack.push(entry);
    if (!outer) return;
    entry.active = test();
    entry.taken = entry.active;
  }

  /**
   * %elif…, %else, %endif.
   *
   * @param floor how many conditions were open where the file, macro or repetition began: they are not ours to close
   * @param at position of the `%`
   */
  next(name: string, floor: number, at: number, test: () => boolean): void {
    const top = this.stack.at(-1);
    if (!top || this.stack.length <= floor) {
      throw new SourceError(`%${name} without %if`, at, name.length + 1);
    }
    if (name === 'endif') {
      this.stack.pop();
      return;
    }
    if (top.hasElse) throw new SourceError(`%${name} after %else`, at, name.length + 1);
    if (name === 'else') {
      top.hasElse = true;
      top.active = top.outer && !top.taken;
      top.taken = true;
      return;
    }
    top.active = false;
    if (top.outer && !top.taken) {
      top.active = test();
      top.taken = top.active;
    }
  }
}
