/**
 * A session without a machine, for store tests and the development page: a run of a fixed length whose every step
 * moves the moment by one. It records the calls it got. Never shipped: it knows nothing of a guest.
 */
import type { Condition, SessionApi } from '../../session/api';
import type { MachineView, Problem, TimelineView } from '../../session/view';
import type { Direction, Moment, StepUnit, World } from '../../session/world';

export interface FakeSession extends SessionApi {
  readonly calls: string[];
  /** While set, `load` fails with it. */
  problem: Problem | null;
  /** While set, every step waits for it. */
  gate: Promise<void> | null;
}

export interface FakeOptions {
  readonly end: number;
  readonly view: (world: World, moment: Moment) => MachineView;
  readonly timeline: TimelineView;
  /** Replies of `inspect`; absent: it fails. */
  readonly inspect?: SessionApi['inspect'];
}

const STRIDE: Readonly<Record<StepUnit, number>> = {
  phase: 1,
  machine: 1,
  guest: 2,
  block: 5,
  event: 10,
};

export function fakeSession(options: FakeOptions): FakeSession {
  let world: World | null = null;
  let moment: Moment = { retired: 0, phase: 0 };
  const calls: string[] = [];

  const view = () => {
    if (!world) throw new Error('nothing loaded');
    return {
      ...options.view(world, moment),
      outcome: moment.retired === options.end ? ({ kind: 'exited', code: 0 } as const) : null,
    };
  };
  const moveTo = (retired: number): MachineView => {
    moment = { retired: Math.max(0, Math.min(options.end, retired)), phase: 0 };
    return view();
  };

  const session: FakeSession = {
    calls,
    problem: null,
    gate: null,
    async load(wanted: World) {
      calls.push(`load ${wanted.guest.name} ${wanted.technique}`);
      if (session.problem) return { ok: false, error: session.problem };
      world = wanted;
      return {
        ok: true,
        value: { guest: { name: wanted.guest.name, source: null, symbols: [] }, view: moveTo(0) },
      };
    },
    async explore() {
      calls.push('explore');
      return { end: options.end, outcome: { kind: 'exited', code: 0 } };
    },
    async step(unit: StepUnit, direction: Direction) {
      calls.push(`step ${unit} ${direction}`);
      if (session.gate) await session.gate;
      return moveTo(moment.retired + (direction === 'forward' ? 1 : -1) * STRIDE[unit]);
    },
    async play(instructions: number) {
      calls.push(`play ${instructions}`);
      return moveTo(moment.retired + instructions);
    },
    async runUntil(condition: Condition, direction: Direction) {
      calls.push(`run until ${condition.kind} ${direction}`);
      return { found: true, view: moveTo(moment.retired + 100) };
    },
    async seek(to: Moment) {
      calls.push(`seek ${to.retired}`);
      if (session.gate) await session.gate;
      return moveTo(to.retired);
    },
    async input(input) {
      calls.push(`input ${input.text ?? ''}`);
      return { ok: true, value: view() };
    },
    async interrupt() {
      calls.push('interrupt');
    },
    async view() {
      return view();
    },
    async block() {
      return view().block;
    },
    async fingerprint() {
      return '0123456789abcdef';
    },
    async timeline() {
      return options.timeline;
    },
    async events() {
      return [];
    },
    async setBreakpoints(breakpoints) {
      calls.push(`set breakpoints ${breakpoints.map(({ id }) => id).join(' ')}`);
      return breakpoints.map(({ id }) => ({ id, addresses: [], source: null, problem: null }));
    },
    async resume(direction) {
      calls.push(`resume ${direction}`);
      return { found: true, view: moveTo(moment.retired + 100) };
    },
    async stepOver(direction) {
      calls.push(`step over ${direction}`);
      return moveTo(moment.retired + (direction === 'forward' ? 20 : -20));
    },
    async stepOut(direction) {
      calls.push(`step out ${direction}`);
      return moveTo(moment.retired + (direction === 'forward' ? 50 : -50));
    },
    async inspect(kind, request) {
      calls.push(`inspect ${kind}`);
      if (!options.inspect) throw new Error('This fake session has nothing to inspect.');
      return options.inspect(kind, request);
    },
    async origin(target) {
      calls.push(`origin ${target.kind}`);
      return { found: false, sentence: 'A fake session knows no origins.' };
    },
    async edit(edit) {
      calls.push(`edit ${edit.kind}`);
      return { ok: true, value: view() };
    },
    async branches() {
      const last = moment;
      const asLoaded = { id: 0, parent: null, forkedAt: 0, label: 'As loaded', last };
      return { current: 0, branches: [asLoaded] };
    },
    async switchBranch(id) {
      calls.push(`switch to branch ${id}`);
      return view();
    },
  };
  return session;
}
