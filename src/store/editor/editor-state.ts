/**
 * What the editor knows and what it can do, as plain types. The store (`editor-store.ts`) holds the open program and
 * what the assembler says of it; the machine is reached through `EditorMachine` only. No React, no DOM.
 */
import type { StoreApi } from 'zustand/vanilla';
import type { Breakpoint, Evaluation, ResolvedBreakpoint } from '../../session/debug';
import type { Problem } from '../../session/view';
import type { GuestInput, GuestSource, ImageChoice, World } from '../../session/world';
import type { Drafts } from '../../storage/draft';
import type { GuestKind, GuestSummary } from '../../storage/guest';
import type { GuestLibrary } from '../../storage/library';
import type {
  AssembleReply,
  Diagnostic,
  InstructionDoc,
  LineBytes,
  SourceFiles,
  ToolchainApi,
  Vocabulary,
} from '../../toolchain/api';

/** The program in the editor: a guest of one's own, or a shipped one to read. */
export interface OpenGuest {
  /** Library id; null for a shipped guest, which is read-only until a copy of it is made. */
  readonly id: string | null;
  /** Name of the shipped guest that is shown; null for one's own. */
  readonly shipped: string | null;
  readonly name: string;
  readonly kind: GuestKind;
  /** A key of `files`. */
  readonly main: string;
  readonly files: SourceFiles;
  /** How it is loaded; null: as its bytes say. */
  readonly image: ImageChoice | null;
  /** Typed and sent from the start; null: nothing. */
  readonly input: GuestInput | null;
  /** Milliseconds since 1970; 0 for shipped guests. */
  readonly created: number;
  readonly modified: number;
}

/** A program as it was given to the machine: what executed lines and breakpoints of the running guest refer to. */
export interface RunProgram {
  readonly id: string | null;
  readonly shipped: string | null;
  readonly main: string;
  readonly files: SourceFiles;
  /** What its lines became. */
  readonly lines: readonly LineBytes[];
}

/** The last assembly without errors, and the texts it was made of. */
export interface AssembledImage {
  readonly lines: readonly LineBytes[];
  readonly size: number;
  readonly files: SourceFiles;
}

/** 1-based. */
export interface SourcePlace {
  readonly file: string;
  readonly line: number;
  readonly column?: number;
}

/** A wish to be shown a place. `serial` is new for each wish, so that the same place can be wished for twice. */
export interface Reveal extends SourcePlace {
  readonly serial: number;
  /** Puts the keyboard there too: a person asked for it. */
  readonly focus: boolean;
}

/** A file that was picked or dropped. */
export interface NamedBytes {
  /** With folders, as in `lib/print.asm`, when a folder was opened. */
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** An image whose bytes do not say how to load it: a person is asked. */
export interface ImageQuestion {
  readonly file: NamedBytes;
  /** Why it is asked: what the loader found. Null: its owner wants to change it. */
  readonly reason: string | null;
  /** What the form starts with. */
  readonly suggestion: ImageChoice;
}

/** A file for the page to hand over as a download. */
export interface Download {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly type: string;
}

/** `source`: the file that is shown. `archive`: all files of the guest. */
export type DownloadFormat = 'source' | 'archive' | 'elf' | 'flat' | 'listing';

export interface EditorState {
  /** Guests that are being fetched, made, assembled or started: what is shown is about to change. 0: nothing is. */
  readonly opening: number;
  /** The program in the editor; null until one is opened. */
  readonly guest: OpenGuest | null;
  /** The file whose tab is chosen; null only without a guest. */
  readonly activeFile: string | null;
  /** Words of the assembler; null until the toolchain answered. */
  readonly vocabulary: Vocabulary | null;
  /** The assembler's latest answer about the open program; null before the first one. */
  readonly reply: AssembleReply | null;
  /** Texts were changed since `reply` was asked for, or an answer is awaited. */
  readonly stale: boolean;
  /** The last assembly of the open program that had no errors; null before the first one. */
  readonly image: AssembledImage | null;
  /** What was last given to the machine from here; null until something was. */
  readonly run: RunProgram | null;
  /** Breakpoints of the open program that the machine does not have: they go with the next run. Current lines. */
  readonly waiting: readonly Breakpoint[];
  readonly reveal: Reveal | null;
  /** `kept`: all edits are in the library. `waiting`: they will be in a moment. */
  readonly saving: 'kept' | 'waiting';
  /** One's own guests, latest first. Empty until `start` has read the library. */
  readonly own: readonly GuestSummary[];
  /** The guest deleted last, to be brought back; null when that was done or another was opened. */
  readonly removed: GuestSummary | null;
  /** What storage refused in this visit, so that guests may not be kept; null: nothing. */
  readonly storageTrouble: Problem | null;
  readonly libraryOpen: boolean;
  readonly question: ImageQuestion | null;
  /** Addresses and bytes beside the lines. Null: nobody has chosen, so where there is room for them. */
  readonly showBytes: boolean | null;
}

export interface EditorActions {
  /** Reads the library and opens the guest of the last visit in the editor; the machine is left alone. */
  start(): Promise<void>;

  // --- guests ------------------------------------------------------------------------------------------------

  /** A small working program of one's own, open in the editor. */
  newGuest(): Promise<void>;
  openOwn(id: string): Promise<boolean>;
  /** Shows a shipped guest's source, read-only. */
  openShipped(name: string): Promise<boolean>;
  /** Shows the source of what the machine runs, unless a program of one's own is open; `always`: even then. */
  followMachine(always?: boolean): Promise<void>;
  /** Makes the shipped guest one's own: the named one, or the one that is open. */
  editCopy(name?: string): Promise<boolean>;
  /** Files picked or dropped: sources become a program, an image a guest; where the bytes do not say, `question`. */
  openFiles(files: readonly NamedBytes[]): Promise<boolean>;
  /** Asks how the open image is to be loaded. */
  askImage(): void;
  answerQuestion(choice: ImageChoice): Promise<boolean>;
  dismissQuestion(): void;
  rename(id: string, name: string): Promise<void>;
  duplicate(id: string): Promise<void>;
  remove(id: string): Promise<void>;
  undoRemove(): Promise<void>;
  dismissRemoved(): void;

  // --- the open program --------------------------------------------------------------------------------------

  selectFile(file: string): void;
  edit(file: string, text: string): void;
  /** Null when it was done, else why not, in one sentence. */
  addFile(name: string, content?: string | Uint8Array): string | null;
  renameFile(file: string, name: string): string | null;
  removeFile(file: string): void;
  setMain(file: string): void;
  setImage(choice: ImageChoice | null): void;
  /** What is typed into the guest from the start, beginning with the next run. */
  setInput(input: GuestInput | null): void;
  /** Writes a diagnostic's suggestion in place of what it marks. */
  applySuggestion(diagnostic: Diagnostic): void;
  /**
   * Assembles, and opens the program in the machine before its first instruction. With errors the first is revealed
   * and the machine left alone.
   */
  loadProgram(): Promise<boolean>;
  /** The same, and it runs: to a breakpoint, or to its end. */
  runProgram(): Promise<boolean>;
  /** Opens a shipped guest in the machine and shows its source; one that waits for a person runs and gets the keyboard. */
  startShipped(name: string): Promise<boolean>;
  startOwn(id: string): Promise<boolean>;
  /** Null when there is nothing to hand over; errors are then revealed. */
  download(format: DownloadFormat): Promise<Download | null>;
  /** A guest from the library: one file as it is, several in an archive. Null when it is no longer there. */
  downloadOwn(id: string): Promise<Download | null>;

  // --- places ------------------------------------------------------------------------------------------------

  /** Shows a line of the *running* program, wherever edits have moved it. */
  revealSource(file: string, line: number): Promise<void>;
  /** Shows a place in the open program. */
  revealPlace(place: SourcePlace): void;
  /** The next or previous problem after a place. */
  revealProblem(from: SourcePlace, direction: 'forward' | 'backward'): void;
  /** Sets or clears a breakpoint at a line of the open program, or at the next line with an instruction. */
  toggleBreakpoint(file: string, line: number): Promise<void>;
  /** To be called when the machine's breakpoints changed elsewhere, so that they are kept with the guest. */
  breakpointsChanged(): void;

  // --- looking things up -------------------------------------------------------------------------------------

  describe(word: string): Promise<InstructionDoc | null>;
  /** Null when the machine does not run the open program. */
  evaluate(expression: string): Promise<Evaluation | null>;

  /** To be called when storage refuses: the banner says so, and the list of guests for as long as the visit lasts. */
  storageFailed(problem: Problem): void;
  setShowBytes(on: boolean): void;
  setLibraryOpen(open: boolean): void;
  /** Keeps now what waits to be kept. */
  flush(): Promise<void>;
  /** The page may go away: what waits to be kept is put where the next start finds it. */
  leave(): void;
}

/** The running machine, as far as the editor needs it. */
export interface EditorMachine {
  world(): World | null;
  /** Opens a guest in place of what runs. On failure what was open stays. Null when it was opened. */
  open(
    guest: GuestSource,
    image: ImageChoice | null,
    input?: GuestInput | null,
  ): Promise<Problem | null>;
  /** Runs what was opened to its first breakpoint, or its end; without breakpoints with its console in front. */
  run(): void;
  /** The guest that was opened waits for a person: its console comes to the front, and it runs. */
  converse(): void;
  breakpoints(): readonly Breakpoint[];
  /** What became of them; empty until the session has answered. */
  resolved(): readonly ResolvedBreakpoint[];
  setBreakpoints(breakpoints: readonly Breakpoint[]): Promise<void>;
  evaluate(expressions: readonly string[]): Promise<readonly Evaluation[]>;
}

export interface EditorOptions {
  readonly toolchain: ToolchainApi;
  readonly library: GuestLibrary;
  readonly machine: EditorMachine;
  /** Where the last edits go when the page does; absent: they wait for the library like all others. */
  readonly drafts?: Drafts;
  /** Where problems are shown to people: the page's banner. */
  readonly report: (problem: Problem) => void;
  /** Settles after so many milliseconds; injected, so that tests need no clock. */
  readonly wait: (ms: number) => Promise<void>;
}

export type EditorStore = StoreApi<EditorState> & { readonly actions: EditorActions };
