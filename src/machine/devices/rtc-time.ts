/**
 * The real-time clock's calendar: seconds to fields and back, and fields as its registers hold them (BCD or binary,
 * 12 or 24 hours, as register B says).
 *
 * @see Motorola MC146818A datasheet, "Time, Calendar, and Alarm Locations"
 */
const B_BINARY = 0x04;
const B_24_HOURS = 0x02;
const PM = 0x80;

/** Noon on Saturday, 21 October 2006 (UTC), in seconds since 1970. */
export const START_SECONDS = Date.UTC(2006, 9, 21, 12, 0, 0) / 1000;

/** Fields as numbers. `weekday` 1 is Sunday; `year` is the last two digits. */
export interface RtcTime {
  readonly second: number;
  readonly minute: number;
  readonly hour: number;
  readonly weekday: number;
  readonly day: number;
  readonly month: number;
  readonly year: number;
  readonly century: number;
}

export const FIELDS = {
  second: 0x00,
  minute: 0x02,
  hour: 0x04,
  weekday: 0x06,
  day: 0x07,
  month: 0x08,
  year: 0x09,
  century: 0x32,
} as const;

/** Register index to field. */
export const FIELD_OF: Readonly<Record<number, keyof RtcTime>> = Object.fromEntries(
  Object.entries(FIELDS).map(([field, index]) => [index, field as keyof RtcTime]),
);

export function timeOf(seconds: number): RtcTime {
  const date = new Date(seconds * 1000);
  const year = date.getUTCFullYear();
  return {
    second: date.getUTCSeconds(),
    minute: date.getUTCMinutes(),
    hour: date.getUTCHours(),
    weekday: date.getUTCDay() + 1,
    day: date.getUTCDate(),
    month: date.getUTCMonth() + 1,
    year: year % 100,
    century: Math.floor(year / 100),
  };
}

/** The weekday is not independent here: it follows from the date. */
export function secondsOf(time: RtcTime): number {
  const { century, year, month, day, hour, minute, second } = time;
  return Date.UTC(century * 100 + year, month - 1, day, hour, minute, second) / 1000;
}

export function encode(field: keyof RtcTime, value: number, b: number): number {
  if (field === 'hour' && !(b & B_24_HOURS)) {
    return digits(value % 12 || 12, b) | (value >= 12 ? PM : 0);
  }
  return digits(value, b);
}

export function decode(field: keyof RtcTime, byte: number, b: number): number {
  const number = (value: number) => (b & B_BINARY ? value : (value >> 4) * 10 + (value & 15));
  if (field === 'hour' && !(b & B_24_HOURS)) {
    return (number(byte & ~PM) % 12) + (byte & PM ? 12 : 0);
  }
  return number(byte);
}

const digits = (value: number, b: number): number =>
  b & B_BINARY ? value : (Math.floor(value / 10) << 4) | (value % 10);
