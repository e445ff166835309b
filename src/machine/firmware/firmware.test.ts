import { describe, expect, it } from 'vitest';
import { HAS_NASM, NASM_SKIPPED, nasmSource } from '../../assembler/testing/nasm';
import { BIOS_CODE } from './bios.generated';
import { FIRMWARE_BYTES, firmwareRom } from './firmware';
import { assembleBios, biosSources } from './testing/assemble-bios';

describe('the firmware', () => {
  it('is what its sources assemble to (else run scripts/generate-firmware.ts)', () => {
    const { rom, codeBytes } = assembleBios();
    expect(rom.length).toBe(FIRMWARE_BYTES);
    expect(Buffer.compare(firmwareRom(), rom)).toBe(0);
    expect(Buffer.from(BIOS_CODE.join(''), 'base64').length).toBe(codeBytes);
  });

  it.skipIf(!HAS_NASM)(`has the same bytes from NASM${NASM_SKIPPED}`, () => {
    const files = biosSources();
    const { image, messages } = nasmSource(files['bios.asm'] ?? '', files);
    expect(messages).toBe('');
    expect(image && Buffer.compare(image, firmwareRom())).toBe(0);
  });

  it('has a stub for every vector, told apart by its place', () => {
    const rom = firmwareRom();
    for (let vector = 0; vector < 256; vector++) {
      expect(Array.from(rom.subarray(vector * 4, vector * 4 + 4))).toEqual([
        0xe6, 0xb2, 0xcf, 0x90,
      ]);
    }
  });
});
