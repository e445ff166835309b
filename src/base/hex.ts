/** Eight lower-case digits without prefix, as registers are shown: `0010cfe8`. */
export const hex32 = (value: number): string => (value >>> 0).toString(16).padStart(8, '0');

/** Four lower-case digits without prefix, as selectors are shown: `0021`. */
export const hex16 = (value: number): string => (value & 0xffff).toString(16).padStart(4, '0');

/** Two lower-case digits without prefix: one byte. */
export const hex8 = (value: number): string => (value & 0xff).toString(16).padStart(2, '0');

/** An address in prose: `0x0010cfe8`. */
export const address = (value: number): string => `0x${hex32(value)}`;

/** Bytes in order, separated by blanks: `65 ff 1d`. */
export const hexBytes = (bytes: Iterable<number>): string => Array.from(bytes, hex8).join(' ');
