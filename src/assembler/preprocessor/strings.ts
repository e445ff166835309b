/** Directives that compute with strings: %strlen, %substr, %strcat, %defstr, %deftok. */
import { SourceError } from '../errors';
import { render, type Token, tokenize } from '../lexer';
import { numberTokens, stringToken } from './text';

export const STRING_DIRECTIVES: ReadonlySet<string> = new Set([
  ...['strlen', 'substr', 'strcat', 'defstr', 'deftok'],
]);

/**
 * The tokens the directive gives its name.
 *
 * @param operands what follows the name, expanded
 * @param at position for errors
 * @param constant the value of the expression in these tokens
 */
export function stringDirective(
  name: string,
  operands: readonly Token[],
  at: number,
  constant: (tokens: readonly Token[]) => bigint,
): readonly Token[] {
  const fail = (needs: string): never => {
    throw new SourceError(`%${name} needs ${needs}`, operands[0]?.at ?? at);
  };
  const [first] = operands;
  const bytes = first?.kind === 'string' ? (first.bytes ?? []) : null;
  switch (name) {
    case 'defstr':
      return [stringToken([...new TextEncoder().encode(render(operands))])];
    case 'deftok':
      if (!bytes) return fail('a name and a string, as in \'%deftok name "eax"\'');
      return tokenize(new TextDecoder().decode(Uint8Array.from(bytes)));
    case 'strlen':
      if (!bytes) return fail('a name and a string, as in \'%strlen length "text"\'');
      return numberTokens(BigInt(bytes.length));
    case 'strcat': {
      const strings = operands.filter((token) => token.text !== ',');
      if (strings.length === 0 || strings.some((token) => token.kind !== 'string')) {
        return fail('a name and strings, as in \'%strcat both "one", "two"\'');
      }
      return [stringToken(strings.flatMap((token) => [...(token.bytes ?? [])]))];
    }
    default: {
      const rest = operands.slice(operands[1]?.text === ',' ? 2 : 1);
      if (!bytes || rest.length === 0) {
        return fail('a name, a string and a place, as in \'%substr part "text" 2, 3\'');
      }
      const comma = rest.findIndex((token) => token.kind === 'punctuation' && token.text === ',');
      const start = Number(constant(comma < 0 ? rest : rest.slice(0, comma)));
      const count = comma < 0 ? 1 : Number(constant(rest.slice(comma + 1)));
      // A negative count names the end instead: -1 is the last character.
      const end = count < 0 ? bytes.length + 1 + count : start - 1 + count;
      if (start < 1) return [stringToken([])];
      return [stringToken(bytes.slice(start - 1, Math.max(start - 1, end)))];
    }
  }
}
