/**
 * The context stack (`%push`, `%pop`) and the names that live in a context: `%$name` belongs to the innermost one,
 * `%$$name` to the one around it. They become ordinary names that nobody else can have: `..@ctx3.name`.
 */
import { SourceError } from '../errors';
import { QUOTED } from './text';

interface Context {
  readonly id: number;
  name: string;
}

const LOCAL_NAME = new RegExp(`${QUOTED}|;.*$|%(\\$+)([\\w.?@#~]+)`, 'g');

export class Contexts {
  private readonly stack: Context[] = [];
  private made = 0;

  get depth(): number {
    return this.stack.length;
  }

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

  /** The text with every `%$name` made an ordinary name; strings and comments are left alone. */
  resolve(text: string): string {
    if (!text.includes('%$')) return text;
    return text.replace(
      LOCAL_NAME,
      (all: string, dollars: string | undefined, name: string, at: number) => {
        if (dollars === undefined) return all;
        const context = this.stack.at(-dollars.length);
        if (!context) {
          throw new SourceError(
            `'${all}' needs a context around it: %push makes one`,
            at,
            all.length,
          );
        }
        return `..@ctx${context.id}.${name}`;
      },
    );
  }
}
