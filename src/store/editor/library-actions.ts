/** One's own guests and the shipped ones: opening, making, naming, taking away and bringing back. */
import { ok, type Result } from '../../base/result';
import type { Breakpoint } from '../../session/debug';
import type { Problem } from '../../session/view';
import type { ImageChoice } from '../../session/world';
import { withDraft } from '../../storage/draft';
import type { NewGuest, StoredGuest } from '../../storage/guest';
import { archiveOf, filesInArchive, isArchive } from './archive';
import { fileDownload } from './downloads';
import type {
  EditorActions,
  EditorOptions,
  EditorState,
  NamedBytes,
  OpenGuest,
} from './editor-state';
import { importFiles, stem } from './import-files';
import { reasonOf } from './problems';
import { openShippedGuest, waitsForPerson } from './shipped';
import { TEMPLATE, TEMPLATE_FILE } from './template';

type LibraryActions = Pick<
  EditorActions,
  | 'start'
  | 'newGuest'
  | 'openOwn'
  | 'openShipped'
  | 'followMachine'
  | 'editCopy'
  | 'openFiles'
  | 'askImage'
  | 'answerQuestion'
  | 'dismissQuestion'
  | 'rename'
  | 'duplicate'
  | 'remove'
  | 'undoRemove'
  | 'dismissRemoved'
  | 'startShipped'
  | 'startOwn'
  | 'downloadOwn'
>;

export interface LibraryDeps extends EditorOptions {
  readonly get: () => EditorState;
  readonly set: (change: Partial<EditorState>) => void;
  /** Puts a program into the editor. */
  readonly show: (guest: OpenGuest | null, breakpoints: readonly Breakpoint[]) => void;
  /** Puts the keyboard into the program that is shown. */
  readonly takeKeyboard: () => void;
  /** Opens the program that is shown in the machine; `run`: and runs it. */
  readonly load: () => Promise<boolean>;
  readonly run: () => Promise<boolean>;
  /** Keeps what waits to be kept. */
  readonly flush: () => Promise<void>;
}

export const openOf = (guest: StoredGuest): OpenGuest => {
  const { breakpoints: _, input = null, ...rest } = guest;
  return { ...rest, input, shipped: null };
};

export function libraryActions(deps: LibraryDeps): LibraryActions {
  const { get, set, library, machine, report, show, flush } = deps;
  /** Openings in order: a slow one that was overtaken shows nothing. */
  let opening = 0;

  const refresh = async (): Promise<void> => set({ own: await library.list() });
  /** The guest that was open when it was removed: it is open again when it is brought back. */
  let closed: string | null = null;

  /** The dialog goes in the same moment: while it is there, keys do not reach the editor behind it. */
  const showStored = async (guest: StoredGuest): Promise<void> => {
    set({ libraryOpen: false });
    show(openOf(guest), guest.breakpoints);
    await library.setLastOpen(guest.id);
  };

  /** A new guest of one's own, open in the editor; `toWrite`: a person is about to type there. */
  const make = async (guest: NewGuest, toWrite = false): Promise<void> => {
    opening += 1;
    await flush();
    const made = await library.create({ ...guest, name: freeTitle(guest.name) });
    const shown = showStored(made);
    if (toWrite) deps.takeKeyboard();
    await shown;
    await refresh();
  };

  const freeTitle = (name: string): string => {
    const taken = get().own.map((guest) => guest.name);
    if (!taken.includes(name)) return name;
    for (let n = 2; ; n++) if (!taken.includes(`${name} ${n}`)) return `${name} ${n}`;
  };

  const openOwn = async (id: string): Promise<boolean> => {
    const mine = ++opening;
    await flush();
    const guest = await library.load(id);
    if (mine !== opening) return false;
    if (guest) {
      await showStored(guest);
    } else {
      report({
        message: 'This guest is no longer in the library, or its contents are damaged.',
        hint: 'It may have been deleted in another tab. If it stays in the list, delete it there.',
      });
      await refresh();
    }
    return guest !== null;
  };

  const showShipped = async (name: string): Promise<boolean> => {
    const mine = ++opening;
    await flush();
    const guest = await openShippedGuest(name);
    if (mine !== opening) return false;
    if (guest) show(guest, []);
    else report({ message: `There is no shipped guest named '${name}'.` });
    return guest !== null;
  };
  const openShipped = async (name: string): Promise<boolean> => {
    const shown = await showShipped(name);
    if (shown) set({ libraryOpen: false });
    return shown;
  };

  /** Guests that a person has asked for and that are still to be shown. */
  let asked = 0;
  const forPerson =
    <Given extends unknown[], Done>(act: (...given: Given) => Promise<Done>) =>
    async (...given: Given): Promise<Done> => {
      asked += 1;
      try {
        return await act(...given);
      } finally {
        asked -= 1;
      }
    };

  /** An image that the machine has accepted becomes a guest of one's own. */
  const keepImage = async (file: NamedBytes, image: ImageChoice | null): Promise<void> => {
    const { name, bytes } = file;
    await make({
      ...{ name: stem(name), kind: 'image', main: name, image },
      ...{ files: { [name]: bytes }, breakpoints: [] },
    });
  };

  const openImage = async (file: NamedBytes, left: readonly string[]): Promise<boolean> => {
    const { name, bytes } = file;
    if (bytes.length === 0) {
      report({ message: `${name} is empty: there is nothing to load.`, file: name });
      return false;
    }
    const problem = await machine.open({ kind: 'image', name, bytes }, null);
    if (problem) {
      set({
        libraryOpen: false,
        question: { file, reason: reasonOf(problem), suggestion: suggestFor(bytes) },
      });
      return false;
    }
    await keepImage(file, null);
    if (left.length > 0) {
      report({
        message: `Opened ${name}. An image is one file, so ${left.length} more ${left.length === 1 ? 'was' : 'were'} left out: ${left.slice(0, 5).join(', ')}.`,
        hint: 'Open sources together with the files they include; open images one at a time.',
      });
    }
    return true;
  };

  let started: Promise<void> | null = null;
  /** Edits that the last visit had no time to keep. */
  const keepDraft = async (): Promise<void> => {
    const draft = deps.drafts?.take();
    const guest = draft ? await library.load(draft.id) : null;
    const edited = draft && guest ? withDraft(guest, draft) : null;
    if (edited) await library.save(edited);
  };
  const reopen = async (): Promise<void> => {
    await keepDraft();
    await refresh();
    const last = await library.lastOpen();
    const guest = last === null ? null : await library.load(last);
    if (guest && opening === 0) show(openOf(guest), guest.breakpoints);
  };
  const start = (): Promise<void> => {
    started ??= reopen();
    return started;
  };

  return {
    start,
    openOwn: forPerson(openOwn),
    openShipped: forPerson(openShipped),
    newGuest: forPerson(async () => {
      const template: NewGuest = {
        ...{ name: 'My guest', kind: 'source', main: TEMPLATE_FILE, image: null },
        ...{ files: { [TEMPLATE_FILE]: TEMPLATE }, breakpoints: [] },
      };
      await make(template, true);
    }),
    async followMachine(always = false) {
      // Not before the guest of the last visit is back: it has the first place.
      await start();
      const world = machine.world();
      const { guest, run } = get();
      if (!world || (!always && (asked > 0 || (guest && guest.id !== null)))) return;
      if (world.guest.kind === 'shipped') {
        if (guest?.shipped !== world.guest.name) await showShipped(world.guest.name);
      } else if (always && run?.id && run.id !== guest?.id) {
        await openOwn(run.id);
      }
    },
    editCopy: forPerson(async (name?: string) => {
      const { guest } = get();
      const source =
        name === undefined || guest?.shipped === name ? guest : await openShippedGuest(name);
      if (!source) return false;
      const { kind, main, files, image, input } = source;
      const copy = {
        ...{ name: source.name, kind, main, files, image, breakpoints: [] },
        ...(input ? { input } : {}),
      };
      await make(copy, true);
      return true;
    }),
    openFiles: forPerson(async (given: readonly NamedBytes[]) => {
      const files = await unpacked(given);
      if (!files.ok) {
        report(files.error);
        return false;
      }
      const imported = importFiles(files.value);
      switch (imported.kind) {
        case 'nothing':
          report({
            message: 'There is nothing to open: no file was found there.',
            hint: 'Choose assembly source (.asm) with the files it includes, or one image.',
          });
          return false;
        case 'unreadable':
          report(imported.problem);
          return false;
        case 'image':
          return openImage(imported.file, imported.left);
        case 'source': {
          const { name, main, files } = imported;
          await make({ name, kind: 'source', main, files, image: null, breakpoints: [] });
          // Opened is opened, whether it runs or has errors to mend first.
          await deps.load();
          return true;
        }
      }
    }),
    async answerQuestion(choice) {
      const { question, guest } = get();
      if (!question) return false;
      const { file } = question;
      const { name, bytes } = file;
      const problem = await machine.open({ kind: 'image', name, bytes }, choice);
      if (problem) {
        set({ question: { file, reason: reasonOf(problem), suggestion: choice } });
        return false;
      }
      set({ question: null, libraryOpen: false });
      if (guest?.kind === 'image' && guest.files[guest.main] === bytes && guest.id !== null) {
        set({ guest: { ...guest, image: choice } });
        const stored = await library.load(guest.id);
        const saved = stored && (await library.save({ ...stored, image: choice }));
        if (saved) set({ guest: { ...guest, image: choice, modified: saved.modified } });
      } else {
        await keepImage(file, choice);
      }
      return true;
    },
    askImage() {
      const { guest } = get();
      const bytes = guest?.files[guest.main];
      if (!guest || !(bytes instanceof Uint8Array)) return;
      set({
        question: {
          file: { name: guest.main, bytes },
          reason: null,
          suggestion: guest.image ?? suggestFor(bytes),
        },
      });
    },
    dismissQuestion: () => set({ question: null }),
    async rename(id, given) {
      const name = given.trim();
      if (name === '') return;
      await flush();
      await library.rename(id, name);
      const { guest } = get();
      if (guest?.id === id) set({ guest: { ...guest, name } });
      await refresh();
    },
    async duplicate(id) {
      await flush();
      await library.duplicate(id);
      await refresh();
    },
    async remove(id) {
      await flush();
      const removed = get().own.find((guest) => guest.id === id) ?? null;
      await library.remove(id);
      closed = get().guest?.id === id ? id : null;
      if (closed !== null) {
        show(null, []);
        await library.setLastOpen(null);
      }
      set({ removed });
      await refresh();
    },
    async undoRemove() {
      const { removed } = get();
      if (!removed) return;
      set({ removed: null });
      const back = (await library.restore(removed.id)) ? await library.load(removed.id) : null;
      if (!back) {
        report({ message: `${removed.name} can no longer be brought back.` });
      } else if (closed === back.id && get().guest === null) {
        show(openOf(back), back.breakpoints);
        await library.setLastOpen(back.id);
      }
      await refresh();
    },
    dismissRemoved: () => set({ removed: null }),
    async startShipped(name) {
      const started = (await openShipped(name)) && (await deps.load());
      if (started && waitsForPerson(name)) machine.converse();
      return started;
    },
    startOwn: async (id) => (await openOwn(id)) && deps.run(),
    async downloadOwn(id) {
      await flush();
      const guest = await library.load(id);
      const main = guest?.files[guest.main];
      if (!guest || main === undefined) return null;
      return Object.keys(guest.files).length > 1
        ? archiveOf(guest.name, guest.files)
        : fileDownload(guest.main, main);
    },
  };
}

/** An archive that was opened alone stands for the files in it. */
async function unpacked(
  given: readonly NamedBytes[],
): Promise<Result<readonly NamedBytes[], Problem>> {
  const [only, ...others] = given;
  return only && others.length === 0 && isArchive(only) ? filesInArchive(only) : ok(given);
}

/** What the form starts with. Files of whole sectors are likely disks; a small file with a jump is likely 16 bits. */
function suggestFor(bytes: Uint8Array): ImageChoice {
  if (bytes.length === 0x10000 || bytes.length === 0x20000) return { format: 'rom' };
  return { format: 'flat', loadAddress: 0x100000, entry: 0x100000, bits: 32 };
}
