import { describe, expect, it } from 'vitest';
import { Random } from '../../hypervisor/testing/random-guest/random';
import { pageEntry } from './page-entry';
import { pages, runsOf } from './pages';
import { helloRings } from './testing/machine';
import { walk } from './walk';

describe('page tables of hello-rings', () => {
  const looked = helloRings('bare');
  looked.runTo('start_tasks');

  it('have one directory entry, whose table covers 4 MiB', () => {
    const view = pages(looked.context, { cpu: 'guest' });
    expect(view).toMatchObject({
      enabled: true,
      writeProtect: true,
      level: 'directory',
      problem: null,
    });
    expect(view.cr3).toBe(looked.addressOf('page_directory'));
    expect(view.entries.map(({ index, target }) => [index, target])).toEqual([
      [0, looked.addressOf('page_table')],
    ]);
  });

  it('are runs that an entry-by-entry reading confirms', () => {
    const view = pages(looked.context, { cpu: 'guest', directoryIndex: 0 });
    // All of the 1024 but the demand page.
    expect(view.entries).toHaveLength(1023);
    expect(view.runs.length).toBeLessThan(12);
    let covered = 0;
    for (const run of view.runs) {
      covered += run.to - run.from + 1;
      expect(run.bytes).toBe((run.to - run.from + 1) * 0x1000);
      for (let index = run.from; index <= run.to; index++) {
        const address = index * 0x1000;
        const found = walk(looked.context, { cpu: 'guest', address, access: 'read', user: false });
        if ('unreadable' in found || found.outcome.kind !== 'mapped') throw new Error('unmapped');
        expect(found.outcome.physical).toBe((run.physical ?? 0) + (index - run.from) * 0x1000);
        expect(run.rights).toBe(
          `${found.tableEntry?.user ? 'user' : 'supervisor'}, ${found.tableEntry?.writable ? 'writable' : 'read-only'}`,
        );
      }
    }
    expect(covered).toBe(1023);
  });

  it('are others for the silicon under binary translation', () => {
    const translated = helloRings('binary-translation');
    translated.runTo('start_tasks');
    const guest = pages(translated.context, { cpu: 'guest' });
    const real = pages(translated.context, { cpu: 'real' });
    expect(guest.cr3).toBe(looked.addressOf('page_directory'));
    expect(real.cr3).not.toBe(guest.cr3);
    // The monitor's own 4 MiB are mapped, for the supervisor only.
    expect(real.entries.at(-1)).toMatchObject({ index: 1023, user: false });
  });

  it('say what is missing', () => {
    const early = helloRings('bare');
    expect(pages(early.context, { cpu: 'guest' }).problem).toMatch(/Paging is off/);
    expect(pages(looked.context, { cpu: 'guest', directoryIndex: 5 }).problem).toBe(
      'The directory entry 5 is not present.',
    );
  });
});

describe('runs of entries', () => {
  const randomTable = (random: Random, level: 'directory' | 'table', cr4: number) => {
    const step = level === 'directory' ? 0x400000 : 0x1000;
    let target = 0;
    return Array.from({ length: 64 }, (_, index) => {
      target = random.oneIn(6) ? random.below(16) * step : target + step;
      const rights = random.oneIn(8) ? random.below(8) : 7;
      const large = level === 'directory' && !random.oneIn(4) ? 0x80 : 0;
      const place = { index, entryAddress: index * 4, linear: (index * step) >>> 0 };
      return pageEntry(level, place, (target | large | rights) >>> 0, cr4);
    }).filter(({ present }) => present);
  };

  it('say of each entry what it says itself, and go on as long as they can', () => {
    for (let seed = 1; seed <= 200; seed++) {
      const random = new Random(seed);
      const level = random.pick(['directory', 'table'] as const);
      const cr4 = random.pick([0, 0x10]);
      const [above] = level === 'table' ? randomTable(random, 'directory', 0) : [];
      const entries = randomTable(random, level, cr4);
      const step = level === 'directory' ? 0x400000 : 0x1000;
      const described = entries.map((entry) => {
        const user = entry.user && (above?.user ?? true);
        const writable = entry.writable && (above?.writable ?? true);
        const leaf = level === 'table' || entry.large;
        const words = `${user ? 'user' : 'supervisor'}, ${writable ? 'writable' : 'read-only'}${entry.large ? ', 4 MiB pages' : ''}`;
        return { index: entry.index, target: leaf ? entry.target : null, words };
      });
      const runs = runsOf(entries, above ?? null);
      const told = runs.flatMap((run) =>
        Array.from({ length: run.to - run.from + 1 }, (_, i) => ({
          index: run.from + i,
          target: run.physical === null ? null : (run.physical + i * step) >>> 0,
          words: run.rights,
        })),
      );
      expect(told).toEqual(described);
      runs.slice(1).forEach((run, i) => {
        const before = runs[i];
        const follows =
          before?.to === run.from - 1 &&
          before.rights === run.rights &&
          (run.physical === null) === (before.physical === null) &&
          (run.physical === null || (before.physical ?? 0) + before.bytes === run.physical);
        expect(follows).toBe(false);
      });
    }
  });
});
