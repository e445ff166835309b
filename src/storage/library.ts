/**
 * `GuestLibrary`: one's own guests, kept between visits. What cannot be kept (no storage, no room) stays in memory
 * for this visit, and `onProblem` says so: no method rejects because of storage.
 */
import type { Problem } from '../session/view';
import type { GuestSummary, NewGuest, StoredGuest } from './guest';

export interface GuestLibrary {
  /** The latest modified first; without deleted ones. */
  list(): Promise<readonly GuestSummary[]>;
  create(guest: NewGuest): Promise<StoredGuest>;
  /** Null when no guest has that id, it was deleted, or its contents are damaged. */
  load(id: string): Promise<StoredGuest | null>;
  /**
   * Keeps the contents as they are now; `modified` becomes now, and the name stays the one that `rename` gave. The saved
   * guest, or null when it was deleted.
   */
  save(guest: StoredGuest): Promise<StoredGuest | null>;
  rename(id: string, name: string): Promise<void>;
  /** A copy under a name of its own; null when there is nothing to copy. */
  duplicate(id: string): Promise<StoredGuest | null>;
  /**
   * Takes it off the list. `restore` brings it back until 20 later deletions, or until the page is started when an hour
   * has passed: another tab may be started meanwhile.
   */
  remove(id: string): Promise<void>;
  /** False when it is gone for good. */
  restore(id: string): Promise<boolean>;
  /** The guest that was open last; null for none. */
  lastOpen(): Promise<string | null>;
  setLastOpen(id: string | null): Promise<void>;
}

export interface LibraryOptions {
  /** Milliseconds since 1970; injected, so that tests need no clock. */
  readonly now: () => number;
  /** A new id each time. */
  readonly newId: () => string;
  /** Said once for each kind of trouble; work goes on in memory. */
  readonly onProblem: (problem: Problem) => void;
}
