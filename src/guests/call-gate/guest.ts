import { type GuestInfo, printsAndExits } from '../shipped-guest';

const run = printsAndExits([
  'through the gate: 40 + 2 = 0x0000002a',
  'the adder ran in ring 0x00000000',
  'bytes on its stack: 0x00000018',
  'bytes left on mine: 0x00000000',
]);

export const callGate: GuestInfo = {
  name: 'call-gate',
  title: 'Through a call gate',
  description:
    'Ring 3 calls ring 0 through a call gate with two parameters: ring and stack change, the parameters come along.',
  topic: 'protection',
  teaches:
    'At the far `call` watch CS, SS and ESP change at once, and the parameters appear on the other stack.',
  format: { kind: 'multiboot-elf' },
  runs: { bare: run, 'binary-translation': run },
};
