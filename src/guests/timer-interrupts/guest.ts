import { type GuestInfo, printsAndExits } from '../shipped-guest';

const run = printsAndExits(['ticks: 1 2 3 4 5 6 7 8 9 10', 'that makes 10']);

export const timerInterrupts: GuestInfo = {
  name: 'timer-interrupts',
  title: 'Ten ticks',
  description:
    'IDT, interrupt controller and timer: ten interrupts, each acknowledged, with HLT in between.',
  topic: 'interrupts',
  teaches:
    'Stop at the `hlt`: the next instruction is the handler’s first, and without its end-of-interrupt no second tick would come.',
  format: { kind: 'multiboot-elf' },
  runs: { bare: run, 'binary-translation': run },
};
