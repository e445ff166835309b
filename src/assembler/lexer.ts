/** One line of source text to tokens. Knows numbers, strings and punctuation, but no instruction and no directive. */
import { SourceError } from './errors';
import { FLOAT_LITERAL, SPECIAL_FLOAT } from './float';

export type TokenKind = 'word' | 'number' | 'string' | 'punctuation' | 'preprocessor';

export interface Token {
  readonly kind: TokenKind;
  /** As written; punctuation is the operator itself. */
  readonly text: string;
  /** 0-based offset in the line. */
  readonly at: number;
  /** Whether a blank stood before it: decides how macro arguments are printed back. */
  readonly spaced: boolean;
  /** `number` only: integers as 64-bit two's complement, floats as they are written. */
  readonly value?: bigint;
  readonly float?: string;
  /** `string` only: the bytes between the quotes, escapes of back-quoted strings resolved. */
  readonly bytes?: readonly number[];
}

/** As long as NASM's names may be. */
const MAX_NAME = 4095;

const WORD_START = /[A-Za-z_.?@$]/;
const WORD = /[A-Za-z0-9_.?@$#~]/;
const PUNCTUATION = [
  '<=>',
  '<<<',
  '>>>',
  '<<',
  '>>',
  '<=',
  '>=',
  '==',
  '!=',
  '<>',
  '&&',
  '||',
  '^^',
  '//',
  '%%',
  '+',
  '-',
  '*',
  '/',
  '%',
  '&',
  '|',
  '^',
  '~',
  '!',
  '<',
  '>',
  '=',
  '(',
  ')',
  '[',
  ']',
  ',',
  ':',
  '?',
  '{',
  '}',
  '#',
  '\\',
  ';',
];

/**
 * @throws SourceError at the first character that starts no token, an unclosed string, or a malformed number
 */
export function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  let spaced = false;
  while (at < text.length) {
    const char = text[at]!;
    if (char === ' ' || char === '\t' || char === '\r') {
      at++;
      spaced = true;
      continue;
    }
    if (char === ';') break;
    const token = readToken(text, at, spaced);
    tokens.push(token);
    at += token.text.length;
    spaced = false;
  }
  return tokens;
}

function readToken(text: string, at: number, spaced: boolean): Token {
  const char = text[at]!;
  if (char === '"' || char === "'" || char === '`') return readString(text, at, spaced);
  if (/[0-9]/.test(char) || (char === '$' && /[0-9]/.test(text[at + 1] ?? ''))) {
    return readNumber(text, at, spaced);
  }
  if (char === '%' && /[A-Za-z0-9_%{[+!?*-]/.test(text[at + 1] ?? '')) {
    const directive = /^%(?:\?\??|%?[A-Za-z_.@$][\w.?@$#~]*|[0-9]+|\+)/.exec(text.slice(at));
    const previous = text.slice(0, at).trimEnd();
    // `a %b` is the modulo operator when something to divide stands before it.
    if (directive && !/[\w)\]'"`]$/.test(previous)) {
      return { kind: 'preprocessor', text: directive[0], at, spaced };
    }
    if (directive && directive[0] === '%+') {
      return { kind: 'preprocessor', text: '%+', at, spaced };
    }
  }
  if (WORD_START.test(char)) {
    let end = at + 1;
    if (char === '$' && text[end] === '$') end++;
    while (end < text.length && WORD.test(text[end]!)) end++;
    const word = text.slice(at, end);
    if (word.length > MAX_NAME) {
      throw new SourceError(`a name of more than ${MAX_NAME} characters`, at, word.length);
    }
    if (word[0] === '_' && SPECIAL_FLOAT.test(word)) {
      return { kind: 'number', text: word, at, spaced, float: word };
    }
    return { kind: 'word', text: word, at, spaced };
  }
  for (const operator of PUNCTUATION) {
    if (text.startsWith(operator, at)) return { kind: 'punctuation', text: operator, at, spaced };
  }
  const quote = /[\u2018\u2019\u201c\u201d\u00b4]/.exec(text[at] ?? '');
  if (quote) {
    const plain = /[\u201c\u201d]/.test(quote[0]) ? '"' : "'";
    const message = `'${quote[0]}' is a typographic quote: NASM knows ' and " and \``;
    throw new SourceError(message, at, 1, plain);
  }
  throw new SourceError(`unexpected character ${shown(text, at)}`, at);
}

/** Characters that cannot be seen by their number. */
function shown(text: string, at: number): string {
  const point = text.codePointAt(at)!;
  if (point === 0) return "'\\0'";
  const isSeen = /[\p{L}\p{N}\p{P}\p{S}]/u.test(String.fromCodePoint(point));
  return isSeen
    ? `'${String.fromCodePoint(point)}'`
    : `U+${point.toString(16).toUpperCase().padStart(4, '0')}`;
}

const ESCAPES: Readonly<Record<string, number>> = {
  a: 7,
  b: 8,
  t: 9,
  n: 10,
  v: 11,
  f: 12,
  r: 13,
  e: 27,
  '0': 0,
  '\\': 92,
  '`': 96,
  "'": 39,
  '"': 34,
  '?': 63,
};

function readString(text: string, at: number, spaced: boolean): Token {
  const quote = text[at]!;
  const bytes: number[] = [];
  const encoder = new TextEncoder();
  let i = at + 1;
  for (; i < text.length && text[i] !== quote; i++) {
    if (quote === '`' && text[i] === '\\') {
      i++;
      const hex = /^x([0-9a-fA-F]{1,2})/.exec(text.slice(i));
      const octal = /^[0-7]{1,3}/.exec(text.slice(i));
      const unicode = /^(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8}))/.exec(text.slice(i));
      if (hex) {
        bytes.push(Number.parseInt(hex[1]!, 16));
        i += hex[0].length - 1;
      } else if (octal) {
        bytes.push(Number.parseInt(octal[0], 8) & 0xff);
        i += octal[0].length - 1;
      } else if (unicode) {
        const point = Number.parseInt(unicode[1] ?? unicode[2]!, 16);
        if (point > 0x10ffff) {
          throw new SourceError(`'\\${unicode[0]}' is no Unicode character`, i - 1, 10);
        }
        bytes.push(...encoder.encode(String.fromCodePoint(point)));
        i += unicode[0].length - 1;
      } else {
        const value = ESCAPES[text[i] ?? ''];
        if (value === undefined)
          throw new SourceError(`unknown escape '\\${text[i] ?? ''}'`, i - 1, 2);
        bytes.push(value);
      }
      continue;
    }
    const point = text.codePointAt(i)!;
    bytes.push(...encoder.encode(String.fromCodePoint(point)));
    if (point > 0xffff) i++;
  }
  if (i >= text.length) {
    throw new SourceError(`string has no closing ${quote}`, at, text.length - at);
  }
  return { kind: 'string', text: text.slice(at, i + 1), at, spaced, bytes };
}

function readNumber(text: string, at: number, spaced: boolean): Token {
  const rest = text.slice(at);
  const float = FLOAT_LITERAL.exec(rest)?.[0];
  if (float !== undefined) return { kind: 'number', text: float, at, spaced, float };
  const raw = /^\$?[0-9][0-9A-Za-z_]*/.exec(rest)![0];
  const value = numberValue(raw.toLowerCase().replace(/_/g, ''));
  if (value === null) {
    throw wrongNumber(raw, at);
  }
  return { kind: 'number', text: raw, at, spaced, value: BigInt.asIntN(64, value) };
}

/** What is wrong with digits, and the number most likely meant. */
function wrongNumber(raw: string, at: number): SourceError {
  const wrong = (why: string, suggestion?: string): SourceError =>
    new SourceError(`'${raw}' is no number: ${why}`, at, raw.length, suggestion);
  if (/^0x[0-9a-f_]+h$/i.test(raw))
    return wrong('hexadecimal has 0x in front or h behind, not both', raw.slice(0, -1));
  if (/^0x$/i.test(raw)) return wrong("digits are missing after '0x'");
  if (/^0x/i.test(raw)) return wrong('hexadecimal digits are 0 to 9 and a to f');
  if (/^(0b.*|[0-9]+b)$/i.test(raw)) return wrong('binary digits are 0 and 1');
  if (/^[0-9a-f]+$/i.test(raw)) return wrong("hexadecimal needs '0x' in front", `0x${raw}`);
  if (/^[0-9]+[a-z_]\w*$/i.test(raw))
    return wrong('a name cannot begin with a digit, and numbers are 10, 0x1f, 1fh, 0b101 or 0o17');
  return wrong('expected decimal, 0x1f, 1fh, 0b101, 101b, 0o17 or 17q');
}

const RADIX_PREFIX: Readonly<Record<string, [string, RegExp]>> = {
  x: ['0x', /^[0-9a-f]+$/],
  h: ['0x', /^[0-9a-f]+$/],
  b: ['0b', /^[01]+$/],
  y: ['0b', /^[01]+$/],
  o: ['0o', /^[0-7]+$/],
  q: ['0o', /^[0-7]+$/],
  d: ['', /^[0-9]+$/],
  t: ['', /^[0-9]+$/],
};

/** The value of a NASM integer literal (lower case, without underscores), or null. */
function numberValue(text: string): bigint | null {
  const parse = (letter: string, digits: string): bigint | null => {
    const radix = RADIX_PREFIX[letter];
    return radix?.[1].test(digits) ? BigInt(radix[0] + digits) : null;
  };
  if (text.startsWith('$')) return parse('x', text.slice(1));
  if (/^[0-9]+$/.test(text)) return BigInt(text);
  if (text.startsWith('0x')) return parse('x', text.slice(2));
  const suffixed = parse(text.at(-1)!, text.slice(0, -1));
  if (suffixed !== null) return suffixed;
  return text[0] === '0' && text.length > 2 ? parse(text[1]!, text.slice(2)) : null;
}

/** Tokens back to text, keeping where blanks were. */
export function render(tokens: readonly Token[]): string {
  return tokens.map((token, i) => (i > 0 && token.spaced ? ' ' : '') + token.text).join('');
}
