/**
 * The page's store: state, and the actions that change it. State flows one way: command, session, view, store,
 * selector, panel. Actions call the session through one queue, so replies come in order and a late reply of an
 * older world is dropped. No React and no DOM here.
 */
import { createStore, type StoreApi } from 'zustand/vanilla';
import type { LoadedGuest, SessionApi } from '../session/api';
import type { MachineView, Problem } from '../session/view';
import type { Direction, GuestInput, Moment, StepUnit, TechniqueId, World } from '../session/world';
import {
  type AppState,
  isRushing,
  paceOf,
  type RightTab,
  SPEEDS,
  type Span,
  type ThemeChoice,
  unitOf,
} from './app-state';
import { CommandQueue } from './command-queue';
import { createDebugActions, type DebugActions } from './debug-actions';
import { INITIAL_DEBUG_STATE } from './debug-state';
import { createLessonActions, type LessonActions } from './lesson-actions';
import { playPace } from './play-pace';

/** How far ahead a run is explored to find its end. Longer runs grow the timeline as they are played. */
const EXPLORE_INSTRUCTIONS = 2_000_000;
/** Columns asked of the timeline: about one per two pixels of a wide screen. */
const TIMELINE_BUCKETS = 600;
/** A command that runs longer counts as slow: it can be stopped, and the next one interrupts it. */
const PATIENCE_MS = 400;

export interface Actions extends LessonActions, DebugActions {
  /** Opens a world. On failure what was open stays, and the problem is shown. Resolves to success. */
  open(world: World): Promise<boolean>;
  /** Opens a world. Resolves to what is wrong with it, which is not shown, or null: it is open. */
  tryOpen(world: World): Promise<Problem | null>;
  openTechnique(technique: TechniqueId): Promise<boolean>;
  /** One step. `held`: a key is held down, so steps are not piled up. Without a unit: the chosen one. */
  step(direction: Direction, unit?: StepUnit | null, held?: boolean): Promise<void>;
  /** Goes to a moment. While one is on its way only the latest waits: a drag stays quick. */
  seek(moment: Moment): Promise<void>;
  goToStart(): Promise<void>;
  goToEnd(): Promise<void>;
  /** Starts play; while a slow command runs, stops that instead. */
  play(): void;
  /** At full speed to the next breakpoint or the end, whatever speed was chosen for play. */
  run(): void;
  /** Stops whatever runs: play, and a command that takes long, which answers at its next slice. */
  pause(): void;
  selectBlock(id: number | null): Promise<void>;
  /** Something typed into the guest at the present moment; it becomes part of the run. */
  input(input: GuestInput): Promise<void>;
  /** One number for the machine's whole state at this moment. */
  fingerprint(): Promise<string>;
  setZoom(zoom: Span | null): void;
  setSpeed(id: string): void;
  setUnit(unit: StepUnit): void;
  setTab(tab: RightTab): void;
  setTheme(theme: ThemeChoice): void;
  setHelpOpen(open: boolean): void;
  /** Lets a person talk to the guest: its console in front, the keyboard in it, and the guest at full speed. */
  converse(): void;
  /** The guest's field has the keyboard that was wanted for it. */
  keyboardGiven(): void;
  report(problem: Problem): void;
  dismissProblem(): void;
}

export type AppStore = StoreApi<AppState> & { readonly actions: Actions };

export interface StoreOptions {
  readonly session: SessionApi;
  readonly theme: ThemeChoice;
  /** Waits between two steps of paced play; injected so that tests need no clock. */
  readonly wait: (ms: number) => Promise<void>;
  /** Remembers the theme between visits. */
  readonly saveTheme: (theme: ThemeChoice) => void;
  /** Milliseconds of real time; without it full speed has pictures of one length. */
  readonly now?: () => number;
  /** Settles after so many milliseconds of real time; without it no command ever counts as slow. */
  readonly patience?: (ms: number) => Promise<void>;
}

const LOOKS_AT_BLOCK = { key: 'select block', looks: true };
const LOOKS_AT_TIMELINE = { key: 'zoom', looks: true };

/** A run is over when the machine stopped for good; a spent budget can go on. */
const isOver = (view: MachineView): boolean =>
  view.outcome !== null && view.outcome.kind !== 'budget';

export function createAppStore(options: StoreOptions): AppStore {
  const { session, patience } = options;
  const store = createStore<AppState>(() => ({
    ...INITIAL_DEBUG_STATE,
    guest: null,
    world: null,
    view: null,
    busy: false,
    slow: false,
    playing: false,
    hurried: false,
    speed: SPEEDS[1] ?? SPEEDS[0],
    units: { stage: 'machine', workbench: 'guest' },
    timeline: null,
    zoom: null,
    furthest: 0,
    tab: 'cpu',
    selectedBlock: null,
    theme: options.theme,
    problem: null,
    lesson: null,
    helpOpen: false,
    keyboardWanted: false,
  }));
  const { getState: get, setState: set } = store;

  const report = (problem: Problem) => set({ problem });

  const pace = playPace((slice) => session.play(slice), options.now);

  let interrupted = false;
  let playRound = 0;
  /** What lies ahead is to be explored once play at full speed has ended. */
  let unexplored = false;
  const queue = new CommandQueue({
    interrupt: () => {
      interrupted = true;
      void session.interrupt();
    },
    onBusy: (busy) => {
      if (get().busy !== busy) set({ busy });
    },
    ...(patience ? { patience: () => patience(PATIENCE_MS) } : {}),
    onSlow: (slow) => set({ slow }),
    onError: (error) =>
      report({
        message: `Ringside made a mistake: ${error instanceof Error ? error.message : String(error)}`,
        hint: 'What was open is still open. Reloading the page starts afresh.',
      }),
  });

  const show = (view: MachineView) =>
    set((s) => ({
      view,
      selectedBlock: null,
      furthest: Math.max(s.furthest, view.moment.retired),
    }));

  /** Queues a command that answers with a view; resolves to that view, or null if it came too late. */
  const command = async (
    run: () => Promise<MachineView>,
    key: string | null = null,
  ): Promise<MachineView | null> => {
    let shown: MachineView | null = null;
    await queue.push(
      async (isCurrent) => {
        const view = await run();
        if (!isCurrent()) return;
        show(view);
        shown = view;
      },
      { key },
    );
    return shown;
  };

  const refreshTimeline = async () => {
    const { zoom, furthest, view } = get();
    const span = zoom ?? { from: 0, to: Math.max(view?.end ?? furthest, 1) };
    const timeline = await session.timeline(span.from, span.to, TIMELINE_BUCKETS);
    // Another zoom may have been asked for meanwhile: its own refresh follows.
    if (get().zoom === zoom) set({ timeline });
  };

  /** Learns the run's end, then draws the whole timeline. Steps aside whenever a person does something. */
  const explore = () => {
    unexplored = false;
    queue.setBackground(async (isCurrent) => {
      interrupted = false;
      const { end } = await session.explore(EXPLORE_INSTRUCTIONS);
      if (!isCurrent()) return;
      // Interrupted by a command: take it up again once the command is done.
      if (end === null && interrupted) {
        explore();
        return;
      }
      set((s) => ({
        view: s.view && { ...s.view, end },
        furthest: Math.max(s.furthest, end ?? EXPLORE_INSTRUCTIONS),
      }));
      await refreshTimeline();
    });
  };

  /** Follows the timeline to where the run has got, when its end is not known yet. */
  const extendTimeline = () => {
    const { timeline, furthest, zoom } = get();
    if (zoom || (timeline && furthest <= timeline.to)) return;
    queue.setBackground(async (isCurrent) => {
      if (isCurrent()) await refreshTimeline();
    });
  };

  /** Lets the timeline grow with a run at full speed, by a fifth at a time. */
  const followTimeline = () => {
    const { timeline, furthest, zoom } = get();
    if (zoom || (timeline && furthest < timeline.to * 1.2)) return;
    void queue.push(async (isCurrent) => {
      if (isCurrent()) await refreshTimeline();
    }, LOOKS_AT_TIMELINE);
  };

  /** What was known of the future is gone: another one follows the present moment. */
  const futureChanged = () => {
    set((s) => ({ furthest: s.view?.moment.retired ?? 0 }));
    // Somebody types into a guest that runs: each key makes another future, so none is worth looking at yet.
    if (isRushing(get())) {
      queue.setBackground(null);
      unexplored = true;
    } else {
      explore();
    }
  };

  /** Stops play. A command that runs goes on: the next one interrupts it if it takes long. */
  const stopPlay = () => {
    if (!get().playing) return;
    playRound += 1;
    set({ playing: false, hurried: false });
    queue.clear();
  };

  const opening = (guest: LoadedGuest, world: World) =>
    set({
      guest,
      world,
      problem: null,
      timeline: null,
      zoom: null,
      furthest: 0,
      branches: null,
      resolved: [],
      sourcePlace: null,
    });

  /** What they come to in the world just opened. */
  const sendBreakpoints = async () => {
    if (get().breakpoints.length > 0) await actions.setBreakpoints(get().breakpoints);
  };

  const tryOpen = async (world: World): Promise<Problem | null> => {
    stopPlay();
    let problem: Problem | null = null;
    let opened = false;
    await queue.push(async () => {
      const result = await session.load(world);
      if (!result.ok) {
        problem = result.error;
        return;
      }
      queue.newGeneration();
      const { guest, view } = result.value;
      opening(guest, world);
      show(view);
      opened = true;
    });
    if (opened) {
      void sendBreakpoints();
      explore();
    } else {
      // Dropped from the queue: somebody stopped everything meanwhile.
      problem ??= { message: 'Stopped before the guest was open.' };
    }
    return problem;
  };

  const open = async (world: World): Promise<boolean> => {
    const problem = await tryOpen(world);
    if (problem) report(problem);
    return problem === null;
  };

  const playOn = async (hurried: boolean) => {
    playRound += 1;
    const round = playRound;
    set({ playing: true, hurried });
    while (get().playing && round === playRound) {
      const unit = unitOf(get());
      const speed = paceOf(get());
      const view = await command(() =>
        speed.kind === 'steps' ? session.step(unit, 'forward') : pace.run(speed),
      );
      if (!view || isOver(view) || view.stop) break;
      if (speed.kind === 'instructions') followTimeline();
      await options.wait(speed.kind === 'steps' ? speed.everyMs : 0);
    }
    if (round === playRound) set({ playing: false, hurried: false });
    if (unexplored && !get().playing) explore();
    else extendTimeline();
  };

  const actions: Actions = {
    open,
    tryOpen,
    async openTechnique(technique) {
      const { world } = get();
      return world !== null && open({ ...world, technique });
    },
    async step(direction, unit = null, held = false) {
      stopPlay();
      const what = unit ?? unitOf(get());
      await command(() => session.step(what, direction), held ? `step ${what} ${direction}` : null);
      extendTimeline();
    },
    async seek(moment) {
      stopPlay();
      await command(() => session.seek(moment), 'seek');
    },
    async input(input) {
      await command(async () => {
        const result = await session.input(input);
        if (result.ok) return result.value;
        report(result.error);
        return session.view();
      });
      futureChanged();
    },
    fingerprint: () => session.fingerprint(),
    goToStart: () => actions.seek({ retired: 0, phase: 0 }),
    async goToEnd() {
      stopPlay();
      const end = get().view?.end ?? null;
      if (end !== null) {
        await actions.seek({ retired: end, phase: 0 });
        return;
      }
      // No known end: run on until the guest ends or a person stops it.
      await playOn(true);
    },
    play() {
      const { view, playing, slow } = get();
      if (slow) {
        actions.pause();
        return;
      }
      if (view && !playing && !isOver(view)) void playOn(false);
    },
    run() {
      stopPlay();
      const { view } = get();
      if (view && !isOver(view)) void playOn(true);
    },
    pause() {
      stopPlay();
      queue.clear();
    },
    async selectBlock(id) {
      if (id === null) {
        set({ selectedBlock: null });
        return;
      }
      await queue.push(async (isCurrent) => {
        const block = await session.block(id);
        if (isCurrent()) set({ selectedBlock: block });
      }, LOOKS_AT_BLOCK);
    },
    setZoom(zoom) {
      set({ zoom });
      void queue.push(async (isCurrent) => {
        if (isCurrent()) await refreshTimeline();
      }, LOOKS_AT_TIMELINE);
    },
    setSpeed(id) {
      const speed = SPEEDS.find((s) => s.id === id);
      if (speed) set({ speed, hurried: false });
    },
    setUnit: (unit) => set(({ mode, units }) => ({ units: { ...units, [mode]: unit } })),
    setTab: (tab) => set({ tab }),
    setTheme(theme) {
      options.saveTheme(theme);
      set({ theme });
    },
    setHelpOpen: (helpOpen) => set({ helpOpen }),
    converse() {
      actions.showPanel('console');
      set({ tab: 'console', keyboardWanted: true });
      actions.setSpeed('full');
      actions.play();
    },
    keyboardGiven: () => set({ keyboardWanted: false }),
    report,
    dismissProblem: () => set({ problem: null }),
    ...createDebugActions({
      get,
      set,
      session,
      run: (task, how) => queue.push(task, how),
      command: (run) => command(run),
      stop: stopPlay,
      moved: extendTimeline,
      futureChanged,
      report,
    }),
    ...createLessonActions({
      get,
      set,
      run: (task) => queue.push(task),
      stop: stopPlay,
      show,
      session,
      opened(world, guest) {
        queue.newGeneration();
        opening(guest, world);
        void sendBreakpoints();
        explore();
      },
      moved: extendTimeline,
      report,
    }),
  };

  return Object.assign(store, { actions });
}
