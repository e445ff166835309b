/**
 * Who wrote this value? Searches backward from the present: for memory with a watch on its bytes, for a register by taking
 * guest instructions one after another and asking which of them wrote it, with the same value or another.
 */
import { address, hex32 } from '../base/hex';
import { guestPhysicalOf } from '../debugger/address';
import { REGISTER_NAMES } from '../debugger/expression';
import type { Cursor } from '../history';
import type { Sighting, System, SystemEdit } from '../hypervisor/core/system';
import { writtenRegisters } from '../machine/codec/written-registers';
import type { MachineEvent } from '../machine/events';
import { beginningBefore, beginningOf, stepOfDelivery } from './breakpoints/canonical';
import type { Origin, OriginTarget } from './debug';
import type { Edited } from './edits';
import { guestInstruction } from './instruction-view';
import { codeBitness, linearEip } from './registers-view';
import type { Run } from './run';
import { readCode } from './stop-rules';
import type { InstructionView } from './view';

/** Machine instructions looked at before a search gives up. */
const FARTHEST_FOR_MEMORY = 100_000_000;
const FARTHEST_FOR_REGISTERS = 4_000_000;
const SLICE = 1 << 20;
/** Taking single instructions is slow: a pause is due sooner. */
const SHORT_SLICE = 1 << 14;
const LARGEST_WINDOW = 1 << 23;
const LARGEST_VALUE = 4;
const PAGE = 4096;
/** Instructions of one stretch that are asked whether they wrote a register. */
const MOST_CANDIDATES = 256;

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
  const lowest = Math.max(edited?.at ?? 0, present - FARTHEST_FOR_MEMORY);
  const value = (system: System) => valueOfBytes(bytesOf(system, pieces));
  let high = present;
  for (let size = 1 << 14; high > lowest; size = Math.min(LARGEST_WINDOW, size * 2)) {
    const low = Math.max(lowest, high - size);
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
  if (high > 0) return gaveUp(what, present - high);
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
  { by, guestRetired, moment: delivered }: Sighting,
  near: number,
  value: (system: System) => number,
): Origin {
  const { cursor } = run;
  const count =
    delivered === null ? guestRetired : stepOfDelivery(cursor, guestRetired, near, delivered);
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

// --- registers --------------------------------------------------------------------------------------------------

const WHOLE: ReadonlySet<string> = new Set([
  ...['eax', 'ecx', 'edx', 'ebx', 'esp', 'ebp', 'esi', 'edi', 'eip', 'eflags'],
  ...['es', 'cs', 'ss', 'ds', 'fs', 'gs', 'cr0', 'cr2', 'cr3', 'cr4', 'gdtr', 'idtr', 'ldtr', 'tr'],
]);
/** What a delivery through the IDT writes, whatever the instruction was. */
const BY_DELIVERY: ReadonlySet<string> = new Set(['esp', 'eflags', 'cs', 'eip']);

/** One guest instruction that was taken: from where to where. */
interface Taken {
  readonly moment: number;
  readonly next: number;
  readonly wrote: boolean;
}

async function registerOrigin(
  run: Run,
  present: number,
  name: string,
  goOn: GoOn,
): Promise<Origin> {
  if (!WHOLE.has(name)) {
    const known = [...WHOLE].join(', ');
    return { found: false, sentence: `There is no register '${name}'. There are: ${known}.` };
  }
  const { cursor } = run;
  const edited = lastEdit(
    run,
    present,
    (edit) => edit.kind === 'register' && nameOfEdited(edit.register) === name,
  );
  const lowest = Math.max(edited?.at ?? 0, present - FARTHEST_FOR_REGISTERS);
  const what = name.toUpperCase();
  const writes = new WriteTable(name);
  let high = present;
  for (let size = 64; high > lowest; size = Math.min(LARGEST_WINDOW, size * 8)) {
    const low = beginningBefore(cursor, Math.max(lowest, high - size));
    const taken: Taken[] = [];
    let dropped = false;
    const goneOn = await takeInstructions(cursor, low, high, name, writes, goOn, (one) => {
      taken.push(one);
      if (taken.length <= MOST_CANDIDATES) return;
      taken.shift();
      dropped = true;
    });
    if (!goneOn) return INTERRUPTED;
    for (const one of taken.toReversed()) {
      const origin = takenOrigin(run, one, name, what, writes);
      if (origin) return origin;
    }
    high = dropped ? taken[0]!.moment : low;
  }
  if (edited && high <= edited.at) {
    const was = edited.entry.was.find((edit) => edit.kind === 'register');
    const before = was?.kind === 'register' ? was.value : 0;
    return editOrigin(run, edited, what, (system) => valueOfRegister(system, name), before);
  }
  if (high > 0) return gaveUp(what, present - high);
  return { found: false, sentence: `${what} has not been written since the start.` };
}

/**
 * Takes the guest instructions of a stretch and tells those that may have written the register.
 *
 * @returns false: a later command has taken over
 */
async function takeInstructions(
  cursor: Cursor<System>,
  low: number,
  high: number,
  name: string,
  writes: WriteTable,
  goOn: GoOn,
  take: (one: Taken) => void,
): Promise<boolean> {
  cursor.goTo(low);
  const stand = () => {
    const { machine } = cursor;
    // Putting registers together is what takes the time here: once for each instruction.
    const guest = machine.guest();
    return {
      moment: cursor.at,
      count: machine.guestRetired,
      value: REGISTER_NAMES.get(name)?.read(guest) ?? 0,
      // Every instruction writes EIP.
      mayWrite: name === 'eip' || writes.at(machine, linearEip(guest), guest),
    };
  };
  let last = stand();
  for (let looked = 1; cursor.at < high; looked++) {
    const here = cursor.at;
    if (cursor.runTo(here + 1) !== null || cursor.at === here) break;
    if (looked % SHORT_SLICE === 0) {
      const at = cursor.at;
      if (!(await goOn())) return false;
      cursor.goTo(at);
    }
    const { machine } = cursor;
    if (machine.guestRetired === last.count || !machine.atGuestBoundary()) continue;
    const now = stand();
    const wrote = now.value !== last.value;
    if (wrote || last.mayWrite) take({ moment: last.moment, next: now.moment, wrote });
    last = now;
  }
  return true;
}

/** Null: what was delivered in that step kept the instruction from being executed, and nothing wrote the register. */
function takenOrigin(
  run: Run,
  { moment, next, wrote }: Taken,
  name: string,
  what: string,
  writes: WriteTable,
): Origin | null {
  const { cursor, recording } = run;
  cursor.goTo(next);
  const after = valueOfRegister(cursor.machine, name);
  cursor.goTo(moment);
  const { machine } = cursor;
  const before = valueOfRegister(machine, name);
  const stood = guestInstruction(machine);
  const delivery = deliveryIn(recording.between(moment, next), machine.cache() !== null);
  if (!delivery)
    return foundAt(run, { moment, by: 'instruction', instruction: stood, before, after }, what);
  // The handler's first instruction belongs to the same step; if it wrote the register, that was last.
  const base = linearEip(machine.guest()) - machine.guest().eip;
  const entry = (base + delivery.gate.offset) >>> 0;
  const executed =
    delivery.source === 'software' ? stood : guestInstruction(machine, entry, delivery.gate.offset);
  if (delivery.source !== 'software' && executed && writes.at(machine, entry)) {
    return foundAt(run, { moment, by: 'instruction', instruction: executed, before, after }, what);
  }
  const delivered =
    BY_DELIVERY.has(name) ||
    (name === 'ss' && delivery.stack !== null) ||
    (name === 'cr2' && delivery.cr2 !== null);
  if (delivered || wrote)
    return foundAt(run, { moment, by: 'delivery', instruction: stood, before, after }, what);
  return null;
}

function deliveryIn(events: readonly MachineEvent[], virtualized: boolean) {
  for (const event of events) {
    if (virtualized ? event.kind === 'injected' : event.kind === 'trap') {
      return event as Extract<MachineEvent, { kind: 'trap' | 'injected' }>;
    }
  }
  return null;
}

/** Whether the instruction at an address writes the register; asked for every one, so answers are kept by its bytes. */
class WriteTable {
  private readonly known = new Map<
    number,
    { readonly bytes: Uint8Array; readonly writes: boolean }
  >();

  constructor(private readonly name: string) {}

  at(system: System, linear: number, guest = system.guest()): boolean {
    const bytes = readCode((length) => system.readGuest(linear, length));
    if (!bytes) return false;
    const known = this.known.get(linear);
    if (known && sameBytes(known.bytes, bytes)) return known.writes;
    const writes = writtenRegisters(bytes, codeBitness(guest)).has(this.name);
    this.known.set(linear, { bytes, writes });
    return writes;
  }
}

const sameBytes = (a: Uint8Array, b: Uint8Array): boolean =>
  a.length === b.length && a.every((byte, i) => byte === b[i]);

const valueOfRegister = (system: System, name: string): number =>
  REGISTER_NAMES.get(name)?.read(system.guest()) ?? 0;

const GPR_NAMES = ['eax', 'ecx', 'edx', 'ebx', 'esp', 'ebp', 'esi', 'edi'] as const;
const nameOfEdited = (register: number | string): string =>
  typeof register === 'string' ? register : (GPR_NAMES[register] ?? '');

// --- telling ----------------------------------------------------------------------------------------------------

/** The last edit of this branch up to `present` that touches the target. */
function lastEdit(
  run: Run,
  present: number,
  touches: (edit: SystemEdit) => boolean,
): { readonly at: number; readonly entry: Edited } | null {
  const isMeant = ({ at, entry }: { at: number; entry: Edited }) =>
    at <= present && entry.edits.some(touches);
  return run.edits.all().findLast(isMeant) ?? null;
}

function editOrigin(
  { cursor }: Run,
  { at, entry }: { readonly at: number; readonly entry: Edited },
  what: string,
  value: (system: System) => number,
  before: number,
): Origin {
  cursor.goTo(at);
  const after = value(cursor.machine);
  return {
    found: true,
    moment: { retired: at, phase: 0 },
    by: 'edit',
    instruction: null,
    label: null,
    source: null,
    before,
    after,
    sentence: `${what} was changed by hand at this moment: ${entry.label}.`,
  };
}

interface Writing {
  readonly moment: number;
  readonly by: 'instruction' | 'delivery' | 'page-walk';
  readonly instruction: InstructionView | null;
  readonly before: number;
  readonly after: number;
}

function foundAt(
  { map }: Run,
  { moment, by, instruction, before, after }: Writing,
  what: string,
): Origin {
  const label = instruction && map.labelOf(instruction.address);
  const source = instruction && map.lineOf(instruction.address);
  const place = instruction ? ` at ${label ?? address(instruction.address)}` : '';
  const change =
    before === after
      ? `${hex32(after)}, which it held before`
      : `${hex32(after)}; before: ${hex32(before)}`;
  const who =
    by === 'delivery'
      ? `The delivery of an interrupt or exception${place} wrote`
      : by === 'page-walk'
        ? `A page walk for the instruction${place} set accessed or dirty bits in`
        : `${instruction?.text ?? 'An instruction'}${place} wrote`;
  return {
    found: true,
    moment: { retired: moment, phase: 0 },
    by,
    instruction,
    label,
    source,
    before,
    after,
    sentence: `${who} ${what}: ${change}.`,
  };
}

const gaveUp = (what: string, looked: number): Origin => ({
  found: false,
  sentence: `${what} was not written in the last ${looked.toLocaleString('en')} machine instructions. The search went no further.`,
});
