import type { GuestInfo, MeantRun } from '../shipped-guest';

const line = 'no handler, no handler for that, none for that either';

const run: MeantRun = { outcome: 'triple-fault', console: `${line}\n`, screen: [line] };

export const tripleFault: GuestInfo = {
  name: 'triple-fault',
  title: 'Triple fault',
  description: 'The shortest way to shut a CPU down: an interrupt with an empty IDT.',
  topic: 'protection',
  teaches:
    'The `int3` never gets anywhere: read the faults within faults, and what the machine says at the end.',
  format: { kind: 'multiboot-elf' },
  runs: { bare: run, 'binary-translation': run },
};
