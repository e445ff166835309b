/**
 * The editor's store: the open program, what the assembler says of it, and one's own guests. It reaches the machine
 * through `EditorMachine` and storage through `GuestLibrary`; no React and no DOM here. Start at `editor-state.ts`.
 */
import { createStore } from 'zustand/vanilla';
import type { Breakpoint } from '../../session/debug';
import type { StoredGuest } from '../../storage/guest';
import { summaryOf } from '../../storage/guest';
import type { InstructionDoc } from '../../toolchain/api';
import { assemblerLoop } from './assembler-loop';
import { breakpointActions } from './breakpoint-actions';
import { textOf } from './breakpoints';
import type {
  EditorActions,
  EditorOptions,
  EditorState,
  EditorStore,
  OpenGuest,
  SourcePlace,
} from './editor-state';
import { runningProgram } from './execution';
import { fileActions } from './file-actions';
import { createKeeper } from './keeper';
import { libraryActions } from './library-actions';
import { lineMap } from './line-map';
import { nextProblem } from './problems';
import { fileOrder } from './program-files';
import { runActions } from './run-actions';

const EMPTY: EditorState = {
  opening: 0,
  guest: null,
  activeFile: null,
  vocabulary: null,
  reply: null,
  stale: false,
  image: null,
  run: null,
  waiting: [],
  reveal: null,
  saving: 'kept',
  own: [],
  removed: null,
  storageTrouble: null,
  libraryOpen: false,
  question: null,
  showBytes: null,
};

export function createEditorStore(options: EditorOptions): EditorStore {
  const { toolchain, library, machine, wait, report } = options;
  const store = createStore<EditorState>(() => EMPTY);
  const get = store.getState;
  const set = (change: Partial<EditorState>): void => store.setState(change);

  const loop = assemblerLoop({ get, set, toolchain, wait, report });
  const keeper = createKeeper({
    library,
    wait,
    report,
    current: () => storedOf(get().guest, breakpoints.current()),
    onState: (saving) => {
      if (get().saving !== saving) set({ saving });
    },
    onSaved(saved) {
      const { guest, own } = get();
      if (guest?.id === saved.id) set({ guest: { ...guest, modified: saved.modified } });
      set({ own: [summaryOf(saved), ...own.filter(({ id }) => id !== saved.id)] });
    },
  });
  const keep = (): void => {
    if (get().guest?.id) keeper.changed();
  };
  const changed = (): void => {
    loop.changed();
    keep();
  };
  const breakpoints = breakpointActions({ get, set, machine, changed: keep });

  /** The open program's, as they were last seen. */
  let keptBreakpoints = '';

  let reveals = 0;
  const reveal = (place: SourcePlace, focus: boolean): void => {
    const { guest } = get();
    if (!guest || !Object.hasOwn(guest.files, place.file)) return;
    reveals += 1;
    const { file, line, column } = place;
    const where = column === undefined ? { file, line } : { file, line, column };
    set({ activeFile: file, reveal: { ...where, serial: reveals, focus } });
  };

  const show = (guest: OpenGuest | null, kept: readonly Breakpoint[]): void => {
    // What was typed while this one was on its way is the other one's.
    void keeper.flush();
    const held = new Set(machine.breakpoints().map(({ id }) => id));
    const closed = { reply: null, image: null, reveal: null, stale: guest?.kind === 'source' };
    set({ ...closed, guest, activeFile: guest?.main ?? null, waiting: [], saving: 'kept' });
    // Those of a program that runs already are with the machine.
    const runs = runningProgram(machine.world(), get()) !== null;
    set({ waiting: runs ? kept.filter(({ id }) => !held.has(id)) : kept });
    keptBreakpoints = JSON.stringify(breakpoints.current());
    loop.changed();
    void loop.now();
  };

  const run = runActions({
    ...options,
    get,
    set,
    assemble: loop.now,
    breakpoints,
    reveal,
  });
  const ofLibrary = libraryActions({
    ...options,
    get,
    set,
    show,
    takeKeyboard() {
      const { activeFile } = get();
      if (activeFile !== null) reveal({ file: activeFile, line: 1 }, true);
    },
    load: run.loadProgram,
    run: run.runProgram,
    flush: keeper.flush,
  });

  const docs = new Map<string, Promise<InstructionDoc | null>>();

  const actions: EditorActions = {
    ...ofLibrary,
    ...fileActions({ get, set, changed, keep }),
    ...run,
    async start() {
      // Words for highlighting come as soon as the toolchain has started; nothing waits for them.
      toolchain.vocabulary().then(
        (vocabulary) => set({ vocabulary }),
        () => {},
      );
      await ofLibrary.start();
    },
    async revealSource(file, line) {
      if (!runningProgram(machine.world(), get())) await ofLibrary.followMachine(true);
      const program = runningProgram(machine.world(), get());
      const { guest } = get();
      if (!program || !guest) return;
      const map = lineMap(textOf(program.files, file), textOf(guest.files, file));
      reveal({ file, line: map(line) }, false);
    },
    revealPlace: (place) => reveal(place, true),
    revealProblem(from, direction) {
      const { reply, guest } = get();
      if (!reply || !guest) return;
      const found = nextProblem(reply.diagnostics, from, direction, fileOrder(guest));
      if (found) reveal(found, true);
    },
    toggleBreakpoint: breakpoints.toggleBreakpoint,
    breakpointsChanged() {
      const now = JSON.stringify(breakpoints.current());
      if (now !== keptBreakpoints) keep();
      keptBreakpoints = now;
    },
    describe(word) {
      const key = word.toLowerCase();
      const known = docs.get(key) ?? toolchain.describe(key);
      docs.set(key, known);
      // A failure is not remembered.
      known.catch(() => docs.delete(key));
      return known;
    },
    async evaluate(expression) {
      if (!runningProgram(machine.world(), get())) return null;
      return (await machine.evaluate([expression]))[0] ?? null;
    },
    storageFailed(problem) {
      set({ storageTrouble: problem });
      report(problem);
    },
    setShowBytes: (showBytes) => set({ showBytes }),
    setLibraryOpen: (libraryOpen) => set({ libraryOpen }),
    flush: keeper.flush,
    leave() {
      const { guest, saving } = get();
      if (guest && guest.id !== null && saving === 'waiting') {
        options.drafts?.put({ ...guest, id: guest.id });
      }
      void keeper.flush();
    },
  };

  return Object.assign(store, { actions: { ...actions, ...counted(actions, { get, set }) } });
}

/** Actions after which another guest may be shown, or run. */
const OPENING = [
  'start',
  'newGuest',
  'openOwn',
  'openShipped',
  'followMachine',
  'editCopy',
  'openFiles',
  'answerQuestion',
  'loadProgram',
  'runProgram',
  'startShipped',
  'startOwn',
  'revealSource',
] as const satisfies readonly (keyof EditorActions)[];

/** The same actions; while one of them is under way, `opening` says so. */
function counted(actions: EditorActions, { get, set }: StoreAccess): Partial<EditorActions> {
  const wrap = (name: (typeof OPENING)[number]) => {
    const act = actions[name] as (...given: unknown[]) => Promise<unknown>;
    return async (...given: unknown[]) => {
      set({ opening: get().opening + 1 });
      try {
        return await act(...given);
      } finally {
        set({ opening: get().opening - 1 });
      }
    };
  };
  return Object.fromEntries(OPENING.map((name) => [name, wrap(name)]));
}

interface StoreAccess {
  readonly get: () => EditorState;
  readonly set: (change: Partial<EditorState>) => void;
}

function storedOf(
  guest: OpenGuest | null,
  breakpoints: StoredGuest['breakpoints'],
): StoredGuest | null {
  if (!guest || guest.id === null) return null;
  const { shipped: _, id, input, ...rest } = guest;
  return { ...rest, id, breakpoints, ...(input ? { input } : {}) };
}
