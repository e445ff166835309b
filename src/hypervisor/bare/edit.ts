/** Changes the guest on the bare machine: it always stands between two of its own instructions. */
import { EFLAGS_FIXED, WORD } from '../../machine/cpu/state';
import type { Pc } from '../../machine/pc';
import { refuseFlags, refuseMemory } from '../core/edits';
import type { SystemEdit } from '../core/system';

/** @returns null, or why it cannot be done */
export function editBare(pc: Pc, edit: SystemEdit): string | null {
  const { cpu, memory } = pc;
  if (edit.kind === 'memory') {
    const refused = refuseMemory(edit, (page) => {
      const ram = pc.onBus((page << 12) >>> 0);
      if (ram >= memory.ramBytes) return 'none';
      return memory.isReadOnly(ram >>> 12) ? 'rom' : 'yes';
    });
    if (refused) return refused;
    edit.bytes.forEach((byte, i) => {
      memory.write8(pc.onBus((edit.physical + i) >>> 0), byte & 0xff);
    });
    cpu.mmu.flush(true);
    return null;
  }
  const { register, value } = edit;
  if (register === 'eip') cpu.state[WORD.EIP] = value;
  else if (register === 'eflags') {
    const refused = refuseFlags(value, cpu.eflags);
    if (refused) return refused;
    cpu.setEflags(value | EFLAGS_FIXED);
  } else cpu.gpr[register] = value;
  return null;
}
