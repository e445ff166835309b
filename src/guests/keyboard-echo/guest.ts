import { type GuestInfo, printsAndExits } from '../shipped-guest';

const run = printsAndExits(['type: Hello 386', 'you pressed 10 keys']);

export const keyboardEcho: GuestInfo = {
  name: 'keyboard-echo',
  title: 'From key to character',
  description:
    'IRQ 1 and scan codes: what is typed appears on the screen, with Shift, and Enter ends the run.',
  topic: 'interrupts',
  teaches:
    'Stop at `key`: the controller gives a number for each press and release, and only the kernel’s table makes characters of them.',
  format: { kind: 'multiboot-elf' },
  input: { text: 'Hello 386\n' },
  runs: { bare: run, 'binary-translation': run },
};
