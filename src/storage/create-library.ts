/** The library's rules over a shelf: names, times, order, and deletion that can be undone. */
import type { GuestSummary, NewGuest, StoredGuest } from './guest';
import { summaryOf } from './guest';
import { indexedDbShelf } from './indexed-db-shelf';
import type { GuestLibrary, LibraryOptions } from './library';
import type { GuestRecord, Shelf } from './shelf';
import { steadyShelf } from './steady-shelf';

/** Removed guests that can still be brought back; older ones go for good. */
const UNDO_DEPTH = 20;
const LAST_OPEN = 'last-open';

export interface CreateOptions extends LibraryOptions {
  /** Where guests lie; without it, IndexedDB. */
  readonly shelf?: Shelf;
}

export function createGuestLibrary(options: CreateOptions): GuestLibrary {
  const { now, newId, onProblem } = options;
  const shelf = steadyShelf(options.shelf ?? indexedDbShelf(), onProblem);

  // What was removed in earlier visits goes for good, before anything else is asked.
  const started = shelf
    .records()
    .then((records) => deleteAll(records.filter(({ removed }) => removed > 0)));
  const deleteAll = async (records: readonly GuestRecord[]): Promise<void> => {
    for (const { id } of records) await shelf.delete(id);
  };

  const present = async (id: string): Promise<StoredGuest | null> => {
    await started;
    const record = await shelf.record(id);
    const files = record && record.removed === 0 ? await shelf.files(id) : null;
    if (!record || !files) return null;
    const { removed: _, ...guest } = record;
    return { ...guest, files };
  };
  const put = (guest: StoredGuest, removed = 0): Promise<void> => {
    const { files, ...record } = guest;
    return shelf.put({ ...record, removed }, files);
  };
  const list = async (): Promise<readonly GuestSummary[]> => {
    await started;
    const records = await shelf.records();
    return records
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
      if (!(await present(guest.id))) return null;
      const saved = { ...guest, modified: now() };
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
      const guest = await present(id);
      if (!guest) return;
      const removed = (await shelf.records()).filter((record) => record.removed > 0);
      removed.sort((a, b) => b.removed - a.removed);
      await put(guest, (removed[0]?.removed ?? 0) + 1);
      await deleteAll(removed.slice(UNDO_DEPTH - 1));
    },
    async restore(id) {
      await started;
      const record = await shelf.record(id);
      const files = record && (await shelf.files(id));
      if (!record || !files) return false;
      await shelf.put({ ...record, removed: 0 }, files);
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
