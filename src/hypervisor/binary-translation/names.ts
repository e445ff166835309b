/** Names for `%gs` displacements in translated code, as the page shows them: `gs:[vcpu.if]`. */
import { SEGMENT_NAMES, WORD } from '../../machine/cpu/state';
import { CALLOUTS, LOOKUP_KEY, LOOKUP_TARGET, VCPU, VCPU_STATE } from '../memory/layout';

const names = new Map<number, string>([
  [VCPU.IF, 'vcpu.if'],
  [VCPU.IOPL, 'vcpu.iopl'],
  [VCPU.PENDING, 'vcpu.pending'],
  [VCPU.EAX, 'spill.eax'],
  [VCPU.ECX, 'spill.ecx'],
  [VCPU.FLAGS, 'spill.flags'],
  [VCPU.POPPED, 'vcpu.popped'],
  [VCPU.TARGET, 'vcpu.target'],
  [LOOKUP_KEY, 'lookup.key'],
  [LOOKUP_TARGET, 'lookup.target'],
  [VCPU_STATE + WORD.CR0 * 4, 'vcpu.cr0'],
  [VCPU_STATE + WORD.CR2 * 4, 'vcpu.cr2'],
  [VCPU_STATE + WORD.CR3 * 4, 'vcpu.cr3'],
  [VCPU_STATE + WORD.CR4 * 4, 'vcpu.cr4'],
]);
SEGMENT_NAMES.forEach((name, i) => {
  names.set(VCPU_STATE + (WORD.SELECTOR + i) * 4, `vcpu.${name}`);
});
CALLOUTS.forEach((name, i) => {
  names.set(VCPU.CALLOUTS + i * 8, `callout.${name}`);
});

export const nameOfField = (displacement: number): string | null =>
  names.get(displacement >>> 0) ?? null;
