/**
 * What is said of a name that nobody defines: what it is in another syntax, that it is a register, a number that begins
 * with a letter, or a slip of a name near it.
 *
 * It only words the error; that the name is undefined has been found by `symbols.ts`.
 */
import { registerNamed } from '../machine/codec/opcode-forms';
import { SourceError } from './errors';
import { foreignSyntax } from './foreign-syntax';
import type { Token } from './lexer';
import { nearMiss } from './near-miss';

const MAX_COMPARISONS = 200_000;

export class UndefinedNames {
  private told = 0;

  /** @param suggestions names besides the program's own that a wrong one may be near to */
  constructor(private readonly suggestions: readonly string[]) {}

  /**
   * @param name as it is written
   * @param full the same with the label that a local name belongs to
   * @param defined all names of the program
   */
  error(name: string, full: string, token: Token, defined: Iterable<string>): SourceError {
    const foreign = foreignSyntax([token]);
    if (foreign) return foreign;
    if (registerNamed(name.toLowerCase())) {
      const message = `register '${name}' cannot be part of an expression: what it holds is known only when the program runs`;
      return new SourceError(message, token.at, token.text.length);
    }
    if (/^[a-f][0-9a-f]*h$/i.test(name)) {
      const message = `'${name}' is not defined: a number begins with a digit`;
      return new SourceError(message, token.at, token.text.length, `0${name}`);
    }
    const local = name.startsWith('.');
    const near = this.near(name, full, defined);
    const parent = full.slice(0, full.length - name.length);
    const shown =
      local && near?.startsWith(`${parent}.`) === true ? near.slice(parent.length) : near;
    const where = !local
      ? ''
      : parent === ''
        ? ': no label stands before it'
        : ` after '${parent}'`;
    return new SourceError(`'${name}' is not defined${where}`, token.at, token.text.length, shown);
  }

  private near(name: string, full: string, defined: Iterable<string>): string | undefined {
    const names = [...defined].filter((key) => !key.startsWith('..@'));
    // To look through all names for each is too much where there are very many of both.
    if (++this.told * names.length > MAX_COMPARISONS) return undefined;
    const near = nearMiss(full, names);
    return near ?? (name.startsWith('.') ? undefined : nearMiss(name, this.suggestions));
  }
}
