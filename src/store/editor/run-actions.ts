/** Giving programs to the machine, and taking files out of the page. */
import type { Problem } from '../../session/view';
import type { Diagnostic } from '../../toolchain/api';
import { archiveOf } from './archive';
import type { BreakpointActions } from './breakpoint-actions';
import { builtDownload, fileDownload } from './downloads';
import type {
  Download,
  EditorActions,
  EditorOptions,
  EditorState,
  OpenGuest,
  SourcePlace,
} from './editor-state';
import { loadPlan } from './load-plan';
import { reasonOf } from './problems';

type RunActions = Pick<EditorActions, 'loadProgram' | 'runProgram' | 'download'>;

export interface RunDeps extends EditorOptions {
  readonly get: () => EditorState;
  readonly set: (change: Partial<EditorState>) => void;
  readonly assemble: () => Promise<EditorState['reply']>;
  readonly breakpoints: Pick<BreakpointActions, 'current' | 'handOver'>;
  readonly reveal: (place: SourcePlace, focus: boolean) => void;
}

export function runActions(deps: RunDeps): RunActions {
  const { get, set, machine, report, toolchain } = deps;

  const firstError = (diagnostics: readonly Diagnostic[]): boolean => {
    const first = diagnostics.find(({ severity }) => severity === 'error');
    if (first) deps.reveal(first, true);
    return first !== undefined;
  };

  /** At its place in the source where it has one; in the banner in any case, as it may say what to add where. */
  const show = (problem: Problem): void => {
    const { file, line, column } = problem;
    if (file !== undefined && line !== undefined && get().guest?.files[file] !== undefined) {
      deps.reveal({ file, line, ...(column === undefined ? {} : { column }) }, true);
    }
    report(problem);
  };

  const loadImage = async (guest: OpenGuest): Promise<boolean> => {
    const bytes = guest.files[guest.main];
    if (!(bytes instanceof Uint8Array)) return false;
    const source = { kind: 'image', name: guest.main, bytes } as const;
    const problem = await machine.open(source, guest.image);
    if (!problem) return true;
    // The bytes do not say how they are to be loaded, or what was chosen does not fit: a person is asked.
    set({
      question: {
        file: { name: guest.main, bytes },
        reason: reasonOf(problem),
        suggestion: guest.image ?? { format: 'flat', loadAddress: 0x100000, bits: 32 },
      },
    });
    return false;
  };

  const loadProgram = async (): Promise<boolean> => {
    const { guest } = get();
    if (!guest) return false;
    if (guest.kind === 'image') return loadImage(guest);
    const reply = await deps.assemble();
    const now = get().guest;
    if (!reply || !now || now.id !== guest.id || now.shipped !== guest.shipped) return false;
    if (firstError(reply.diagnostics)) return false;
    const { id, shipped, main, files } = guest;
    const text = files[main];
    if (typeof text !== 'string') return false;
    const others = Object.fromEntries(Object.entries(files).filter(([name]) => name !== main));
    const held = deps.breakpoints.current();
    const problem =
      shipped === null
        ? await machine.open(
            { kind: 'assembly', name: main, text, files: others },
            loadPlan(guest.image, main, files, reply),
            guest.input,
          )
        : await machine.open({ kind: 'shipped', name: shipped }, null);
    if (problem) {
      show(problem);
      return false;
    }
    set({ run: { id, shipped, main, files, lines: reply.lines } });
    await deps.breakpoints.handOver(held);
    return true;
  };

  return {
    loadProgram,
    async runProgram() {
      const loaded = await loadProgram();
      if (loaded) machine.run();
      return loaded;
    },
    async download(format): Promise<Download | null> {
      const { guest, activeFile } = get();
      if (!guest || activeFile === null) return null;
      if (format === 'source' || guest.kind === 'image') {
        const content = guest.files[activeFile];
        return content === undefined ? null : fileDownload(activeFile, content);
      }
      if (format === 'archive') return archiveOf(guest.name, guest.files);
      const { main, files } = guest;
      const bytes = await toolchain.build({ main, files }, format);
      if (bytes) return builtDownload(main, format, bytes);
      const reply = await deps.assemble();
      if (reply) firstError(reply.diagnostics);
      return null;
    },
  };
}
