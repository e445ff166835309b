/** Setting and clearing breakpoints beside lines, and what goes to the machine when. */
import type { Breakpoint } from '../../session/debug';
import {
  breakpointMarks,
  currentBreakpoints,
  executableLines,
  isOnSource,
  lineInRun,
  type SourceBreakpoint,
  snap,
  textOf,
} from './breakpoints';
import type { EditorMachine, EditorState, RunProgram } from './editor-state';
import { runningProgram } from './execution';

export interface BreakpointDeps {
  readonly get: () => EditorState;
  readonly set: (change: Partial<EditorState>) => void;
  readonly machine: EditorMachine;
  /** They are to be kept with the guest. */
  readonly changed: () => void;
}

export interface BreakpointActions {
  toggleBreakpoint(file: string, line: number): Promise<void>;
  /** All of the open program's, in its lines as they are now. */
  current(): SourceBreakpoint[];
  /** The program was given to the machine: so are all its breakpoints, and none of another program's. */
  handOver(breakpoints: readonly SourceBreakpoint[]): Promise<void>;
}

export function breakpointActions({
  get,
  set,
  machine,
  changed,
}: BreakpointDeps): BreakpointActions {
  const running = (): RunProgram | null => runningProgram(machine.world(), get());

  const current = (): SourceBreakpoint[] => {
    const { guest, waiting } = get();
    if (!guest) return [];
    const breakpoints = machine.breakpoints();
    return currentBreakpoints({ files: guest.files, running: running(), breakpoints, waiting });
  };

  /** Clears those at the line; false when there were none. */
  const clear = async (file: string, line: number): Promise<boolean> => {
    const { guest, waiting } = get();
    if (!guest) return false;
    const marks = breakpointMarks({
      file,
      text: textOf(guest.files, file),
      running: running(),
      breakpoints: machine.breakpoints(),
      resolved: machine.resolved(),
      waiting,
    });
    const there = new Set(marks.filter((mark) => mark.line === line).map(({ id }) => id));
    if (there.size === 0) return false;
    set({ waiting: waiting.filter(({ id }) => !there.has(id)) });
    const left = machine.breakpoints().filter(({ id }) => !there.has(id));
    if (left.length < machine.breakpoints().length) await machine.setBreakpoints(left);
    return true;
  };

  const add = async (file: string, line: number): Promise<void> => {
    const { guest, waiting } = get();
    if (!guest) return;
    const id = freshId([...machine.breakpoints(), ...waiting]);
    const program = running();
    const there = program && lineInRun(program, file, textOf(guest.files, file), line);
    const place = { kind: 'source', file, line: there ?? line } as const;
    const breakpoint: Breakpoint = { id, enabled: true, place, condition: null };
    if (there === null) set({ waiting: [...waiting, breakpoint] });
    else await machine.setBreakpoints([...machine.breakpoints(), breakpoint]);
  };

  return {
    current,
    async toggleBreakpoint(file, line) {
      const { guest, image } = get();
      if (guest?.kind !== 'source') return;
      const text = textOf(guest.files, file);
      // Before the first assembly nobody knows where instructions are: the line itself then.
      const target = image ? snap(executableLines(image, file, text), line) : line;
      if (await clear(file, line)) changed();
      // The line it snaps to may have one: a click elsewhere takes nothing away.
      else if (target !== null && !current().some((one) => isAt(one, file, target))) {
        await add(file, target);
        changed();
      }
    },
    async handOver(breakpoints) {
      const others = machine.breakpoints().filter((breakpoint) => !isOnSource(breakpoint));
      const all: Breakpoint[] = [...others];
      for (const breakpoint of breakpoints) {
        const taken = all.some(({ id }) => id === breakpoint.id);
        all.push(taken ? { ...breakpoint, id: freshId([...all, ...breakpoints]) } : breakpoint);
      }
      set({ waiting: [] });
      if (all.length > 0 || machine.breakpoints().length > 0) await machine.setBreakpoints(all);
    },
  };
}

const isAt = ({ place }: SourceBreakpoint, file: string, line: number): boolean =>
  place.file === file && place.line === line;

function freshId(taken: readonly Breakpoint[]): string {
  const ids = new Set(taken.map(({ id }) => id));
  for (let n = 1; ; n++) if (!ids.has(`s${n}`)) return `s${n}`;
}
