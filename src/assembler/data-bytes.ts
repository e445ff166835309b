/** The bytes of data: one value of `db`, `dw`, `dd` or `dq`, little end first. */
import { misfit, SourceError } from './errors';
import { evaluate, type Scope } from './expression';
import type { Token } from './lexer';
import type { DataItem } from './statements';

type Unit = 1 | 2 | 4 | 8;

export interface DataPlace {
  readonly scope: Scope;
  /** The statement's first word. */
  readonly token: Token;
  /** Addresses are known: before, only the size counts. */
  readonly final: boolean;
}

export const MAX_SECTION_BYTES = 64 * 1024 * 1024;

/** Bytes that grow at their end. */
export class Bytes {
  private data = new Uint8Array(256);
  length = 0;
  push(bytes: ArrayLike<number>): void {
    this.reserve(bytes.length);
    this.data.set(bytes, this.length);
    this.length += bytes.length;
  }
  fill(value: number, count: number): void {
    this.reserve(count);
    this.data.fill(value, this.length, this.length + count);
    this.length += count;
  }
  private reserve(more: number): void {
    if (this.length + more <= this.data.length) return;
    const grown = new Uint8Array(Math.max(this.data.length * 2, this.length + more));
    grown.set(this.data.subarray(0, this.length));
    this.data = grown;
  }
  take(): Uint8Array {
    return this.data.slice(0, this.length);
  }
}

/** @throws SourceError when a value does not fit, or `dup` repeats too often */
export function dataBytes(item: DataItem, unit: Unit, place: DataPlace): Uint8Array {
  if (item.kind === 'bytes') {
    const bytes = new Uint8Array(Math.ceil(item.bytes.length / unit) * unit);
    bytes.set(item.bytes);
    return bytes;
  }
  if (item.kind === 'repeat') return repeated(item, unit, place);
  const bytes = new Uint8Array(unit);
  if (item.kind === 'reserve' || !place.final) return bytes;
  const view = new DataView(bytes.buffer);
  if (item.kind === 'float') {
    if (unit === 4) view.setFloat32(0, item.value, true);
    else if (unit === 8) view.setFloat64(0, item.value, true);
    else
      throw new SourceError(
        'a floating-point number needs dd or dq',
        item.token.at,
        item.token.text.length,
      );
    return bytes;
  }
  const { value } = evaluate(item.expression, place.scope);
  const bits = BigInt(unit * 8);
  if (unit < 8 && (value < -(1n << (bits - 1n)) || value >= 1n << bits)) {
    const { at, text } = item.token;
    throw new SourceError(misfit(value, Number(bits)), at, text.length);
  }
  for (let i = 0; i < unit; i++) bytes[i] = Number((value >> BigInt(8 * i)) & 0xffn);
  return bytes;
}

function repeated(item: DataItem & { kind: 'repeat' }, unit: Unit, place: DataPlace): Uint8Array {
  const count = Number(evaluate(item.count, place.scope).value);
  const once = item.items.map((part) => dataBytes(part, unit, place));
  const size = once.reduce((sum, part) => sum + part.length, 0);
  if (count < 0 || count * Math.max(size, 1) > MAX_SECTION_BYTES) {
    const { at, text } = place.token;
    const most = Math.floor(MAX_SECTION_BYTES / Math.max(size, 1));
    throw new SourceError(
      `dup: expected a count from 0 to ${most}, found ${count}`,
      at,
      text.length,
    );
  }
  const bytes = new Uint8Array(size * count);
  if (bytes.length === 0) return bytes;
  let done = 0;
  for (const part of once) {
    bytes.set(part, done);
    done += part.length;
  }
  // What is there is copied behind itself, twice as much each time.
  for (; done < bytes.length; done *= 2) bytes.copyWithin(done, 0, done);
  return bytes;
}
