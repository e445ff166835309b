/** The bytes of data: one value of `db`, `dw`, `dd` or `dq`, little end first. */
import { misfit, SourceError } from './errors';
import { evaluate, type Scope } from './expression';
import { FORMAT_OF_UNIT, floatBits } from './float';
import type { Token } from './lexer';
import type { DataItem, DataUnit } from './statements';

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
  /** The last `size` bytes once more, `times` times. */
  repeat(size: number, times: number): void {
    const more = size * times;
    this.reserve(more);
    const from = this.length - size;
    for (let done = size; done < size + more; done *= 2) {
      const end = from + Math.min(done, size + more - done);
      this.data.copyWithin(from + done, from, end);
    }
    this.length += more;
  }
  take(): Uint8Array {
    return this.data.slice(0, this.length);
  }
}

/** @throws SourceError when a value does not fit, or `dup` repeats too often */
export function dataBytes(item: DataItem, unit: DataUnit, place: DataPlace): Uint8Array {
  if (item.kind === 'bytes') {
    const bytes = new Uint8Array(Math.ceil(item.bytes.length / unit) * unit);
    bytes.set(item.bytes);
    return bytes;
  }
  if (item.kind === 'repeat') return repeated(item, unit, place);
  if (item.kind === 'group') {
    const parts = item.items.map((part) => dataBytes(part, item.unit ?? unit, place));
    return joined(parts);
  }
  if (item.kind === 'reserve' || !place.final) return new Uint8Array(unit);
  if (item.kind === 'float') {
    return littleEndian(floatBits(item.literal, item.negative, FORMAT_OF_UNIT[unit]), unit);
  }
  const { at, text } = item.token;
  const { value } = evaluate(item.expression, place.scope);
  if (unit === 10) {
    const message = "'dt' takes floating-point numbers, as 1.0, and strings; 'dq' takes integers";
    throw new SourceError(message, at, text.length);
  }
  const bits = BigInt(unit * 8);
  if (unit < 8 && (value < -(1n << (bits - 1n)) || value >= 1n << bits)) {
    throw new SourceError(misfit(value, Number(bits)), at, text.length);
  }
  return littleEndian(value, unit);
}

function littleEndian(value: bigint, unit: DataUnit): Uint8Array {
  const bytes = new Uint8Array(unit);
  for (let i = 0; i < unit; i++) bytes[i] = Number((value >> BigInt(8 * i)) & 0xffn);
  return bytes;
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

function repeated(
  item: DataItem & { kind: 'repeat' },
  unit: DataUnit,
  place: DataPlace,
): Uint8Array {
  const count = Number(evaluate(item.count, place.scope).value);
  const once = joined(item.items.map((part) => dataBytes(part, unit, place)));
  const size = once.length;
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
  bytes.set(once);
  // What is there is copied behind itself, twice as much each time.
  for (let done = once.length; done < bytes.length; done *= 2) bytes.copyWithin(done, 0, done);
  return bytes;
}
