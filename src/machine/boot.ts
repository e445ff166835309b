/**
 * The CPU as a loader leaves it, on silicon or on a monitor's virtual CPU. Whatever the loader does not set is as after
 * reset.
 *
 * @see Multiboot Specification 0.6.96, "Machine state"
 */
import type { Cpu } from './cpu/cpu';
import { SEG, WORD } from './cpu/state';
import type { BootState } from './loader/machine-image';

export function bootCpu(cpu: Cpu, state: BootState): void {
  for (const segment of [SEG.ES, SEG.SS, SEG.DS, SEG.FS, SEG.GS]) {
    cpu.loadDescriptorCache(segment, state.data);
  }
  cpu.loadDescriptorCache(SEG.CS, state.code);
  cpu.gpr.fill(0);
  cpu.gpr[WORD.EAX] = state.eax;
  cpu.gpr[WORD.EBX] = state.ebx;
  cpu.gpr[WORD.EDX] = state.edx ?? 0;
  cpu.gpr[WORD.ESP] = state.esp ?? 0;
  cpu.state[WORD.EIP] = state.eip;
  cpu.state[WORD.CR0] = state.cr0;
  // Without tables the first interrupt or exception before the guest has its own ends in a triple fault.
  for (const word of [WORD.GDTR_BASE, WORD.GDTR_LIMIT]) cpu.state[word] = 0;
  cpu.state[WORD.IDTR_BASE] = state.idtr?.base ?? 0;
  cpu.state[WORD.IDTR_LIMIT] = state.idtr?.limit ?? 0;
  cpu.setEflags(state.eflags);
  cpu.cpl = 0;
  cpu.flushTlb();
}
