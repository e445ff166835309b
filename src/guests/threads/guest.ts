import { type GuestInfo, printsAndExits } from '../shipped-guest';

const run = printsAndExits([
  'polite: A B A B A B',
  'greedy: each waits until the other has moved, and never gives way',
  'greedy: both have ended',
]);

export const threads: GuestInfo = {
  name: 'threads',
  title: 'Two threads',
  description:
    'Cooperative and pre-emptive switching between two stacks, with one routine for both.',
  topic: 'systems',
  teaches:
    'At `switch_thread` one thread’s registers are on its stack; after the next MOV to ESP the POPA takes the other’s.',
  format: { kind: 'multiboot-elf' },
  runs: { bare: run, 'binary-translation': run },
};
