/** The values of `db`, `dw`, `dd` and `dq`: strings, numbers, `?`, and what `dup` repeats. */
import { parseExpression, type TokenReader } from './expression';
import type { DataItem } from './statements';

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

function parseDataItem(reader: TokenReader): DataItem {
  const token = reader.current;
  const next = reader.tokens[reader.position + 1];
  const alone = next === undefined || (next.kind === 'punctuation' && /^[,)]$/.test(next.text));
  if (token?.kind === 'string' && alone) {
    reader.position++;
    return { kind: 'bytes', bytes: token.bytes ?? [] };
  }
  if (token?.text === '?' && alone) {
    reader.position++;
    return { kind: 'reserve' };
  }
  const negative = token?.text === '-' && next?.float !== undefined;
  const float = negative ? next : token;
  if (float?.float !== undefined) {
    reader.position += negative ? 2 : 1;
    return { kind: 'float', value: negative ? -float.float : float.float, token: float };
  }
  if (!token) return reader.fail('expected a value, found the end of the line');
  const expression = parseExpression(reader);
  if (reader.word() !== 'dup') return { kind: 'expression', expression, token };
  reader.position++;
  return { kind: 'repeat', count: expression, items: parseRepeated(reader) };
}

/** What follows `dup`: values in brackets, or one value. */
function parseRepeated(reader: TokenReader): DataItem[] {
  if (!reader.accept('(')) return [parseDataItem(reader)];
  const items: DataItem[] = [];
  do items.push(parseDataItem(reader));
  while (reader.accept(','));
  reader.expect(')', "to close the values of 'dup'");
  return items;
}
