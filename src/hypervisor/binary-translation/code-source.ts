/**
 * Reads guest code for the translator: one unit from the guest's memory, decoded, with the frames it came from.
 * Fetches set the guest's accessed bits, as executing the code would.
 */
import { decode } from '../../machine/codec/decode';
import { sensitivityOf } from '../../machine/codec/sensitivity';
import type { GuestPaging, GuestTables } from '../memory/guest-walk';
import type { GuestInstruction } from './translation';
import { castsShadow, endsUnit, UNIT_LIMIT } from './translator';

const LONGEST_INSTRUCTION = 15;

export interface Unit {
  readonly guest: readonly GuestInstruction[];
  readonly source: Uint8Array;
  /** Linear page number to guest-physical frame. */
  readonly pages: ReadonlyMap<number, number>;
}

/**
 * Decodes from `eip` up to a unit's end.
 *
 * @param base CS base; @param limit CS limit, last valid offset
 * @returns null when the very first instruction cannot be fetched: the virtual CPU raises the guest's fault
 */
export function readUnit(
  tables: GuestTables,
  paging: GuestPaging,
  code: { readonly base: number; readonly limit: number },
  eip: number,
): Unit | null {
  const guest: GuestInstruction[] = [];
  let at = eip >>> 0;
  while (guest.length < UNIT_LIMIT || followsShadow(guest)) {
    const room = Math.min(LONGEST_INSTRUCTION, code.limit - at + 1);
    const bytes = room > 0 ? tables.bytes(paging, (code.base + at) >>> 0, room) : null;
    if (!bytes) break;
    const decoded = decode(bytes, at, 32);
    // Cut off by a page that is not there, or by the segment's end: fetching it is the guest's fault to take.
    if (decoded.invalid === 'truncated') break;
    const length = decoded.invalid === 'no' ? decoded.length : Math.min(2, bytes.length);
    guest.push({
      decoded,
      bytes: bytes.slice(0, length),
      sensitivity: sensitivityOf(decoded),
    });
    at = (at + length) >>> 0;
    if (endsUnit(decoded)) break;
  }
  if (guest.length === 0) return null;
  const pages = new Map<number, number>();
  const start = (code.base + eip) >>> 0;
  const length = guest.reduce((sum, instruction) => sum + instruction.bytes.length, 0);
  for (let page = start >>> 12; page <= (start + length - 1) >>> 12; page++) {
    const access = { write: false, user: false, commit: true };
    const walk = tables.walk(paging, (page << 12) >>> 0, access);
    if (walk.kind === 'mapped') pages.set(page, walk.address >>> 12);
  }
  const source = Uint8Array.from(guest.flatMap((instruction) => Array.from(instruction.bytes)));
  return { guest, source, pages };
}

/** A unit is not cut between STI or MOV SS and the instruction it shields. */
const followsShadow = (guest: readonly GuestInstruction[]): boolean => {
  const last = guest[guest.length - 1];
  return last !== undefined && castsShadow(last.decoded);
};
