/**
 * What can be used of a stored record. Another page of the same site, an extension, a version to come or a disk that
 * failed may have put anything there: what is not understood is left out, so that the page opens with the rest.
 */
import type { Breakpoint } from '../session/debug';
import type { ImageChoice } from '../session/world';
import type { SourceFiles } from '../toolchain/api';
import type { GuestRecord } from './shelf';

/** The last moment a `Date` can hold, in milliseconds since 1970. */
const LAST_TIME = 8.64e15;
const FORMATS: readonly unknown[] = ['multiboot', 'rom', 'boot-sector', 'flat'];
const PLACES: readonly unknown[] = ['address', 'label', 'source', 'data', 'event'];

/** Null: it cannot be told from others, so it is none. Everything else has a value that does. */
export function soundRecord(stored: unknown): GuestRecord | null {
  if (!isObject(stored)) return null;
  const { id, name, kind, main, created, modified, removed, removedAt, image, input, breakpoints } =
    stored;
  if (typeof id !== 'string' || typeof main !== 'string' || main === '') return null;
  if (kind !== 'source' && kind !== 'image') return null;
  return {
    ...{ id, kind, main },
    name: typeof name === 'string' && name.trim() !== '' ? name : main,
    created: soundTime(created),
    modified: soundTime(modified),
    removed: isCount(removed) ? removed : 0,
    ...(isCount(removedAt) ? { removedAt } : {}),
    image: soundImage(image),
    ...soundInput(input),
    breakpoints: Array.isArray(breakpoints) ? breakpoints.filter(isBreakpoint) : [],
  };
}

/** Null: the main file is not there, so there is nothing to open. */
export function soundFiles({ kind, main }: GuestRecord, stored: unknown): SourceFiles | null {
  if (!isObject(stored)) return null;
  const files = Object.entries(stored).filter(
    (file): file is [string, string | Uint8Array] =>
      typeof file[1] === 'string' || file[1] instanceof Uint8Array,
  );
  const has = files.some(
    ([name, content]) => name === main && (typeof content === 'string') === (kind === 'source'),
  );
  return has ? Object.fromEntries(files) : null;
}

type Fields = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Fields => typeof value === 'object' && value !== null;

const isCount = (value: unknown): value is number =>
  typeof value === 'number' && value >= 0 && value <= LAST_TIME;

const soundTime = (value: unknown): number => (isCount(value) ? value : 0);

function soundImage(stored: unknown): ImageChoice | null {
  if (!isObject(stored)) return null;
  const { format, loadAddress, entry, bits } = stored;
  const addresses = [loadAddress, entry].every((at) => at === undefined || isCount(at));
  const known = format === undefined || FORMATS.includes(format);
  const width = bits === undefined || bits === 16 || bits === 32;
  return addresses && known && width ? (stored as ImageChoice) : null;
}

function soundInput(stored: unknown): Pick<GuestRecord, 'input'> {
  if (!isObject(stored)) return {};
  const { text, serial, strokes } = stored;
  return {
    input: {
      ...(typeof text === 'string' ? { text } : {}),
      ...(typeof serial === 'string' ? { serial } : {}),
      ...(Array.isArray(strokes) ? { strokes: strokes.filter(isStroke) } : {}),
    },
  };
}

const isStroke = (value: unknown): value is { code: string; down: boolean } =>
  isObject(value) && typeof value.code === 'string' && typeof value.down === 'boolean';

function isBreakpoint(value: unknown): value is Breakpoint {
  if (!isObject(value) || typeof value.id !== 'string' || typeof value.enabled !== 'boolean') {
    return false;
  }
  const { place, condition } = value;
  if (condition !== null && typeof condition !== 'string') return false;
  if (!isObject(place) || !PLACES.includes(place.kind)) return false;
  return place.kind !== 'source' || (typeof place.file === 'string' && isCount(place.line));
}
