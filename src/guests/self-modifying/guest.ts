import { type GuestInfo, printsAndExits } from '../shipped-guest';

const run = printsAndExits([
  '1 + 11 + 21 + 31 + 41 = 105',
  'the routine says 42',
  'its copy says 43',
  'and now 44',
]);

export const selfModifying: GuestInfo = {
  name: 'self-modifying',
  title: 'Code that writes code',
  description:
    'A loop that patches its own immediate operand, and a routine that is copied, changed and run elsewhere.',
  topic: 'hypervisor',
  teaches:
    'Under translation watch the block that holds `again`: each write to it drops its translation, and the next round makes a new one.',
  format: { kind: 'multiboot-elf' },
  runs: { bare: run, 'binary-translation': run },
};
