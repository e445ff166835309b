/** The generated module and the files beside it say the same, and every shipped guest assembles. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { formatAsmError } from '../assembler/index';
import { buildGuest } from './image';
import { SHIPPED_GUESTS } from './registry';
import { GUEST_FILES, GUEST_LIBRARY, GUEST_SOURCES } from './sources.generated';

const read = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8');

const folders = readdirSync(new URL('.', import.meta.url), { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && !['lib', 'testing'].includes(entry.name))
  .map((entry) => entry.name);

/** Paths of the files in a folder that assemble into something, by the names they are included by. */
const sourcesIn = (folder: string) =>
  readdirSync(new URL(`${folder}/`, import.meta.url)).filter((name) => /\.(asm|inc)$/.test(name));

describe('shipped guests', () => {
  it('are all in the catalog, once', () => {
    expect(SHIPPED_GUESTS.map((guest) => guest.name).sort()).toEqual(folders.sort());
  });

  it('are all in the table of the README', () => {
    const readme = read('README.md');
    expect(SHIPPED_GUESTS.filter(({ name }) => !readme.includes(`| \`${name}\` |`))).toEqual([]);
  });

  it('are as the generated module says (else run scripts/generate-guest-sources.ts)', () => {
    const sources = folders.map((name) => [name, read(`${name}/${name}.asm`)]);
    expect(GUEST_SOURCES).toEqual(Object.fromEntries(sources));
    const library = sourcesIn('lib').map((file) => [`lib/${file}`, read(`lib/${file}`)]);
    expect(GUEST_LIBRARY).toEqual(Object.fromEntries(library));
    for (const name of folders) {
      const others = sourcesIn(name).filter((file) => file !== `${name}.asm`);
      const files = others.map((file) => [file, read(`${name}/${file}`)]);
      expect(GUEST_FILES[name] ?? {}).toEqual(Object.fromEntries(files));
    }
  });

  it.each(SHIPPED_GUESTS)('$name assembles without errors', (guest) => {
    const built = buildGuest(guest);
    expect(built.ok ? [] : built.error.map(formatAsmError)).toEqual([]);
  });

  it.each(SHIPPED_GUESTS)('$name says in one or two sentences what it is', (guest) => {
    for (const text of [guest.description, guest.teaches]) {
      expect(text).toMatch(/^[A-Z].{20,300}[.?]$/s);
    }
  });
});
