import { type GuestInfo, printsAndExits } from '../shipped-guest';

const run = printsAndExits([
  'first: jump',
  'other: ebx is 0x22222222',
  'first: back, ebx is 0x11111111',
  'handler: task register 0x00000038, nested in 0x00000028',
  'handler: again, behind my iret',
  'handler: task register 0x00000038, nested in 0x00000028',
  'first: the end',
]);

export const taskSwitch: GuestInfo = {
  name: 'task-switch',
  title: 'Hardware tasks',
  description:
    'The processor’s own task switch: by a far jump to a task state, and nested through a task gate.',
  topic: 'systems',
  teaches:
    'At the far `jmp` all registers change at once: compare them with the two task states in memory.',
  format: { kind: 'multiboot-elf' },
  runs: { bare: run, 'binary-translation': run },
};
