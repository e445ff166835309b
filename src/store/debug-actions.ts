/**
 * The debugger's actions: breakpoints, runs to them, looks, edits and branches. Looks wait their turn behind commands
 * that move, and two panels that ask the same share one look.
 */
import type { Result } from '../base/result';
import type { SessionApi } from '../session/api';
import type {
  Breakpoint,
  BreakpointPlace,
  Edit,
  InspectionKind,
  Inspections,
  Origin,
  OriginTarget,
} from '../session/debug';
import type { MachineView, Problem } from '../session/view';
import type { Direction } from '../session/world';
import type { AppState } from './app-state';
import type { PushOptions, Task } from './command-queue';
import {
  type DockPanel,
  LOWER_DOCK,
  type LowerPanel,
  type MemoryPlace,
  type Mode,
  UPPER_DOCK,
  type UpperPanel,
  type WalkPlace,
} from './debug-state';

export interface DebugActions {
  setMode(mode: Mode): void;
  /** Brings a panel to the front of its dock. */
  showPanel(panel: DockPanel): void;
  /** Replaces all breakpoints and tells the session. */
  setBreakpoints(breakpoints: readonly Breakpoint[]): Promise<void>;
  addBreakpoint(place: BreakpointPlace, condition?: string | null): Promise<void>;
  removeBreakpoint(id: string): Promise<void>;
  changeBreakpoint(id: string, change: Partial<Omit<Breakpoint, 'id'>>): Promise<void>;
  /** Adds a breakpoint at an instruction's linear address, or takes away those that stand there. */
  toggleAddressBreakpoint(address: number): Promise<void>;
  /** Runs to the next breakpoint, or back to the one before. */
  resume(direction: Direction): Promise<void>;
  /** One guest instruction, calls as one; backward too. */
  stepOver(direction: Direction): Promise<void>;
  /** Out of the present function; backward, to where it was called. */
  stepOut(direction: Direction): Promise<void>;
  /** Runs to a place once, without a breakpoint there. */
  runTo(address: number | string, direction: Direction): Promise<void>;
  /** A look at the present moment; null when it was dropped or the world changed. */
  inspect<Kind extends InspectionKind>(
    kind: Kind,
    request: Inspections[Kind]['request'],
  ): Promise<Inspections[Kind]['reply'] | null>;
  origin(target: OriginTarget): Promise<Origin | null>;
  /** Changes the guest and starts a branch. Resolves to success; a refusal is shown as a problem. */
  edit(edit: Edit): Promise<boolean>;
  switchBranch(id: number): Promise<void>;
  setWatches(expressions: readonly string[]): void;
  /** Shows memory, or the walk of an address, in its panel. */
  revealMemory(place: MemoryPlace): void;
  revealWalk(place: WalkPlace): void;
  /** Opens the workbench at a source line of the running guest. */
  revealSource(file: string, line: number): void;
  /** Shows the guest block at an address, and its translation if it has one. */
  revealBlock(address: number): Promise<void>;
}

export interface DebugDeps {
  readonly get: () => AppState;
  readonly set: (change: Partial<AppState>) => void;
  readonly session: SessionApi;
  readonly run: (task: Task, options?: PushOptions) => Promise<void>;
  /** Queues a command that answers with a view. */
  readonly command: (run: () => Promise<MachineView>) => Promise<MachineView | null>;
  /** Stops play and whatever runs. */
  readonly stop: () => void;
  /** The machine moved: the timeline follows. */
  readonly moved: () => void;
  /** What was known of the future is gone: explore it anew. */
  readonly futureChanged: () => void;
  readonly report: (problem: Problem) => void;
}

const isUpper = (panel: DockPanel): panel is UpperPanel =>
  (UPPER_DOCK as readonly string[]).includes(panel);
const isLower = (panel: DockPanel): panel is LowerPanel =>
  (LOWER_DOCK as readonly string[]).includes(panel);

export function createDebugActions(deps: DebugDeps): DebugActions {
  const { get, set, session } = deps;
  let made = 0;
  let jumps = 0;

  /** Looks that have not begun, by question: two panels with one question share the reply. */
  const waitingLooks = new Map<string, Promise<unknown>>();

  const freshId = (): string => {
    const taken = new Set(get().breakpoints.map(({ id }) => id));
    do made += 1;
    while (taken.has(`b${made}`));
    return `b${made}`;
  };

  const refreshBranches = async () => set({ branches: await session.branches() });

  const actions: DebugActions = {
    setMode: (mode) => set({ mode }),
    showPanel(panel) {
      if (isUpper(panel)) set({ upper: panel });
      else if (isLower(panel)) set({ lower: panel });
    },
    async setBreakpoints(breakpoints) {
      set({ breakpoints });
      await deps.run(
        async (isCurrent) => {
          const resolved = await session.setBreakpoints(get().breakpoints);
          if (isCurrent()) set({ resolved });
        },
        { key: 'breakpoints', looks: true },
      );
    },
    addBreakpoint: (place, condition = null) =>
      actions.setBreakpoints([
        ...get().breakpoints,
        { id: freshId(), enabled: true, place, condition },
      ]),
    removeBreakpoint: (id) =>
      actions.setBreakpoints(get().breakpoints.filter((breakpoint) => breakpoint.id !== id)),
    changeBreakpoint: (id, change) =>
      actions.setBreakpoints(
        get().breakpoints.map((breakpoint) =>
          breakpoint.id === id ? { ...breakpoint, ...change } : breakpoint,
        ),
      ),
    async toggleAddressBreakpoint(address) {
      const { breakpoints, resolved } = get();
      const there = new Set(
        resolved.filter((r) => r.addresses.includes(address)).map(({ id }) => id),
      );
      if (there.size === 0) await actions.addBreakpoint({ kind: 'address', address });
      else await actions.setBreakpoints(breakpoints.filter(({ id }) => !there.has(id)));
    },
    async resume(direction) {
      deps.stop();
      await deps.command(async () => (await session.resume(direction)).view);
      deps.moved();
    },
    async stepOver(direction) {
      deps.stop();
      await deps.command(() => session.stepOver(direction));
      deps.moved();
    },
    async stepOut(direction) {
      deps.stop();
      await deps.command(() => session.stepOut(direction));
      deps.moved();
    },
    async runTo(address, direction) {
      deps.stop();
      await deps.command(
        async () => (await session.runUntil({ kind: 'guest-address', address }, direction)).view,
      );
      deps.moved();
    },
    inspect(kind, request) {
      const key = `inspect ${kind} ${JSON.stringify(request)}`;
      const same = waitingLooks.get(key);
      if (same) return same as never;
      const look = async () => {
        let reply: Awaited<ReturnType<DebugActions['inspect']>> = null;
        await deps.run(
          async (isCurrent) => {
            waitingLooks.delete(key);
            const found = await session.inspect(kind, request);
            if (isCurrent()) reply = found;
          },
          { looks: true },
        );
        if (waitingLooks.get(key) === asked) waitingLooks.delete(key);
        return reply;
      };
      const asked: Promise<unknown> = look();
      waitingLooks.set(key, asked);
      return asked as never;
    },
    async origin(target) {
      let origin: Origin | null = null;
      deps.stop();
      await deps.run(async (isCurrent) => {
        const found = await session.origin(target);
        if (isCurrent()) origin = found;
      });
      return origin;
    },
    async edit(edit) {
      deps.stop();
      let result: Result<MachineView, Problem> | null = null;
      await deps.command(async () => {
        result = await session.edit(edit);
        if (result.ok) {
          await refreshBranches();
          return result.value;
        }
        deps.report(result.error);
        return session.view();
      });
      const done = (result as Result<MachineView, Problem> | null)?.ok ?? false;
      if (done) deps.futureChanged();
      return done;
    },
    async switchBranch(id) {
      deps.stop();
      await deps.command(async () => {
        const view = await session.switchBranch(id);
        await refreshBranches();
        return view;
      });
      deps.futureChanged();
    },
    setWatches: (watches) => set({ watches }),
    revealMemory: (memoryPlace) => set({ memoryPlace, lower: 'memory' }),
    revealWalk: (walkPlace) => set({ walkPlace, upper: 'paging' }),
    revealSource(file, line) {
      jumps += 1;
      set({ mode: 'workbench', sourcePlace: { file, line, jump: jumps } });
    },
    async revealBlock(address) {
      const block = await actions.inspect('block', { address });
      if (block) set({ selectedBlock: block, upper: 'block' });
    },
  };
  return actions;
}
