/**
 * Keeps the assembler's answer about the open program fresh: a little after the last edit it asks, and an answer about
 * texts that are no longer there is dropped.
 */
import type { Problem } from '../../session/view';
import type { AssembleReply, ToolchainApi } from '../../toolchain/api';
import type { EditorState, OpenGuest } from './editor-state';

/** Long enough not to ask at each key, short enough to seem at once. */
const PAUSE_MS = 200;

export interface AssemblerLoopOptions {
  readonly get: () => EditorState;
  readonly set: (change: Partial<EditorState>) => void;
  readonly toolchain: ToolchainApi;
  readonly wait: (ms: number) => Promise<void>;
  readonly report: (problem: Problem) => void;
}

export interface AssemblerLoop {
  /** The texts changed. */
  changed(): void;
  /** The answer about the texts as they are now; null without a source program, or when the toolchain broke. */
  now(): Promise<AssembleReply | null>;
}

export function assemblerLoop(options: AssemblerLoopOptions): AssemblerLoop {
  const { get, set, toolchain, wait, report } = options;
  /** Counts changes: an answer belongs to the count at which it was asked for. */
  let change = 0;
  let asked: { readonly at: number; readonly answer: Promise<AssembleReply | null> } | null = null;

  const ask = async (guest: OpenGuest, at: number): Promise<AssembleReply | null> => {
    const { main, files } = guest;
    try {
      const reply = await toolchain.assemble({ main, files });
      if (at !== change) return reply;
      const { lines, size } = reply;
      const clean = !reply.diagnostics.some(({ severity }) => severity === 'error');
      set({ reply, stale: false, ...(clean ? { image: { lines, size, files } } : {}) });
      return reply;
    } catch (error) {
      report({
        message: `The assembler stopped: ${error instanceof Error ? error.message : String(error)}`,
        hint: 'Your text is safe. The next edit starts the assembler again.',
      });
      return null;
    }
  };

  const now = async (): Promise<AssembleReply | null> => {
    const { guest } = get();
    if (guest?.kind !== 'source' || typeof guest.files[guest.main] !== 'string') return null;
    if (asked?.at !== change) asked = { at: change, answer: ask(guest, change) };
    const { at, answer } = asked;
    const reply = await answer;
    if (reply === null && asked?.at === at) asked = null;
    return reply;
  };

  return {
    now,
    changed() {
      change += 1;
      const at = change;
      set({ stale: true });
      void wait(PAUSE_MS).then(() => {
        if (at === change) void now();
      });
    },
  };
}
