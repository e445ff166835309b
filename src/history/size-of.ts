/** Roughly how many bytes a saved state occupies: what the memory budget of history counts. */

/** @param value plain, cloneable data without cycles */
export function sizeOf(value: unknown): number {
  if (typeof value === 'string') return 16 + 2 * value.length;
  if (typeof value !== 'object' || value === null) return 8;
  if (ArrayBuffer.isView(value)) return 64 + value.byteLength;
  if (value instanceof ArrayBuffer) return 64 + value.byteLength;
  let bytes = 32;
  if (Array.isArray(value)) {
    if (typeof value[0] === 'number') return bytes + 8 * value.length;
    for (const item of value) bytes += sizeOf(item);
    return bytes;
  }
  if (value instanceof Map) {
    for (const [key, item] of value) bytes += sizeOf(key) + sizeOf(item);
    return bytes;
  }
  if (value instanceof Set) {
    for (const item of value) bytes += sizeOf(item);
    return bytes;
  }
  for (const item of Object.values(value)) bytes += 16 + sizeOf(item);
  return bytes;
}
