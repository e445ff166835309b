/**
 * Text to tokens. Numbers are written as in NASM: `31`, `0x1f`, `1Fh`, `$1F`, `0b101`, `101b`, `0o17`, `17q`, with `_`
 * between digits; `'a'` is a character's code, `'ab'` two of them, the first in the low byte.
 */
import { ExpressionProblem } from './errors';

export type Token =
  | {
      readonly kind: 'number';
      readonly value: number;
      readonly text: string;
      readonly column: number;
    }
  /** A register, label or word. `escaped`: written `$name`, so it is a label whatever else it may be. */
  | {
      readonly kind: 'name';
      readonly text: string;
      readonly escaped: boolean;
      readonly column: number;
    }
  | { readonly kind: 'operator'; readonly text: string; readonly column: number }
  | { readonly kind: 'end'; readonly text: ''; readonly column: number };

const BLANK = /\s+/y;
const NAME = /(\$?)([A-Za-z_.?@][\w.?@$#~]*)/y;
const NUMBER = /\$?\d[\w]*/y;
const TEXT = /'([^']*)'|"([^"]*)"|`([^`]*)`/y;
const OPERATOR = /&&|\|\||<<|>>|<=|>=|==|!=|<>|\/\/|%%|[-+*/%&|^~!<>=()[\]:,]/y;

export function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  const match = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    const found = pattern.exec(text);
    if (found) at += found[0].length;
    return found;
  };
  while (at < text.length) {
    if (match(BLANK)) continue;
    const column = at + 1;
    const number = match(NUMBER);
    if (number) {
      tokens.push({ kind: 'number', value: numberOf(number[0], column), text: number[0], column });
      continue;
    }
    const name = match(NAME);
    if (name) {
      tokens.push({ kind: 'name', text: name[2] ?? '', escaped: name[1] === '$', column });
      continue;
    }
    const quoted = match(TEXT);
    if (quoted) {
      const inside = quoted[1] ?? quoted[2] ?? quoted[3] ?? '';
      tokens.push({ kind: 'number', value: codeOf(inside, column), text: quoted[0], column });
      continue;
    }
    const operator = match(OPERATOR);
    if (!operator) throw unknownCharacter(text, at);
    tokens.push({ kind: 'operator', text: operator[0], column });
  }
  tokens.push({ kind: 'end', text: '', column: text.length + 1 });
  return tokens;
}

function unknownCharacter(text: string, at: number): ExpressionProblem {
  const character = String.fromCodePoint(text.codePointAt(at) ?? 0);
  const open = character === "'" || character === '"' || character === '`';
  return new ExpressionProblem(
    open
      ? `The quote ${character} is not closed: a character is written 'a'.`
      : `Nothing is written with '${character}' here: use registers, labels, numbers, [memory] and operators.`,
    at + 1,
  );
}

/** How a number may be written: the digits, and their base. `1Fh` comes first, so that `0b1h` is hexadecimal. */
const FORMS: readonly (readonly [form: RegExp, base: number])[] = [
  [/^(\d[\da-f]*)h$/, 16],
  [/^0[xh]([\da-f]+)$/, 16],
  [/^\$(\d[\da-f]*)$/, 16],
  [/^0[by]([01]+)$/, 2],
  [/^([01]+)[by]$/, 2],
  [/^0[oq]([0-7]+)$/, 8],
  [/^([0-7]+)[oq]$/, 8],
  [/^0[dt](\d+)$/, 10],
  [/^(\d+)[dt]?$/, 10],
];

function numberOf(text: string, column: number): number {
  const plain = text.toLowerCase().replaceAll('_', '');
  for (const [form, base] of FORMS) {
    const digits = form.exec(plain)?.[1];
    if (digits === undefined) continue;
    const value = Number.parseInt(digits, base);
    if (value > 0xffffffff) {
      throw new ExpressionProblem(`${text} does not fit in 32 bits.`, column);
    }
    return value;
  }
  const hint = /^\d[\da-f]*$/.test(plain) ? `: in hexadecimal it is 0x${plain}` : '';
  throw new ExpressionProblem(`'${text}' is no number${hint}.`, column);
}

function codeOf(characters: string, column: number): number {
  const codes = Array.from(characters, (character) => character.codePointAt(0) ?? 0);
  if (codes.length < 1 || codes.length > 4 || codes.some((code) => code > 0xff)) {
    throw new ExpressionProblem('Between quotes stand one to four characters of one byte.', column);
  }
  return codes.reduceRight((value, code) => ((value << 8) | code) >>> 0, 0);
}
