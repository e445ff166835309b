/**
 * The context stack (`%push`, `%pop`) and the names that live in a context: `%$name` belongs to the innermost one,
 * `%$$name` to the one around it. They become ordinary names that nobody else can have: `..@ctx3.name`.
 */
import { SourceError } from '../errors';
import type { Rewrite } from './rewrite';
import { QUOTED } from './text';

interface Context {
  readonly id: number;
  name: string;
}

const LOCAL_NAME = new RegExp(`${QUOTED}|;.*$|%(\\$+)([\\w.?@#~]+)`, 'g');

export class Contexts {
  private readonly stack: Context[] = [];
  private made = 0;

  push(name: string): void {
    this.stack.push({ id: ++this.made, name });
  }

  /** @throws SourceError when there is no context, or the innermost one has another name */
  pop(name: string, at: number): void {
    const top = this.stack.at(-1);
    if (!top) throw new SourceError('%pop without %push', at, 4);
    if (name !== '' && name !== top.name) {
      throw new SourceError(`%pop ${name}: the innermost context is '${top.name}'`, at, 4);
    }
    this.stack.pop();
  }

  /** Renames the innermost context: how `else` follows `if`. */
  rename(name: string, at: number): void {
    const top = this.stack.at(-1);
    if (!top) throw new SourceError('%repl without %push', at, 5);
    top.name = name;
  }

  isInnermost(name: string): boolean {
    return this.stack.at(-1)?.name === name;
  }

  /** Makes every `%$name` an ordinary name; strings and comments are left alone. */
  resolve(line: Rewrite): void {
    if (!line.text.includes('%$')) return;
    const found = [...line.text.matchAll(LOCAL_NAME)].filter((match) => match[1] !== undefined);
    // From the end, so that the places of those before stay right.
    for (const { 0: all, 1: dollars, 2: name, index } of found.reverse()) {
      line.replace(index, all.length, this.nameOf(all, dollars!.length, name!, index));
    }
  }

  private nameOf(all: string, depth: number, name: string, at: number): string {
    const context = this.stack.at(-depth);
    if (context) return `..@ctx${context.id}.${name}`;
    const message = `'${all}' needs a context around it: %push makes one`;
    throw new SourceError(message, at, all.length);
  }

  /** The ordinary name of a name in the innermost context; undefined where there is none. */
  inner(name: string): string | undefined {
    const top = this.stack.at(-1);
    return top && `..@ctx${top.id}.${name}`;
  }
}
