/** Helpers on raw lines and token lists: splitting at commas, braces, pasting, numbers and strings as tokens. */
import { hex8 } from '../../base/hex';
import { SourceError } from '../errors';
import { type Token, tokenize } from '../lexer';
import type { ContinuedLine, Origin } from '../origin';

/** A line of a file, continuation lines joined. */
export interface RawLine {
  readonly text: string;
  readonly file: string;
  /** 1-based. */
  readonly line: number;
  /** The (first) line as written. */
  readonly source: string;
  /** The lines joined to it by a `\` at their ends. */
  readonly continued?: readonly ContinuedLine[];
}

/** Where a line stands in its file, without what a macro has made of it. */
export const placeOf = ({ file, line, source, continued }: RawLine | Origin): Origin =>
  continued ? { file, line, source, continued } : { file, line, source };

/** The lines of a text, those that end in `\` joined to the next. */
export function rawLines(file: string, source: string): RawLine[] {
  const texts = source.replace(/^\ufeff/, '').split(/\r?\n/);
  const lines: RawLine[] = [];
  for (let i = 0; i < texts.length; i++) {
    const first = i;
    let text = texts[i]!;
    const continued: ContinuedLine[] = [];
    while (text.endsWith('\\') && i + 1 < texts.length) {
      const more = texts[++i]!;
      continued.push({ at: text.length - 1, source: more });
      text = text.slice(0, -1) + more;
    }
    const line = { text, file, line: first + 1, source: texts[first]! };
    lines.push(continued.length > 0 ? { ...line, continued } : line);
  }
  return lines;
}

/** A string, or a comment to the end: places where nothing is replaced. For use inside other patterns. */
export const QUOTED = /"[^"]*"|'[^']*'|`(?:\\.|[^`\\])*`/.source;

export function numberTokens(value: bigint): Token[] {
  const size = value < 0n ? -value : value;
  const digits: Token = {
    kind: 'number',
    text: String(size),
    at: 0,
    spaced: false,
    value: BigInt.asIntN(64, size),
  };
  return value < 0n ? [{ kind: 'punctuation', text: '-', at: 0, spaced: false }, digits] : [digits];
}

const MAX_STRING = 65_536;

/** Bytes as a string token, quoted so that they read back as they are. */
export function stringToken(bytes: readonly number[]): Token {
  if (bytes.length > MAX_STRING) {
    throw new SourceError(`a string of more than ${MAX_STRING} bytes`, 0);
  }
  const plain = bytes.every((byte) => byte >= 32 && byte < 127);
  const text = plain ? new TextDecoder().decode(Uint8Array.from(bytes)) : '';
  const quote = plain ? ["'", '"'].find((candidate) => !text.includes(candidate)) : undefined;
  if (quote !== undefined) return tokenize(quote + text + quote)[0]!;
  const escaped = bytes.map((byte) => `\\x${hex8(byte)}`).join('');
  return tokenize(`\`${escaped}\``)[0]!;
}

/** Splits at commas outside braces; an empty list has no arguments. */
export function splitArguments(tokens: readonly Token[]): Token[][] {
  if (tokens.length === 0) return [];
  const parts: Token[][] = [[]];
  let depth = 0;
  for (const token of tokens) {
    if (token.text === '{' && token.kind !== 'string') depth++;
    if (token.text === '}' && token.kind !== 'string') depth--;
    if (token.kind === 'punctuation' && token.text === ',' && depth === 0) parts.push([]);
    else parts.at(-1)!.push(token);
  }
  return parts;
}

export function stripBraces(tokens: readonly Token[]): readonly Token[] {
  return tokens[0]?.text === '{' && tokens.at(-1)?.text === '}' ? tokens.slice(1, -1) : tokens;
}

/** The arguments between the brackets that open at `open`, and the index of the closing bracket. */
export function parenthesised(tokens: readonly Token[], open: number): [Token[][], number] {
  const parts: Token[][] = [[]];
  let depth = 0;
  for (let i = open; i < tokens.length; i++) {
    const token = tokens[i]!;
    const plain = token.kind === 'punctuation';
    if (plain && (token.text === '(' || token.text === '{')) depth++;
    if (plain && (token.text === ')' || token.text === '}')) depth--;
    if (depth === 0) {
      const empty = parts.length === 1 && parts[0]!.length === 0;
      return [empty ? [] : parts.map((part) => [...stripBraces(part)]), i];
    }
    if (plain && token.text === ',' && depth === 1) parts.push([]);
    else if (i > open) parts.at(-1)!.push(token);
  }
  const from = tokens[open]!;
  throw new SourceError("expected ')' to close the parameters", from.at);
}

/** `a %+ b` becomes one word. */
export function paste(tokens: readonly Token[]): Token[] {
  if (!tokens.some((token) => token.text === '%+')) return [...tokens];
  let text = '';
  tokens.forEach((token, i) => {
    const glue = token.text === '%+' || tokens[i - 1]?.text === '%+';
    text += (i > 0 && token.spaced && !glue ? ' ' : '') + (token.text === '%+' ? '' : token.text);
  });
  const at = tokens[0]?.at ?? 0;
  return tokenize(text).map((token) => ({ ...token, at }));
}
