/**
 * `global`, `extern` and their kin: what a linker would want to know. There is none, because a guest is one program: its
 * names must all be defined in it, by its source or by what that includes. NASM treats a name that is both `extern` and
 * defined as `global`, and so do we.
 *
 * @see NASM manual, "EXTERN: Importing Symbols from Other Modules", "GLOBAL: Exporting Symbols to Other Modules"
 */
import { SourceError } from './errors';
import type { TokenReader } from './expression';
import type { Token } from './lexer';
import { nearMiss } from './near-miss';
import type { Origin } from './origin';

export interface Declared {
  readonly token: Token;
  readonly origin: Origin;
}

export const DECLARATIONS: ReadonlySet<string> = new Set([
  ...['global', 'static', 'extern', 'required', 'common'],
]);

export class Declarations {
  /** Names other programs may see, and those of them that must be looked for. */
  readonly globals = new Map<string, Declared>();
  readonly statics = new Map<string, Declared>();
  readonly externs = new Map<string, Declared>();

  /** @param token the directive, which the reader stands behind */
  parse(word: string, reader: TokenReader, token: Token, origin: Origin): void {
    if (word === 'common') {
      const name = reader.word() === null ? 'name' : reader.current!.text;
      const message = `a guest is one program, and 'common' shares memory between several: write '${name}: resb 4' in section .bss`;
      throw new SourceError(message, token.at, token.text.length);
    }
    const table =
      word === 'global' ? this.globals : word === 'static' ? this.statics : this.externs;
    do {
      const name = reader.current;
      if (name?.kind !== 'word') {
        reader.fail(`expected a label's name, found ${reader.found()}`);
      }
      reader.position++;
      if (reader.accept(':')) skipAttributes(reader);
      const text = name.text.startsWith('$') ? name.text.slice(1) : name.text;
      if (!table.has(text)) table.set(text, { token: name, origin });
    } while (reader.accept(','));
    if (!reader.done) reader.fail(`expected ',' between names, found ${reader.found()}`);
  }

  /** What is said about names that nobody defines. */
  problems(
    isDefined: (name: string) => boolean,
    labels: readonly string[],
  ): { readonly error: SourceError; readonly origin: Origin; readonly severity: Severity }[] {
    const missing = (table: ReadonlyMap<string, Declared>) =>
      [...table].filter(([name]) => !isDefined(name));
    const tell = (
      name: string,
      { token, origin }: Declared,
      message: string,
      severity: Severity,
    ) => {
      const near = nearMiss(name, labels);
      const error = new SourceError(message, token.at, token.text.length, near);
      return { error, origin, severity };
    };
    const external = (name: string): string =>
      `extern '${name}': a guest is one program without a linker, and defines no such label: %include the file that does`;
    return [
      ...missing(this.externs).map(([name, found]) => tell(name, found, external(name), 'error')),
      ...[...missing(this.globals), ...missing(this.statics)]
        .filter(([name]) => !this.externs.has(name))
        .map(([name, found]) => {
          const word = this.globals.get(name) === found ? 'global' : 'static';
          return tell(name, found, `${word} '${name}': there is no such label`, 'warning');
        }),
    ];
  }
}

type Severity = 'error' | 'warning';

/** `function (end - start)`, `data hidden`: for linkers. */
function skipAttributes(reader: TokenReader): void {
  let depth = 0;
  while (!reader.done && (depth > 0 || !reader.is(','))) {
    if (reader.is('(')) depth++;
    if (reader.is(')')) depth--;
    reader.position++;
  }
}
