/** What edits of a guest have in common under all techniques: which flags can be changed, and how a refusal reads. */
import { address } from '../../base/hex';
import {
  EFLAGS_ARITHMETIC,
  EFLAGS_DF,
  EFLAGS_FIXED,
  EFLAGS_IF,
  EFLAGS_TF,
} from '../../machine/cpu/state';
import type { SystemEdit } from './system';

/** Flags that an edit may change: the arithmetic ones, DF, IF and TF. */
export const EDITABLE_FLAGS = EFLAGS_ARITHMETIC | EFLAGS_DF | EFLAGS_IF | EFLAGS_TF;

/** Why this value cannot become EFLAGS; null if it can. */
export function refuseFlags(value: number, current: number): string | null {
  const other = (value ^ current) & ~(EDITABLE_FLAGS | EFLAGS_FIXED);
  if (other === 0) return null;
  return `EFLAGS ${address(value)} would change bits ${address(other)}. An edit can change CF, PF, AF, ZF, SF, OF, DF, IF and TF: leave the others at ${address(current)}.`;
}

/** Why bytes cannot be put there; null if they can. `isWritable` is asked for each guest-physical page. */
export function refuseMemory(
  edit: Extract<SystemEdit, { kind: 'memory' }>,
  isWritable: (page: number) => 'yes' | 'rom' | 'none',
): string | null {
  const last = edit.physical + Math.max(edit.bytes.length, 1) - 1;
  for (let page = edit.physical >>> 12; page <= Math.floor(last / 4096); page++) {
    const answer = isWritable(page);
    const where = address(Math.max(edit.physical, page * 4096));
    if (answer === 'none')
      return `There is no memory at guest-physical ${where}: choose an address in RAM.`;
    if (answer === 'rom')
      return `Guest-physical ${where} is ROM: the guest could not change it either.`;
  }
  return null;
}
