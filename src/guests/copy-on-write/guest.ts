import { type GuestInfo, printsAndExits } from '../shipped-guest';

const run = printsAndExits([
  'user: parent and child together 0x000007d0',
  'kernel: #PF at 0x00301000, error code 7: copied',
  'kernel: #PF at 0x00300000, error code 7: nobody else has it',
  'user: parent 0x000003e7, child 0x000003ea',
]);

export const copyOnWrite: GuestInfo = {
  name: 'copy-on-write',
  title: 'Copy on write',
  description:
    'Two pages share a frame until one of them is written: a fault, a copy, and the write happens again.',
  topic: 'memory',
  teaches:
    'The first `inc` faults and is executed twice; the second does not fault. Watch the two page-table entries part.',
  format: { kind: 'multiboot-elf' },
  runs: { bare: run, 'binary-translation': run },
};
