import { type GuestInfo, printsAndExits } from '../shipped-guest';

const run = printsAndExits([
  'IOPL 0 traps: cli pushf int iret hlt',
  '  the service said 0x00001042, PUSHF showed IF and IOPL 0x00000000',
  'IOPL 3 traps: int hlt',
  '  the service said 0x00001042, PUSHF showed IF and IOPL 0x00003000',
]);

export const virtual8086: GuestInfo = {
  name: 'virtual-8086',
  title: 'Virtual-8086 mode',
  description:
    'A real-mode program as a task, with a small monitor that carries out what traps: once with IOPL 0, once with IOPL 3.',
  topic: 'hypervisor',
  teaches:
    'This is trap and emulate in small: each sensitive instruction of the program enters `monitor`, which acts on a virtual IF.',
  format: { kind: 'multiboot-elf' },
  runs: { bare: run, 'binary-translation': run },
};
