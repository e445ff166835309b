/** Puts edits into the library a little after the last one, one write at a time, the latest contents last. */
import type { Problem } from '../../session/view';
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
  readonly report: (problem: Problem) => void;
}

export interface Keeper {
  changed(): void;
  /** Writes what waits. */
  flush(): Promise<void>;
}

export function createKeeper(options: KeeperOptions): Keeper {
  let change = 0;
  let taken = 0;
  /** When guests were last written from here: they may wait in line with an older time. */
  const written = new Map<string, number>();
  /** Guests whose owner knows that two tabs write them. */
  const warned = new Set<string>();
  let writing: Promise<void> = Promise.resolve();

  /** What another tab made of the guest since stays, as a guest of its own: the last edit wins, nothing is lost. */
  const spareOther = async (guest: StoredGuest): Promise<void> => {
    const stored = warned.has(guest.id) ? null : await options.library.load(guest.id);
    const known = Math.max(guest.modified, written.get(guest.id) ?? 0);
    if (!stored || stored.modified <= known) return;
    warned.add(guest.id);
    const { id: _id, created: _created, modified: _modified, ...rest } = stored;
    const name = `${guest.name} (other tab)`;
    options.onSaved(await options.library.create({ ...rest, name }));
    options.report({
      message: `${guest.name} was changed in another tab too.`,
      hint: `That version is now in your guests as "${name}". Close one of the tabs: from here on the last edit wins.`,
    });
  };
  const write = async (guest: StoredGuest, at: number): Promise<void> => {
    await spareOther(guest);
    const saved = await options.library.save(guest);
    if (saved) {
      written.set(saved.id, saved.modified);
      options.onSaved(saved);
      if (at === change) options.onState('kept');
    } else if (!warned.has(guest.id)) {
      warned.add(guest.id);
      options.report({
        message: `${guest.name} was deleted in another tab, so edits are not kept.`,
        hint: 'Undo the deletion there, or download the file here.',
      });
    }
  };
  const flush = (): Promise<void> => {
    const guest = options.current();
    const at = change;
    if (at === taken || !guest) return writing;
    taken = at;
    // What is open now, though another may be when its turn comes: the order of writes is the order of edits.
    const next = () => write(guest, at);
    writing = writing.then(next, next);
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
