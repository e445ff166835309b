/** The generated modules and the files beside them say the same, and every shipped guest assembles. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { formatAsmError } from '../assembler/index';
import { buildGuest } from './image';
import { SHIPPED_GUESTS, SHIPPED_TEXTS, shippedGuest } from './registry';
import { LIBRARY_NAMES, libraryFor, sourceOf } from './source-of';
import { GUEST_TEXTS } from './texts.generated';

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

  it('are as the generated modules say (else run scripts/generate-guest-sources.ts)', () => {
    expect(Object.keys(GUEST_TEXTS).sort()).toEqual(folders.sort());
    const library = sourcesIn('lib').map((file) => [`lib/${file}`, read(`lib/${file}`)]);
    expect(SHIPPED_TEXTS.library).toEqual(Object.fromEntries(library));
    for (const name of folders) {
      const others = sourcesIn(name).filter((file) => file !== `${name}.asm`);
      const files = others.map((file) => [file, read(`${name}/${file}`)]);
      const { source, files: generated } = GUEST_TEXTS[name]!;
      expect(source).toBe(read(`${name}/${name}.asm`));
      expect(generated).toEqual(Object.fromEntries(files));
    }
  });

  it.each(SHIPPED_GUESTS)('$name is the same when it is fetched alone', async (guest) => {
    expect(await sourceOf(guest.name)).toEqual(guest);
  });

  it('that do not exist are not fetched', async () => {
    expect(await sourceOf('constructor')).toBeUndefined();
    expect(shippedGuest('constructor')).toBeUndefined();
  });

  it('give their library to texts that name a file of it, however they include it', async () => {
    const { library } = SHIPPED_TEXTS;
    expect(await libraryFor(['nop', '%include "lib/start.inc"'])).toEqual(library);
    expect(LIBRARY_NAMES).toEqual(Object.keys(library).sort());
    expect(await libraryFor(["%define START 'lib/start.inc'\n%include START"])).toEqual(library);
    expect(await libraryFor(['%include "own.inc"', Uint8Array.of(1)])).toEqual({});
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
