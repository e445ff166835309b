/**
 * Assembles `src/machine/firmware/bios.asm` into `bios.generated.ts` beside it: the machine may not import the assembler.
 * Run `npx tsx scripts/generate-firmware.ts` after editing the firmware.
 */
import { writeFileSync } from 'node:fs';
import { formatFirmware } from '../src/machine/firmware/testing/assemble-bios';

writeFileSync(
  new URL('../src/machine/firmware/bios.generated.ts', import.meta.url),
  formatFirmware(),
);
