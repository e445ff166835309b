/** Names of interrupt vectors: the architecture's own, and the device interrupts that really came through one. */
import type { TimedFact } from '../../hypervisor/core/system';

/** @see Intel SDM vol. 3, "Interrupt and Exception Handling": "Exception and Interrupt Vectors" */
const EXCEPTIONS: Readonly<Record<number, string>> = {
  0: '#DE divide error',
  1: '#DB debug',
  2: 'NMI',
  3: '#BP breakpoint',
  4: '#OF overflow',
  5: '#BR bound range exceeded',
  6: '#UD undefined opcode',
  7: '#NM no coprocessor',
  8: '#DF double fault',
  10: '#TS invalid TSS',
  11: '#NP segment not present',
  12: '#SS stack fault',
  13: '#GP general protection',
  14: '#PF page fault',
  16: '#MF x87 error',
  17: '#AC alignment check',
  18: '#MC machine check',
};

const DEVICES: Readonly<Record<number, string>> = {
  0: 'timer',
  1: 'keyboard',
  4: 'serial port',
  8: 'clock',
};

/**
 * Which vector a device interrupt comes at is the guest's choice, programmed into the interrupt controllers; what is
 * known of it is what came so far.
 */
export function vectorNames(facts: readonly TimedFact[]): (vector: number) => string | null {
  const requests = new Map<number, number>();
  for (const fact of facts) if (fact.kind === 'interrupt') requests.set(fact.vector, fact.irq);
  return (vector) => {
    const irq = requests.get(vector);
    if (irq === undefined) return EXCEPTIONS[vector] ?? null;
    const device = DEVICES[irq];
    const name = device ? `IRQ ${irq} ${device}` : `IRQ ${irq}`;
    const exception = EXCEPTIONS[vector];
    return exception ? `${exception}, also ${name}` : name;
  };
}
