/** What a search for an origin tells: who wrote, what was there before, and edits of the run. */
import { address, hex32 } from '../base/hex';
import type { System, SystemEdit } from '../hypervisor/core/system';
import type { Origin } from './debug';
import type { Edited } from './edits';
import type { Run } from './run';
import type { InstructionView } from './view';

/** The last edit of this branch up to `present` that touches the target. */
export function lastEdit(
  run: Run,
  present: number,
  touches: (edit: SystemEdit) => boolean,
): { readonly at: number; readonly entry: Edited } | null {
  const isMeant = ({ at, entry }: { at: number; entry: Edited }) =>
    at <= present && entry.edits.some(touches);
  return run.edits.all().findLast(isMeant) ?? null;
}

export function editOrigin(
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

export interface Writing {
  readonly moment: number;
  readonly by: 'instruction' | 'delivery' | 'page-walk';
  readonly instruction: InstructionView | null;
  readonly before: number;
  readonly after: number;
}

export function foundAt(
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
