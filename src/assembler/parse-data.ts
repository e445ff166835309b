/** The values of `db` and its kin: strings, numbers, `?`, what `dup` repeats, lists, and values of another size. */
import { parseExpression, type TokenReader } from './expression';
import type { Token } from './lexer';
import { SIZE_KEYWORDS } from './mnemonics';
import type { DataItem, DataUnit } from './statements';
import { stringFunction } from './string-functions';

/** @throws SourceError at what is no value */
export function parseData(reader: TokenReader): DataItem[] {
  const items: DataItem[] = [];
  for (;;) {
    items.push(parseDataItem(reader));
    if (reader.done) return items;
    reader.expect(',', 'between values');
    if (reader.done) return items; // NASM allows a trailing comma
  }
}

const UNITS: readonly number[] = [1, 2, 4, 8, 10];

function parseDataItem(reader: TokenReader): DataItem {
  const token = reader.current;
  if (!token) return reader.fail('expected a value, found the end of the line');
  const size = token.kind === 'word' ? SIZE_KEYWORDS[token.text.toLowerCase()] : undefined;
  if (size !== undefined && UNITS.includes(size)) {
    reader.position++;
    const isList = reader.is('%') || reader.is('(');
    const items = reader.nested(() => (isList ? parseList(reader) : [parseDataItem(reader)]));
    return { kind: 'group', unit: size as DataUnit, items };
  }
  if (reader.is('%') && opens(reader.tokens[reader.position + 1])) {
    return { kind: 'group', unit: null, items: reader.nested(() => parseList(reader)) };
  }
  return parseSimple(reader, token);
}

function parseSimple(reader: TokenReader, token: Token): DataItem {
  const { position } = reader;
  const string = token.kind === 'string' ? token.bytes : stringFunction(reader);
  if (string && token.kind === 'string') reader.position++;
  if (string && endsValue(reader.current)) return { kind: 'bytes', bytes: string };
  reader.position = position;
  const next = reader.tokens[position + 1];
  if (token.text === '?' && endsValue(next)) {
    reader.position++;
    return { kind: 'reserve' };
  }
  const signed = (token.text === '-' || token.text === '+') && next?.float !== undefined;
  const float = signed ? next : token;
  if (float?.float !== undefined) {
    reader.position += signed ? 2 : 1;
    return { kind: 'float', literal: float.float, negative: token.text === '-', token: float };
  }
  const expression = parseExpression(reader);
  if (reader.word() !== 'dup') return { kind: 'expression', expression, token };
  reader.position++;
  const list = reader.is('(') || (reader.is('%') && opens(reader.tokens[reader.position + 1]));
  const items = reader.nested(() => (list ? parseList(reader) : [parseDataItem(reader)]));
  return { kind: 'repeat', count: expression, items };
}

const opens = (token: Token | undefined): boolean => token?.text === '(' && !token.spaced;

const endsValue = (token: Token | undefined): boolean =>
  token === undefined || (token.kind === 'punctuation' && /^[,)]$/.test(token.text));

/** Values in brackets, behind `dup`, a size, or a `%`. */
function parseList(reader: TokenReader): DataItem[] {
  reader.accept('%');
  reader.expect('(', 'to open the list');
  const items: DataItem[] = [];
  do items.push(parseDataItem(reader));
  while (reader.accept(','));
  reader.expect(')', 'to close the list of values');
  return items;
}
