import { type GuestInfo, printsAndExits } from '../shipped-guest';

const run = printsAndExits([
  'user: hello',
  'user: 10 + 20 + 30 + 40 is 100, says the kernel',
  'user: the kernel keeps its memory to itself',
  'kernel: exit code 7',
]);

export const systemCalls: GuestInfo = {
  name: 'system-calls',
  title: 'System calls',
  description:
    'Ring 3 asks the kernel through int 0x80 to write, to add and to end; the kernel checks every pointer it is given.',
  topic: 'protection',
  teaches:
    'Step over an `int 0x80`: ring and stack change, and EAX carries the number in and the answer out.',
  format: { kind: 'multiboot-elf' },
  runs: { bare: run, 'binary-translation': run },
};
