import { type GuestInfo, printsAndExits } from '../shipped-guest';

const run = printsAndExits(['real mode: 16 bits', 'protected mode: 32 bits']);

export const bootSector: GuestInfo = {
  name: 'boot-sector',
  title: 'A boot sector',
  description:
    'From real mode to 32-bit protected mode within 512 bytes, and without a call of the firmware.',
  topic: 'first steps',
  teaches:
    'Setting PE changes nothing at once: watch CS and its base at the far jump that follows.',
  format: { kind: 'boot-sector' },
  runs: { bare: run, 'binary-translation': run },
};
