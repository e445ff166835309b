import { type GuestInfo, printsAndExits } from '../shipped-guest';

const run = printsAndExits([
  'kernel: going to ring 3',
  'kernel: #GP, error code 0x00000000, in ring 3',
  'kernel: it was the cli; I step over it',
  'user: still here',
]);

export const userCli: GuestInfo = {
  name: 'user-cli',
  title: 'cli in user mode',
  description:
    'One forbidden instruction in ring 3, and a kernel whose handler for #GP(0) reports it and goes on.',
  topic: 'first steps',
  teaches:
    'Step over the `cli` at program: it does not execute, and the next instruction is the first of the kernel’s handler.',
  format: { kind: 'multiboot-elf' },
  runs: { bare: run, 'binary-translation': run },
};
