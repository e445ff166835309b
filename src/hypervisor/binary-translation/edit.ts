/**
 * Changes a guest under the binary translator, between two of its instructions. What can be changed where it lives (the
 * real registers while guest code runs, the virtual CPU in the monitor) is; for the rest the guest is first *parked* in
 * the monitor's loop.
 */
import {
  EFLAGS_ARITHMETIC,
  EFLAGS_DF,
  EFLAGS_FIXED,
  EFLAGS_IF,
  EFLAGS_TF,
} from '../../machine/cpu/state';
import type { Pc } from '../../machine/pc';
import { refuseFlags, refuseMemory } from '../core/edits';
import type { Registers, SystemEdit } from '../core/system';
import type { Pmap } from '../memory/pmap';
import type { Monitor } from './monitor';

/** Flags that are the guest's own in the real EFLAGS while its code runs; IF and (in the cache) TF are the monitor's. */
const PLAIN_FLAGS = EFLAGS_ARITHMETIC | EFLAGS_DF;

interface Edited {
  readonly pc: Pc;
  readonly pmap: Pmap;
  readonly monitor: Monitor;
  guest(): Registers;
}

/** @returns null, or why it cannot be done */
export function editTranslated(system: Edited, edit: SystemEdit): string | null {
  if (edit.kind === 'memory') return editMemory(system, edit);
  const { register, value } = edit;
  const { monitor } = system;
  const { cpu } = system.pc;
  const virtual = monitor.virtual.cpu;
  const inMonitor = (): boolean => cpu.cpl === 0;
  if (register === 'eip') {
    // Another place in translated code is another translation: the monitor finds it.
    if (cpu.cpl === 1) monitor.park();
    if (inMonitor()) virtual.eip = value;
    else cpu.eip = value;
    return null;
  }
  if (register === 'eflags') return editFlags(system, value);
  if (inMonitor()) virtual.gpr[register] = value;
  else cpu.gpr[register] = value;
  return null;
}

function editFlags(system: Edited, value: number): string | null {
  const { monitor } = system;
  const { cpu } = system.pc;
  const current = system.guest().eflags;
  const refused = refuseFlags(value, current);
  if (refused) return refused;
  const changed = value ^ current;
  const real = cpu.cpl === 3 ? PLAIN_FLAGS | EFLAGS_TF : PLAIN_FLAGS;
  // IF and TF decide where the guest can run.
  if (changed & (EFLAGS_IF | EFLAGS_TF) & ~real) monitor.park();
  if (cpu.cpl === 0) monitor.virtual.cpu.setEflags(value | EFLAGS_FIXED);
  else cpu.setEflags((cpu.eflags & ~real) | (value & real));
  return null;
}

function editMemory(
  { pc, pmap, monitor }: Edited,
  edit: Extract<SystemEdit, { kind: 'memory' }>,
): string | null {
  const { memory } = pc;
  const refused = refuseMemory(edit, (page) => {
    const machine = pmap.machineFrame(page);
    if (machine === null) return 'none';
    return memory.isReadOnly(machine) ? 'rom' : 'yes';
  });
  if (refused) return refused;
  edit.bytes.forEach((byte, i) => {
    memory.write8(pmap.address((edit.physical + i) >>> 0), byte & 0xff);
  });
  monitor.memoryChanged();
  return null;
}
