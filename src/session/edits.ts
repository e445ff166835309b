/** From an edit as a person makes it to what the machine is told, and what the branch it starts is called. */
import { address, hex8, hex32 } from '../base/hex';
import { err, ok, type Result } from '../base/result';
import { guestPhysicalOf } from '../debugger/address';
import type { Cursor } from '../history';
import type { System, SystemEdit } from '../hypervisor/core/system';
import type { Edit } from './debug';
import type { Problem } from './view';

const GPR_NAMES = ['eax', 'ecx', 'edx', 'ebx', 'esp', 'ebp', 'esi', 'edi'] as const;
const MAX_BYTES = 4096;
const PAGE = 4096;
const SHOWN_BYTES = 4;

/** An edit as a run keeps it. */
export interface Edited {
  readonly edits: readonly SystemEdit[];
  /** What would undo them. */
  readonly was: readonly SystemEdit[];
  /** `0x00105004: 07 → 06`. */
  readonly label: string;
}

export interface ResolvedEdit extends Edited {
  /** It would leave everything as it is. */
  readonly idle: boolean;
}

/** @param system stands between two guest instructions, where the edit is to be made */
export function resolveEdit(edit: Edit, system: System): Result<ResolvedEdit, Problem> {
  return edit.kind === 'memory' ? memoryEdit(edit, system) : registerEdit(edit, system);
}

function registerEdit(
  { name, value }: Extract<Edit, { kind: 'register' }>,
  system: System,
): Result<ResolvedEdit, Problem> {
  const lower = name.toLowerCase();
  const index = (GPR_NAMES as readonly string[]).indexOf(lower);
  if (index < 0 && lower !== 'eip' && lower !== 'eflags') {
    return err({
      message: `The register '${name}' cannot be edited.`,
      hint: `These can: ${GPR_NAMES.join(', ')}, eip, eflags.`,
    });
  }
  if (!Number.isInteger(value) || value < -0x80000000 || value > 0xffffffff) {
    return err({ message: `${value} does not fit in a 32-bit register.` });
  }
  const guest = system.guest();
  const before = index >= 0 ? guest.gpr[index]! : lower === 'eip' ? guest.eip : guest.eflags;
  const after = value >>> 0;
  const register = index >= 0 ? index : (lower as 'eip' | 'eflags');
  return ok({
    edits: [{ kind: 'register', register, value: after }],
    was: [{ kind: 'register', register, value: before }],
    label: `${lower}: ${hex32(before)} → ${hex32(after)}`,
    idle: before === after,
  });
}

function memoryEdit(
  { space, address: start, bytes }: Extract<Edit, { kind: 'memory' }>,
  system: System,
): Result<ResolvedEdit, Problem> {
  if (bytes.length === 0 || bytes.length > MAX_BYTES) {
    return err({ message: `An edit changes 1 to ${MAX_BYTES} bytes, not ${bytes.length}.` });
  }
  const wrong = bytes.find((byte) => !Number.isInteger(byte) || byte < 0 || byte > 255);
  if (wrong !== undefined) return err({ message: `${wrong} is no byte: give numbers 0 to 255.` });
  const edits: SystemEdit[] = [];
  const was: SystemEdit[] = [];
  const old: number[] = [];
  for (let done = 0; done < bytes.length; ) {
    const at = (start + done) >>> 0;
    const count = Math.min(bytes.length - done, PAGE - (at % PAGE));
    const physical = space === 'physical' ? at : guestPhysicalOf(system, at);
    const page = physical === null ? null : Math.floor(physical / PAGE);
    if (physical === null || page === null || system.machinePage(page) === null) {
      return err({
        message: `Nothing is mapped at ${space} address ${address(at)}, so it cannot be changed.`,
        hint: 'Choose an address that the guest maps, or change its page tables first.',
      });
    }
    edits.push({ kind: 'memory', physical, bytes: bytes.slice(done, done + count) });
    const now = system.guestPage(page);
    const here = Array.from({ length: count }, (_, i) => now[(physical % PAGE) + i] ?? 0xff);
    was.push({ kind: 'memory', physical, bytes: here });
    old.push(...here);
    done += count;
  }
  const place = `${space === 'physical' ? 'physical ' : ''}${address(start)}`;
  return ok({
    edits,
    was,
    label: `${place}: ${some(old)} → ${some(bytes)}`,
    idle: old.every((byte, i) => byte === bytes[i]),
  });
}

const some = (bytes: readonly number[]): string =>
  bytes.slice(0, SHOWN_BYTES).map(hex8).join(' ') + (bytes.length > SHOWN_BYTES ? ' …' : '');

/**
 * Makes edits for once, to see whether they can be made; the machine is as it was on arrival afterwards.
 *
 * @returns null, or why not
 */
export function tryEdits(
  cursor: Cursor<System>,
  moment: number,
  edits: readonly SystemEdit[],
): string | null {
  let refused: string | null = null;
  for (const edit of edits) refused ??= cursor.machine.edit(edit);
  cursor.arriveAgain(moment);
  return refused;
}
