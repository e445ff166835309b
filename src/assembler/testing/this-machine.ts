/** Which opcode forms are this machine's, and not a later processor's. */
import { factsOf } from '../../machine/codec/instruction-facts';
import type { OpcodeForm } from '../../machine/codec/opcode-forms';

const EARLY = /^(INTEL\d+|INTEL8086_ONLY|FPU|FPU\d87|CPUID|TSC|MSR|CX8|SEP|SMM|CMOV)$/;

export const isOfThisMachine = (form: OpcodeForm): boolean =>
  factsOf(form)?.features.every((feature) => EARLY.test(feature)) ?? false;
