import 'fake-indexeddb/auto';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { Problem } from '../session/view';
import { copyName, createGuestLibrary } from './create-library';
import type { NewGuest } from './guest';
import { indexedDbShelf } from './indexed-db-shelf';
import { memoryShelf, type Shelf } from './shelf';

const GUEST: NewGuest = {
  name: 'first',
  kind: 'source',
  main: 'first.asm',
  files: { 'first.asm': 'cli\n', 'logo.bin': Uint8Array.of(1, 2, 255) },
  image: { format: 'flat', loadAddress: 0x200000, bits: 32 },
  breakpoints: [
    {
      id: 'a',
      enabled: true,
      place: { kind: 'source', file: 'first.asm', line: 1 },
      condition: 'eax == 1',
    },
  ],
};

let databases = 0;
/** One browser: `visit` starts the page again over the same storage. */
function browser(shelfOf: () => Shelf = storedIn(`test-${++databases}`)) {
  let time = 1000;
  let ids = 0;
  const problems: Problem[] = [];
  const visit = () =>
    createGuestLibrary({
      shelf: shelfOf(),
      now: () => ++time,
      newId: () => `g${++ids}`,
      onProblem: (problem) => problems.push(problem),
    });
  const pass = (ms: number) => {
    time += ms;
  };
  return { visit, problems, pass };
}
const storedIn = (name: string) => () => indexedDbShelf(name);

const names = async (library: ReturnType<typeof createGuestLibrary>) =>
  (await library.list()).map(({ name }) => name);

describe('the library', () => {
  it('keeps sources, bytes, image choice and breakpoints over a reload', async () => {
    const { visit, problems } = browser();
    const created = await visit().create(GUEST);
    const later = visit();
    expect(await later.load(created.id)).toEqual({ ...GUEST, ...created });
    expect((await later.load(created.id))?.files['logo.bin']).toEqual(Uint8Array.of(1, 2, 255));
    expect(problems).toEqual([]);
  });

  it('lists the latest modified first, without contents', async () => {
    const library = browser().visit();
    const first = await library.create(GUEST);
    await library.create({ ...GUEST, name: 'second' });
    expect(await names(library)).toEqual(['second', 'first']);
    await library.save({ ...first, files: { 'first.asm': 'sti\n' } });
    expect(await names(library)).toEqual(['first', 'second']);
    expect((await library.list())[0]).not.toHaveProperty('files');
  });

  it('saves what was written last, with a new time and the old id', async () => {
    const library = browser().visit();
    const first = await library.create(GUEST);
    const saved = await library.save({ ...first, files: { 'first.asm': 'hlt\n' } });
    expect(saved?.modified).toBeGreaterThan(first.modified);
    expect((await library.load(first.id))?.files).toEqual({ 'first.asm': 'hlt\n' });
    expect(saved?.created).toBe(first.created);
  });

  it('renames, and duplicates under a free name', async () => {
    const library = browser().visit();
    const { id } = await library.create(GUEST);
    await library.rename(id, 'renamed');
    await library.duplicate(id);
    const copy = await library.duplicate(id);
    expect((await names(library)).toSorted()).toEqual([
      'renamed',
      'renamed copy',
      'renamed copy 2',
    ]);
    expect(copy?.files).toEqual(GUEST.files);
    expect(copy?.id).not.toBe(id);
  });

  it('brings a removed guest back with its contents', async () => {
    const library = browser().visit();
    const { id } = await library.create(GUEST);
    await library.remove(id);
    expect(await names(library)).toEqual([]);
    expect(await library.load(id)).toBeNull();
    expect(await library.restore(id)).toBe(true);
    expect((await library.load(id))?.files).toEqual(GUEST.files);
  });

  it('does not save a removed guest back to life', async () => {
    const library = browser().visit();
    const guest = await library.create(GUEST);
    await library.remove(guest.id);
    expect(await library.save(guest)).toBeNull();
    expect(await names(library)).toEqual([]);
  });

  it('brings a guest back that was removed before another tab was opened', async () => {
    const { visit } = browser();
    const library = visit();
    const { id } = await library.create(GUEST);
    await library.remove(id);
    expect(await names(visit())).toEqual([]);
    expect(await library.restore(id)).toBe(true);
    expect(await names(library)).toEqual(['first']);
  });

  it('keeps the name that another tab gave', async () => {
    const { visit } = browser();
    const guest = await visit().create(GUEST);
    await visit().rename(guest.id, 'renamed');
    expect(await visit().save({ ...guest, files: { 'first.asm': 'hlt\n' } })).toMatchObject({
      name: 'renamed',
    });
  });

  it('forgets removed guests at a later start, and beyond twenty of them', async () => {
    const { visit, pass } = browser();
    const library = visit();
    const ids: string[] = [];
    for (let n = 0; n < 21; n++) ids.push((await library.create({ ...GUEST, name: `n${n}` })).id);
    for (const id of ids) await library.remove(id);
    expect(await library.restore(ids[0] ?? '')).toBe(false);
    expect(await library.restore(ids[1] ?? '')).toBe(true);
    pass(60 * 60 * 1000);
    const later = visit();
    expect(await names(later)).toEqual(['n1']);
    expect(await later.restore(ids[5] ?? '')).toBe(false);
  });

  it('remembers which guest was open, and that none was', async () => {
    const { visit } = browser();
    await visit().setLastOpen('g1');
    expect(await visit().lastOpen()).toBe('g1');
    await visit().setLastOpen(null);
    expect(await visit().lastOpen()).toBeNull();
  });
});

describe('a name for a copy', () => {
  it('counts on instead of piling up', () => {
    expect(copyName('a', [])).toBe('a copy');
    expect(copyName('a copy', ['a', 'a copy'])).toBe('a copy 2');
    expect(copyName('a copy 2', ['a copy', 'a copy 2'])).toBe('a copy 3');
  });
});

const refuse = (name: string) => (): Promise<never> =>
  Promise.reject(new DOMException('refused', name));

/** A shelf in memory whose writing or opening can be made to fail. */
function failing(name: string, what: 'writing' | 'all'): Shelf {
  const shelf = memoryShelf();
  const no = refuse(name);
  const writing = { put: no, setSetting: no, delete: no };
  const reading = { records: no, record: no, files: no, setting: no };
  return { ...shelf, ...writing, ...(what === 'all' ? reading : {}) };
}

describe('damaged records', () => {
  const junk: readonly unknown[] = [
    {},
    { id: 5, name: 'number' },
    { id: 'a' },
    { id: 'b', name: 7, kind: 'source', main: 'b.asm', modified: Number.NaN, created: 'never' },
    { id: 'c', name: 'c', kind: 'image', main: 'c', image: { format: 'tape' }, removed: 'no' },
    {
      ...{ id: 'd', name: 'd', kind: 'source', main: 'd.asm', modified: 1e300, input: 'keys' },
      breakpoints: [null, { id: 'x' }, { ...GUEST.breakpoints[0], place: { kind: 'source' } }],
    },
  ];
  const damaged = (files: unknown) => {
    const shelf = memoryShelf();
    return {
      ...shelf,
      records: async () => [...junk, ...(await shelf.records())],
      record: async (id: string) =>
        junk.find((r) => (r as { id?: unknown }).id === id) ?? shelf.record(id),
      files: async (id: string) => (await shelf.files(id)) ?? files,
    } as unknown as Shelf;
  };

  it('do not keep the others from being listed', async () => {
    const library = browser(() => damaged(null)).visit();
    await library.create(GUEST);
    expect((await names(library)).toSorted()).toEqual(['b.asm', 'c', 'd', 'first']);
    for (const { modified } of await library.list()) {
      expect(Number.isNaN(new Date(modified).getTime())).toBe(false);
    }
  });

  it('are opened as far as they go, and not at all without their main file', async () => {
    const files = { 'd.asm': 'hlt\n', 'odd.bin': 5, 'logo.bin': Uint8Array.of(1) };
    const library = browser(() => damaged(files)).visit();
    expect(await library.load('d')).toEqual({
      ...{ id: 'd', name: 'd', kind: 'source', main: 'd.asm', created: 0, modified: 0 },
      ...{ image: null, breakpoints: [] },
      ...{ files: { 'd.asm': 'hlt\n', 'logo.bin': Uint8Array.of(1) } },
    });
    expect(await library.load('b')).toBeNull();
  });

  it('can be taken off the list', async () => {
    const shelf = memoryShelf();
    const library = browser(() => ({ ...shelf, files: async () => null })).visit();
    const { id } = await library.create(GUEST);
    expect(await library.load(id)).toBeNull();
    await library.remove(id);
    expect(await names(library)).toEqual([]);
  });
});

describe('storage that refuses', () => {
  it.each([
    ['is full', 'QuotaExceededError', 'writing', /no room left/],
    ['is forbidden', 'SecurityError', 'all', /keeps nothing for this page/],
    ['breaks', 'UnknownError', 'writing', /could not store/],
  ] as const)(
    '%s: work goes on in memory and one problem says so',
    async (_n, error, what, words) => {
      const { visit, problems } = browser(() => failing(error, what));
      const library = visit();
      const guest = await library.create(GUEST);
      await library.save({ ...guest, files: { 'first.asm': 'hlt' } });
      await library.setLastOpen(guest.id);
      expect((await library.load(guest.id))?.files).toEqual({ 'first.asm': 'hlt' });
      expect(await names(library)).toEqual(['first']);
      expect(await library.lastOpen()).toBe(guest.id);
      await library.remove(guest.id);
      expect(await names(library)).toEqual([]);
      expect(await library.restore(guest.id)).toBe(true);
      expect(problems.map(({ message }) => message)).toEqual([expect.stringMatching(words)]);
      expect(problems[0]?.hint).toMatch(/[Dd]ownload/);
    },
  );

  it('shows the edit that was not kept rather than the one that was', async () => {
    const shelf = memoryShelf();
    let full = false;
    const { visit } = browser(() => ({
      ...shelf,
      put: (record, files) => (full ? refuse('QuotaExceededError')() : shelf.put(record, files)),
    }));
    const library = visit();
    const guest = await library.create(GUEST);
    full = true;
    await library.save({ ...guest, files: { 'first.asm': 'not kept' } });
    expect((await library.load(guest.id))?.files).toEqual({ 'first.asm': 'not kept' });
    full = false;
    await library.save({ ...guest, files: { 'first.asm': 'kept' } });
    expect((await visit().load(guest.id))?.files).toEqual({ 'first.asm': 'kept' });
  });

  it('has no IndexedDB at all', async () => {
    const { visit, problems } = browser(() => ({
      ...memoryShelf(),
      records: () => Promise.reject(new ReferenceError('indexedDB is not defined')),
    }));
    expect(await names(visit())).toEqual([]);
    expect(problems[0]?.message).toMatch(/lasts? only for this visit/);
  });

  it('never answers', async () => {
    const opening = vi.spyOn(indexedDB, 'open').mockReturnValue(new IDBOpenDBRequest());
    onTestFinished(() => opening.mockRestore());
    const { visit, problems } = browser(() => indexedDbShelf(`test-${++databases}`, 5));
    const library = visit();
    const { id } = await library.create(GUEST);
    expect(await library.load(id)).not.toBeNull();
    expect(problems.map(({ message }) => message)).toEqual([
      expect.stringMatching(/does not answer/),
    ]);
  });

  it('was written by a newer version', async () => {
    const name = `test-${++databases}`;
    await new Promise((resolve) => {
      const opening = indexedDB.open(name, 2);
      opening.onsuccess = () => resolve(opening.result.close());
    });
    const { visit, problems } = browser(storedIn(name));
    expect(await visit().create(GUEST)).toMatchObject({ name: 'first' });
    expect(problems[0]?.message).toMatch(/newer Ringside/);
  });

  it('is opened again after another tab made it make way', async () => {
    const name = `test-${++databases}`;
    const { visit, problems } = browser(storedIn(name));
    const library = visit();
    const { id } = await library.create(GUEST);
    await new Promise<void>((resolve, reject) => {
      const deleting = indexedDB.deleteDatabase(name);
      deleting.onsuccess = () => resolve();
      deleting.onblocked = () => reject(new Error('the old page did not make way'));
    });
    expect(await library.load(id)).toBeNull();
    expect(await library.create(GUEST)).toMatchObject({ name: 'first' });
    expect(problems).toEqual([]);
  });
});
