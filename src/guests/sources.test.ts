/** The generated module and the `.asm` files say the same, and every shipped guest assembles. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { assemble, formatAsmError } from '../assembler/index';
import { SHIPPED_GUESTS } from './registry';
import { GUEST_SOURCES } from './sources.generated';

const folders = readdirSync(new URL('.', import.meta.url), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name);

describe('shipped guests', () => {
  it('are all in the registry', () => {
    expect(SHIPPED_GUESTS.map((guest) => guest.name).sort()).toEqual(folders.sort());
  });

  it.each(SHIPPED_GUESTS)(
    '$name: the generated module is the .asm file (else run scripts/generate-guest-sources.ts)',
    (guest) => {
      const file = new URL(`${guest.name}/${guest.fileName}`, import.meta.url);
      const generated: Readonly<Record<string, string>> = GUEST_SOURCES;
      expect(generated[guest.name]).toBe(readFileSync(file, 'utf8'));
    },
  );

  it.each(SHIPPED_GUESTS)('$name assembles without errors', (guest) => {
    const result = assemble(guest.source, { name: guest.fileName });
    expect(result.ok ? [] : result.error.map(formatAsmError)).toEqual([]);
  });
});
