/**
 * Who wrote a register? Stretch after stretch backward: all that may have written it is collected at full speed, and the
 * last that really did is the origin, with the same value or another.
 */
import type { Cursor } from '../history';
import type { Registers, System } from '../hypervisor/core/system';
import type { WriteRule } from '../machine/codec/written-registers';
import { EFLAGS_CF, EFLAGS_OF, EFLAGS_PF, EFLAGS_SF, EFLAGS_ZF } from '../machine/cpu/state';
import { beginningBefore, beginningOf, stepOfDelivery } from './breakpoints/canonical';
import type { Origin } from './debug';
import { guestInstruction } from './instruction-view';
import { editOrigin, foundAt, lastEdit } from './origin-telling';
import { RegisterWriters, registerValue, taskSwitchWrites, type Writer } from './register-writers';
import type { Run } from './run';

const NAMES: ReadonlySet<string> = new Set([
  ...['eax', 'ecx', 'edx', 'ebx', 'esp', 'ebp', 'esi', 'edi', 'eip', 'eflags'],
  ...['es', 'cs', 'ss', 'ds', 'fs', 'gs', 'cr0', 'cr2', 'cr3', 'cr4', 'gdtr', 'idtr', 'ldtr', 'tr'],
]);

/** Machine steps between two pauses. */
const SLICE = 1 << 18;
const FIRST_WINDOW = 256;
const LARGEST_WINDOW = 1 << 23;

const INTERRUPTED: Origin = { found: false, sentence: 'The search was stopped.' };

export async function registerOrigin(
  run: Run,
  present: number,
  name: string,
  goOn: () => Promise<boolean>,
): Promise<Origin> {
  if (!NAMES.has(name)) {
    const known = [...NAMES].join(', ');
    return { found: false, sentence: `There is no register '${name}'. There are: ${known}.` };
  }
  const { cursor } = run;
  const edited = lastEdit(
    run,
    present,
    (edit) => edit.kind === 'register' && nameOfEdited(edit.register) === name,
  );
  const lowest = edited?.at ?? 0;
  const what = name.toUpperCase();
  // An instruction in progress has not written anything yet.
  const beginning = beginningBefore(cursor, present);
  cursor.goTo(beginning);
  const { guestMoment } = cursor.machine;
  const value = registerValue(name, cursor.machine.guest());
  let high = beginning;
  for (let size = FIRST_WINDOW; high > lowest; size = Math.min(LARGEST_WINDOW, size * 8)) {
    const low = Math.max(lowest, beginningBefore(cursor, Math.max(0, high - size)));
    const writers = await writersIn(cursor, low, high, name, goOn);
    if (!writers) return INTERRUPTED;
    for (const writer of writers.found.toReversed()) {
      if (writer.count >= guestMoment + (writer.delivered === null ? 0 : 1)) continue;
      const origin = originOf(run, writer, name, what, guestMoment);
      if (!origin) continue;
      return origin.after === value ? origin.told : unexplained(run, origin.next, beginning, name);
    }
    const [first] = writers.found;
    high = writers.forgot && first ? beginningBefore(cursor, Math.min(high - 1, first.at)) : low;
  }
  if (edited) {
    const was = edited.entry.was.find((edit) => edit.kind === 'register');
    const before = was?.kind === 'register' ? was.value : 0;
    return editOrigin(run, edited, what, (system) => registerValue(name, system.guest()), before);
  }
  cursor.goTo(0);
  if (registerValue(name, cursor.machine.guest()) !== value) {
    return unexplained(run, 0, beginning, name);
  }
  return { found: false, sentence: `${what} has not been written since the start.` };
}

/** @returns null: a later command has taken over */
async function writersIn(
  cursor: Cursor<System>,
  low: number,
  high: number,
  name: string,
  goOn: () => Promise<boolean>,
): Promise<RegisterWriters | null> {
  cursor.goTo(low);
  const { machine } = cursor;
  const writers = new RegisterWriters(machine, name);
  while (cursor.at < high) {
    const goal = Math.min(high, cursor.at + SLICE);
    machine.watch(writers.watch, (sighting) => {
      writers.executes(sighting);
      return false;
    });
    machine.guestListener = (body) => writers.hears(body);
    try {
      cursor.runTo(goal);
    } finally {
      machine.watch(null, () => false);
      machine.guestListener = null;
    }
    if (cursor.outcome !== null) break;
    if (goal === high) break;
    if (!(await goOn())) return null;
    cursor.goTo(goal);
  }
  writers.end();
  return writers;
}

interface Told {
  readonly told: Origin;
  readonly after: number;
  /** Where the guest's next step begins. */
  readonly next: number;
}

/**
 * @param current the guest's steps at the present
 * @returns null: it did not write the register, or not before the present
 */
function originOf(
  run: Run,
  writer: Writer,
  name: string,
  what: string,
  current: number,
): Told | null {
  const { cursor } = run;
  const { at, delivered, by, linear, eip } = writer;
  const count =
    delivered === null ? writer.count : stepOfDelivery(cursor, writer.count, at, delivered);
  if (count >= current) return null;
  const next = beginningOf(cursor, count + 1, at);
  const behind = cursor.machine.guest();
  const moment = beginningOf(cursor, count, at);
  const stood = cursor.machine.guest();
  if (!writer.certain && !wrote(writer, name, stood, behind)) return null;
  const before = registerValue(name, stood);
  const after = registerValue(name, behind);
  const instruction =
    by === 'delivery'
      ? guestInstruction(cursor.machine)
      : guestInstruction(cursor.machine, linear, eip);
  const told = foundAt(run, { moment, by, instruction, before, after }, what);
  return { told, after, next };
}

function wrote(
  { rule, broken }: Writer,
  name: string,
  before: Registers,
  after: Registers,
): boolean {
  if (registerValue(name, before) !== registerValue(name, after)) return true;
  if (taskSwitchWrites(name, before, after)) return true;
  return !broken && rule !== null && applies(rule, before, after);
}

function applies(rule: WriteRule, before: Registers, after: Registers): boolean {
  const ecx = before.gpr[1] ?? 0;
  switch (rule.kind) {
    case 'always':
      return true;
    case 'condition':
      return holds(rule.code, before.eflags);
    case 'count':
      return (ecx & 31) !== 0;
    case 'repeats':
      return (rule.bits === 16 ? ecx & 0xffff : ecx) !== 0;
    case 'zf':
      return ((after.eflags & EFLAGS_ZF) !== 0) === rule.set;
  }
}

/** @see Intel SDM vol. 1, "EFLAGS Condition Codes" */
function holds(code: number, eflags: number): boolean {
  const has = (flag: number): boolean => (eflags & flag) !== 0;
  const isLess = has(EFLAGS_SF) !== has(EFLAGS_OF);
  const conditions = [
    has(EFLAGS_OF),
    has(EFLAGS_CF),
    has(EFLAGS_ZF),
    has(EFLAGS_CF) || has(EFLAGS_ZF),
    has(EFLAGS_SF),
    has(EFLAGS_PF),
    isLess,
    isLess || has(EFLAGS_ZF),
  ];
  return conditions[code >> 1] !== ((code & 1) !== 0);
}

/**
 * The register holds another value than its last writer gave it: something other than an instruction or a delivery set it,
 * a CPU reset. It is found where the value becomes what it is now.
 *
 * @param from a moment at which it is another one
 */
function unexplained(run: Run, from: number, present: number, name: string): Origin {
  const { cursor } = run;
  const valueAt = (moment: number): number => {
    cursor.goTo(moment);
    return registerValue(name, cursor.machine.guest());
  };
  const after = valueAt(present);
  let low = from;
  let high = present;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (valueAt(middle) === after) high = middle;
    else low = middle;
  }
  const moment = beginningBefore(cursor, low);
  const before = valueAt(moment);
  const instruction = guestInstruction(cursor.machine);
  const what = name.toUpperCase();
  return foundAt(run, { moment, by: 'instruction', instruction, before, after }, what);
}

const GPR_NAMES = ['eax', 'ecx', 'edx', 'ebx', 'esp', 'ebp', 'esi', 'edi'] as const;
const nameOfEdited = (register: number | string): string =>
  typeof register === 'string' ? register : (GPR_NAMES[register] ?? '');
