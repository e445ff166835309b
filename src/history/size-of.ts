/** Roughly how many bytes a saved state occupies: what the memory budget of history counts. */

/**
 * @param value plain, cloneable data without cycles
 * @param counted objects and arrays of bytes that other states share with this one, and that were counted there; added
 *   to. A monitor's translations, which never change, are most of its state: each is in memory once.
 */
export function sizeOf(value: unknown, counted: WeakSet<object> = new WeakSet()): number {
  if (typeof value === 'string') return 16 + 2 * value.length;
  if (typeof value !== 'object' || value === null) return 8;
  if (ArrayBuffer.isView(value)) {
    if (counted.has(value)) return 8;
    counted.add(value);
    return 64 + value.byteLength;
  }
  if (value instanceof ArrayBuffer) return 64 + value.byteLength;
  let bytes = 32;
  if (Array.isArray(value)) {
    if (typeof value[0] === 'number') return bytes + 8 * value.length;
    for (const item of value) bytes += sizeOf(item, counted);
    return bytes;
  }
  if (value instanceof Map) {
    for (const [key, item] of value) bytes += sizeOf(key, counted) + sizeOf(item, counted);
    return bytes;
  }
  if (value instanceof Set) {
    for (const item of value) bytes += sizeOf(item, counted);
    return bytes;
  }
  if (counted.has(value)) return 8;
  counted.add(value);
  for (const item of Object.values(value)) bytes += 16 + sizeOf(item, counted);
  return bytes;
}
