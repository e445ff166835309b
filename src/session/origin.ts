/**
 * Who wrote this value? Searches backward from the present: for memory with a watch on its bytes, for a register (in
 * `register-origin.ts`) with one on the instructions that write it.
 */
import { address, hex32 } from '../base/hex';
import { guestPhysicalOf } from '../debugger/address';
import type { Sighting, System } from '../hypervisor/core/system';
import { beginningOf, stepOfDelivery } from './breakpoints/canonical';
import type { Origin, OriginTarget } from './debug';
import { guestInstruction } from './instruction-view';
import { editOrigin, foundAt, lastEdit } from './origin-telling';
import { registerOrigin } from './register-origin';
import type { Run } from './run';

const SLICE = 1 << 20;
const LARGEST_WINDOW = 1 << 23;
const LARGEST_VALUE = 4;
const PAGE = 4096;

type GoOn = () => Promise<boolean>;

const INTERRUPTED: Origin = { found: false, sentence: 'The search was stopped.' };

/**
 * @param present the moment before which to look; the machine is left wherever it is
 * @param goOn lets other work happen; false: the search is to stop
 */
export function findOrigin(
  run: Run,
  present: number,
  target: OriginTarget,
  goOn: GoOn,
): Promise<Origin> {
  return target.kind === 'memory'
    ? memoryOrigin(run, present, target, goOn)
    : registerOrigin(run, present, target.name.toLowerCase(), goOn);
}

// --- memory -----------------------------------------------------------------------------------------------------

type MemoryTarget = Extract<OriginTarget, { kind: 'memory' }>;

async function memoryOrigin(
  run: Run,
  present: number,
  target: MemoryTarget,
  goOn: GoOn,
): Promise<Origin> {
  const { cursor } = run;
  cursor.goTo(present);
  // The bytes are the same wherever the guest maps them later or mapped them before.
  const pieces = piecesOf(cursor.machine, target);
  const what = `${target.space === 'physical' ? 'Physical ' : ''}${address(target.address)}`;
  const [piece] = pieces;
  if (!piece) return { found: false, sentence: `${what} is not mapped.` };
  const watch = {
    code: new Set<number>(),
    data: pieces.map(({ physical, length }) => {
      return { space: 'physical', address: physical, length, on: 'write' } as const;
    }),
    pageTables: false,
  };
  const edited = lastEdit(
    run,
    present,
    (edit) =>
      edit.kind === 'memory' &&
      pieces.some(
        ({ physical, length }) =>
          edit.physical < physical + length && physical < edit.physical + edit.bytes.length,
      ),
  );
  const lowest = edited?.at ?? 0;
  const pages = pieces.flatMap(({ physical }) => {
    const page = cursor.machine.machinePage(Math.floor(physical / PAGE));
    return page === null ? [] : [page];
  });
  const value = (system: System) => valueOfBytes(bytesOf(system, pieces));
  let high = present;
  for (let size = 1 << 14; high > lowest; size = Math.min(LARGEST_WINDOW, size * 2)) {
    // Checkpoints tell in which stretches a page was not written at all.
    const stretch = run.store.lastChange(pages, high) ?? { from: 0, to: 0 };
    high = Math.max(lowest, stretch.to);
    if (high === lowest) break;
    const low = Math.max(lowest, stretch.from, high - size);
    let last: { sighting: Sighting; at: number } | null = null;
    cursor.goTo(low);
    while (cursor.at < high) {
      const goal = Math.min(high, cursor.at + SLICE);
      cursor.machine.watch(watch, (sighting) => {
        last = { sighting, at: cursor.at };
        return false;
      });
      cursor.runTo(goal);
      cursor.machine.watch(null, () => false);
      if (cursor.outcome !== null) break;
      if (!(await goOn())) return INTERRUPTED;
      cursor.goTo(goal);
    }
    const found = last as { sighting: Sighting; at: number } | null;
    if (found) return written(run, what, found.sighting, found.at, value);
    high = low;
  }
  if (edited && high <= edited.at) {
    cursor.goTo(edited.at);
    const bytes = bytesOf(cursor.machine, pieces);
    for (const was of edited.entry.was) {
      if (was.kind !== 'memory') continue;
      was.bytes.forEach((byte, i) => {
        const offset = offsetIn(pieces, was.physical + i);
        if (offset >= 0 && offset < bytes.length) bytes[offset] = byte;
      });
    }
    return editOrigin(run, edited, what, value, valueOfBytes(bytes));
  }
  const { at, label } = { at: piece.physical, label: run.map.labelOf(target.address) };
  const name = label === null ? '' : ` (${label})`;
  cursor.goTo(0);
  const now = value(cursor.machine);
  return {
    found: false,
    sentence: `${what}${name} has held ${hex32(now)} since the start: the loader put it at physical ${address(at)}, or it is as at power-on.`,
  };
}

function written(
  run: Run,
  what: string,
  { by, guestMoment, moment: delivered }: Sighting,
  near: number,
  value: (system: System) => number,
): Origin {
  const { cursor } = run;
  const count =
    delivered === null ? guestMoment : stepOfDelivery(cursor, guestMoment, near, delivered);
  const moment = beginningOf(cursor, count, near);
  const before = value(cursor.machine);
  const instruction = guestInstruction(cursor.machine);
  beginningOf(cursor, count + 1, moment);
  const after = value(cursor.machine);
  return foundAt(run, { moment, by, instruction, before, after }, what);
}

/** A part of the target that lies in one page. */
interface Piece {
  readonly physical: number;
  readonly length: number;
}

/** Up to the first page that is not mapped. */
function piecesOf(system: System, { space, address: start, length }: MemoryTarget): Piece[] {
  const pieces: Piece[] = [];
  const all = Math.max(1, Math.min(length, PAGE));
  for (let done = 0; done < all; ) {
    const at = (start + done) >>> 0;
    const count = Math.min(all - done, PAGE - (at % PAGE));
    const physical = space === 'physical' ? at : guestPhysicalOf(system, at);
    if (physical === null) break;
    pieces.push({ physical, length: count });
    done += count;
  }
  return pieces;
}

/** The first bytes, as many as a value is told of. */
function bytesOf(system: System, pieces: readonly Piece[]): number[] {
  const bytes = pieces.flatMap(({ physical, length }) => {
    const page = Math.floor(physical / PAGE);
    if (system.machinePage(page) === null) return [];
    const offset = physical % PAGE;
    return [...system.guestPage(page).subarray(offset, offset + Math.min(length, LARGEST_VALUE))];
  });
  return bytes.slice(0, LARGEST_VALUE);
}

/** Where in the target a physical byte lies; -1: not in it. */
function offsetIn(pieces: readonly Piece[], physical: number): number {
  let before = 0;
  for (const piece of pieces) {
    const offset = physical - piece.physical;
    if (offset >= 0 && offset < piece.length) return before + offset;
    before += piece.length;
  }
  return -1;
}

const valueOfBytes = (bytes: readonly number[]): number =>
  bytes.reduceRight((value, byte) => ((value << 8) | byte) >>> 0, 0);
