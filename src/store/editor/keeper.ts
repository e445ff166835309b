/** Puts edits into the library a little after the last one, one write at a time, the latest contents last. */
import type { StoredGuest } from '../../storage/guest';
import type { GuestLibrary } from '../../storage/library';

const PAUSE_MS = 500;

export interface KeeperOptions {
  readonly library: GuestLibrary;
  readonly wait: (ms: number) => Promise<void>;
  /** What is to be kept now; null when nothing of one's own is open. */
  readonly current: () => StoredGuest | null;
  readonly onState: (saving: 'kept' | 'waiting') => void;
  readonly onSaved: (guest: StoredGuest) => void;
}

export interface Keeper {
  changed(): void;
  /** Writes what waits. */
  flush(): Promise<void>;
}

export function createKeeper(options: KeeperOptions): Keeper {
  let change = 0;
  let kept = 0;
  let writing: Promise<void> = Promise.resolve();

  const write = async (): Promise<void> => {
    const guest = options.current();
    const at = change;
    if (at === kept || !guest) return;
    kept = at;
    const saved = await options.library.save(guest);
    if (saved) options.onSaved(saved);
    if (at === change) options.onState('kept');
  };
  const flush = (): Promise<void> => {
    // Not before the write that runs: the order of writes is the order of edits.
    writing = writing.then(write, write);
    return writing;
  };

  return {
    flush,
    changed() {
      change += 1;
      const at = change;
      options.onState('waiting');
      void options.wait(PAUSE_MS).then(() => (at === change ? flush() : undefined));
    },
  };
}
