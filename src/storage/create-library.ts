/** The library's rules over a shelf: names, times, order, and deletion that can be undone. */
import type { GuestSummary, NewGuest, StoredGuest } from './guest';
import { summaryOf } from './guest';
import { indexedDbShelf } from './indexed-db-shelf';
import type { GuestLibrary, LibraryOptions } from './library';
import type { GuestRecord, Shelf } from './shelf';
import { soundFiles, soundRecord } from './sound';
import { steadyShelf } from './steady-shelf';

/** Removed guests that can still be brought back; older ones go for good. */
const UNDO_DEPTH = 20;
/** A start does not touch what was removed this recently: the tab that did it may still offer the way back. */
const UNDO_MS = 60 * 60 * 1000;
const LAST_OPEN = 'last-open';

export interface CreateOptions extends LibraryOptions {
  /** Where guests lie; without it, IndexedDB. */
  readonly shelf?: Shelf;
}

export function createGuestLibrary(options: CreateOptions): GuestLibrary {
  const { now, newId, onProblem } = options;
  const shelf = steadyShelf(options.shelf ?? indexedDbShelf(), onProblem);

  const records = async (): Promise<GuestRecord[]> =>
    (await shelf.records()).flatMap((stored) => soundRecord(stored) ?? []);
  // What was removed in earlier visits goes for good, before anything else is asked.
  const started = records().then((all) =>
    deleteAll(
      all.filter(({ removed, removedAt = 0 }) => removed > 0 && removedAt <= now() - UNDO_MS),
    ),
  );
  const deleteAll = async (records: readonly GuestRecord[]): Promise<void> => {
    for (const { id } of records) await shelf.delete(id);
  };

  const present = async (id: string): Promise<StoredGuest | null> => {
    await started;
    const record = soundRecord(await shelf.record(id));
    const files = record?.removed === 0 ? soundFiles(record, await shelf.files(id)) : null;
    if (!record || !files) return null;
    const { removed: _, removedAt: _at, ...guest } = record;
    return { ...guest, files };
  };
  const put = (guest: StoredGuest): Promise<void> => {
    const { files, ...record } = guest;
    return shelf.put({ ...record, removed: 0 }, files);
  };
  const list = async (): Promise<readonly GuestSummary[]> => {
    await started;
    return (await records())
      .filter(({ removed }) => removed === 0)
      .map(({ removed: _, ...record }) => summaryOf({ ...record, files: {} }))
      .sort((a, b) => b.modified - a.modified || (a.name < b.name ? -1 : 1));
  };
  const create = async (guest: NewGuest): Promise<StoredGuest> => {
    await started;
    const time = now();
    const created = { ...guest, id: newId(), created: time, modified: time };
    await put(created);
    return created;
  };

  return {
    list,
    create,
    load: present,
    async save(guest) {
      const stored = await present(guest.id);
      if (!stored) return null;
      // Only `rename` gives names: the guest may have got another one in another tab.
      const saved = { ...guest, name: stored.name, modified: now() };
      await put(saved);
      return saved;
    },
    async rename(id, name) {
      const guest = await present(id);
      if (guest) await put({ ...guest, name });
    },
    async duplicate(id) {
      const guest = await present(id);
      if (!guest) return null;
      const { id: _id, created: _created, modified: _modified, ...rest } = guest;
      const taken = (await list()).map(({ name }) => name);
      return create({ ...rest, name: copyName(guest.name, taken) });
    },
    async remove(id) {
      await started;
      const record = soundRecord(await shelf.record(id));
      if (record?.removed !== 0) return;
      const removed = (await records()).filter((other) => other.removed > 0);
      removed.sort((a, b) => b.removed - a.removed);
      const order = (removed[0]?.removed ?? 0) + 1;
      // One whose contents are damaged goes too.
      const files = (await shelf.files(id)) ?? {};
      await shelf.put({ ...record, removed: order, removedAt: now() }, files);
      await deleteAll(removed.slice(UNDO_DEPTH - 1));
    },
    async restore(id) {
      await started;
      const record = soundRecord(await shelf.record(id));
      const files = record && (await shelf.files(id));
      if (!record || !files) return false;
      const { removedAt: _, ...rest } = record;
      await shelf.put({ ...rest, removed: 0 }, files);
      return true;
    },
    async lastOpen() {
      return shelf.setting(LAST_OPEN);
    },
    setLastOpen: (id) => shelf.setSetting(LAST_OPEN, id),
  };
}

/** `name copy`, `name copy 2` …: the first that is free. */
export function copyName(name: string, taken: readonly string[]): string {
  const stem = name.replace(/ copy(?: \d+)?$/, '');
  for (let n = 1; ; n++) {
    const candidate = n === 1 ? `${stem} copy` : `${stem} copy ${n}`;
    if (!taken.includes(candidate)) return candidate;
  }
}
