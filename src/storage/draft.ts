/**
 * The last edits before the page goes away. IndexedDB answers too late then; `localStorage` keeps a text at once, until the
 * next start puts it where it belongs.
 */
import type { StoredGuest } from './guest';

export interface Draft {
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly time: number;
  readonly main: string;
  /** Texts only: bytes are never edited. */
  readonly texts: Readonly<Record<string, string>>;
}

export interface Drafts {
  /** At once; a text that is too long or a browser that keeps nothing is left out without a word. */
  put(guest: Pick<StoredGuest, 'id' | 'main' | 'files'>): void;
  /** The draft, which is then no longer there. */
  take(): Draft | null;
}

const KEY = 'ringside-draft';

/** @param storage asked for at each use: merely naming it may be forbidden */
export function createDrafts(storage: () => Storage, now: () => number): Drafts {
  return {
    put({ id, main, files }) {
      const texts = Object.fromEntries(
        Object.entries(files).filter(([, content]) => typeof content === 'string'),
      );
      try {
        storage().setItem(KEY, JSON.stringify({ id, time: now(), main, texts }));
      } catch {
        // The write to the library that is under way may still arrive.
      }
    },
    take() {
      try {
        const text = storage().getItem(KEY);
        if (text === null) return null;
        storage().removeItem(KEY);
        const draft: unknown = JSON.parse(text);
        return isDraft(draft) ? draft : null;
      } catch {
        return null;
      }
    },
  };
}

function isDraft(value: unknown): value is Draft {
  if (typeof value !== 'object' || value === null) return false;
  const { id, time, main, texts } = value as Readonly<Record<keyof Draft, unknown>>;
  const named = typeof id === 'string' && typeof time === 'number' && typeof main === 'string';
  if (!named || typeof texts !== 'object' || texts === null) return false;
  return Object.values(texts).every((text) => typeof text === 'string');
}

/** The guest with the draft's texts; null when it was kept since, or has other files by now. */
export function withDraft(guest: StoredGuest, draft: Draft): StoredGuest | null {
  const { id, time, main, texts } = draft;
  if (guest.id !== id || guest.modified > time) return null;
  const kept = Object.entries(guest.files).filter(([, content]) => typeof content !== 'string');
  const files = { ...Object.fromEntries(kept), ...texts };
  return Object.hasOwn(files, main) ? { ...guest, main, files } : null;
}
