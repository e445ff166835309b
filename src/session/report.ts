/** A run without a page, as plain data: registers after each guest instruction, and how it ended. */
import type { Registers, System } from '../hypervisor/core/system';
import { SEGMENT_NAMES } from '../machine/cpu/state';
import type { Outcome } from '../machine/outcome';
import { countsOf } from './counts';

const GPR_NAMES = ['eax', 'ecx', 'edx', 'ebx', 'esp', 'ebp', 'esi', 'edi'] as const;
/** ES CS SS DS FS GS; LDTR and TR are system registers and given in full reports only. */
const DATA_AND_CODE = 6;

/** The guest's view after one of its instructions. */
export function traceLine(system: System): string {
  const guest = system.guest();
  return `${JSON.stringify({
    guestRetired: system.guestRetired,
    ...general(guest),
    ...selectors(guest, DATA_AND_CODE),
    cr0: guest.cr0,
    cr2: guest.cr2,
    cr3: guest.cr3,
  })}\n`;
}

const general = (registers: Registers) => ({
  ...Object.fromEntries(GPR_NAMES.map((name, i) => [name, registers.gpr[i]])),
  eip: registers.eip,
  eflags: registers.eflags,
});

const selectors = (registers: Registers, count: number) =>
  Object.fromEntries(
    SEGMENT_NAMES.slice(0, count).map((name, i) => [name, registers.segments[i]?.selector ?? 0]),
  );

export function resultObject(system: System, outcome: Outcome) {
  const guest = system.guest();
  return {
    outcome: outcome.kind,
    exitCode: outcome.kind === 'exited' ? outcome.code : null,
    retired: system.retired,
    guestRetired: system.guestRetired,
    cycles: system.cycles,
    cyclesByCause: Object.fromEntries(system.cyclesByCause().map(({ id, cycles }) => [id, cycles])),
    counts: countsOf(system),
    console: system.serial(),
    registers: {
      ...general(guest),
      ...selectors(guest, SEGMENT_NAMES.length),
      cpl: guest.cpl,
      cr0: guest.cr0,
      cr2: guest.cr2,
      cr3: guest.cr3,
      cr4: guest.cr4,
    },
    ...('message' in outcome ? { message: outcome.message } : {}),
  };
}
