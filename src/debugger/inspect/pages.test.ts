import { describe, expect, it } from 'vitest';
import { pages } from './pages';
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
