/**
 * A shelf that always works: what the real one refuses stays in memory for this visit, and a problem says so once for
 * each kind of trouble. What is in memory hides what the real shelf holds under the same id.
 */
import type { Problem } from '../session/view';
import { memoryShelf, type Shelf } from './shelf';

type Trouble = 'closed' | 'full' | 'blocked' | 'newer' | 'silent' | 'failed';

const PROBLEMS: Readonly<Record<Trouble, Problem>> = {
  closed: {
    message: 'This browser keeps nothing for this page, so your guests last only for this visit.',
    hint: 'A private window or a setting forbids storage. Download what you want to keep.',
  },
  full: {
    message:
      'The browser has no room left for your guests, so the latest edits last only for this visit.',
    hint: 'Download what you want to keep, then delete guests or free disk space.',
  },
  blocked: {
    message: 'Another tab with an older Ringside keeps your guests from being opened.',
    hint: 'Close the other tabs of Ringside and reload this one. Until then, edits last only for this visit.',
  },
  newer: {
    message: 'A newer Ringside has kept your guests in a form that this one does not know.',
    hint: 'Reload the page to get the newer one. Until then, edits last only for this visit.',
  },
  silent: {
    message: 'The browser does not answer when it is asked for your guests.',
    hint: 'Close the other tabs of Ringside and reload this one; your guests are not lost. Until then, edits last only for this visit.',
  },
  failed: {
    message:
      'The browser could not store your guests, so the latest edits last only for this visit.',
    hint: 'Download what you want to keep, and reload the page to try again.',
  },
};

export function steadyShelf(real: Shelf, onProblem: (problem: Problem) => void): Shelf {
  const memory = memoryShelf();
  const inMemory = new Set<string>();
  const gone = new Set<string>();
  const settings = new Set<string>();
  const told = new Set<Trouble>();

  const tell = (error: unknown): void => {
    const trouble = troubleOf(error);
    if (told.has(trouble)) return;
    told.add(trouble);
    onProblem(PROBLEMS[trouble]);
  };
  /** The real shelf's answer, or `instead` with the trouble told. */
  const read = async <T>(ask: () => Promise<T>, instead: T): Promise<T> => {
    try {
      return await ask();
    } catch (error) {
      tell(error);
      return instead;
    }
  };

  return {
    async records() {
      const stored = await read(() => real.records(), []);
      const kept = stored.filter(({ id }) => !inMemory.has(id) && !gone.has(id));
      return [...kept, ...(await memory.records())];
    },
    async record(id) {
      if (gone.has(id)) return null;
      return inMemory.has(id) ? memory.record(id) : read(() => real.record(id), null);
    },
    async files(id) {
      if (gone.has(id)) return null;
      return inMemory.has(id) ? memory.files(id) : read(() => real.files(id), null);
    },
    async put(record, files) {
      gone.delete(record.id);
      try {
        await real.put(record, files);
        inMemory.delete(record.id);
        await memory.delete(record.id);
      } catch (error) {
        await memory.put(record, files);
        inMemory.add(record.id);
        tell(error);
      }
    },
    async delete(id) {
      inMemory.delete(id);
      await memory.delete(id);
      try {
        await real.delete(id);
      } catch (error) {
        gone.add(id);
        tell(error);
      }
    },
    setting: async (name) =>
      settings.has(name) ? memory.setting(name) : read(() => real.setting(name), null),
    async setSetting(name, value) {
      try {
        await real.setSetting(name, value);
        settings.delete(name);
      } catch (error) {
        settings.add(name);
        await memory.setSetting(name, value);
        tell(error);
      }
    },
  };
}

/** @see Indexed Database API 3.0, "Exceptions" */
function troubleOf(error: unknown): Trouble {
  const name = error instanceof Error ? error.name : '';
  if (name === 'QuotaExceededError') return 'full';
  if (name === 'StorageBlocked') return 'blocked';
  if (name === 'StorageSilent') return 'silent';
  if (name === 'VersionError') return 'newer';
  // No IndexedDB at all is a ReferenceError; a forbidden one throws these when it is opened.
  if (['ReferenceError', 'SecurityError', 'InvalidStateError'].includes(name)) return 'closed';
  return 'failed';
}
