import { type GuestInfo, printsAndExits } from '../shipped-guest';

const run = printsAndExits([
  'paging: on',
  'accessed and dirty before: 0x00000000',
  'written to ONE, read from TWO: 0x0badcafe',
  'ONE after the write: 0x00000060',
  'TWO after the read: 0x00000020',
  'TWO points elsewhere now: 0xb10eb10e',
  'ONE is as it was: 0x0badcafe',
  'read-only ONE: #PF at 0x01000000, error code 0x00000003: opened, 0x00000001',
]);

export const pageTables: GuestInfo = {
  name: 'page-tables',
  title: 'Page tables by hand',
  description:
    'A directory and two tables: two pages on one frame, a remapped page with INVLPG, accessed and dirty bits, a read-only page.',
  topic: 'memory',
  teaches:
    'Watch the entries in memory: the processor sets accessed and dirty bits itself, and a changed entry counts only after INVLPG.',
  format: { kind: 'multiboot-elf' },
  runs: { bare: run, 'binary-translation': run },
};
