/**
 * Sessions used at random, as a person with every key of the page at hand, and held against the obvious: a new machine run
 * to the same moment of the same branch. More of them: `SESSIONS=first:count`, one seed: `SESSIONS=17:1`.
 */
import { describe, expect, it } from 'vitest';
import { imageOf } from '../hypervisor/testing/random-guest/compare';
import { randomGuest } from '../hypervisor/testing/random-guest/generate';
import { Random } from '../hypervisor/testing/random-guest/random';
import type { Breakpoint, Edit, InspectionKind, Inspections } from './debug';
import {
  DEFAULT_WORLD,
  type Direction,
  type GuestInput,
  type MachineView,
  Session,
  type StepUnit,
  type World,
} from './index';
import { type Act, PlainRun } from './testing/plain-run';

const [first, count] = (process.env.SESSIONS ?? '1:8').split(':').map(Number) as [number, number];
/** Seeds that failed once: a play that ended at a breakpoint, a look at the branch one was on. */
const KEPT: readonly number[] = [42, 2];

/** Moments that are sought; steps lead a little farther. */
const FAR = 40_000;
const COMMANDS = 24;
const CONDITIONS = ['eax & 1', 'ecx > 3', 'esp & 0x10', 'zf', 'dword [esp] != 0', '[0xf0000000]'];

/** Without those that something is typed to from the start: a plain run has it before moment 0, a session behind. */
const SHIPPED = [
  ...['hello-rings', 'tinyos', 'timer-interrupts', 'page-tables', 'self-modifying'],
  ...['user-cli', 'threads', 'copy-on-write', 'system-calls'],
];

function worldOfSeed(seed: number): World {
  const technique = seed % 2 === 0 ? 'bare' : 'binary-translation';
  const memoryBytes = 4 * 1024 * 1024;
  if (seed % 4 < 2) {
    const name = SHIPPED[Math.floor(seed / 4) % SHIPPED.length] ?? 'hello-rings';
    return {
      ...DEFAULT_WORLD,
      technique,
      memoryBytes,
      guest: { kind: 'shipped', name },
    };
  }
  const guest = randomGuest(seed);
  const bytes = imageOf(guest.source(guest.parts));
  return {
    ...DEFAULT_WORLD,
    technique,
    memoryBytes,
    guest: { kind: 'image', name: 'random', bytes },
  };
}

const macrotask = () => new Promise<void>((resolve) => setImmediate(resolve));

/** What a view shows of its moment, whatever led there. */
function ofMoment(view: MachineView) {
  const { before: _before, events: _events, sentence: _sentence, end: _end, ...rest } = view;
  const { stop: _stop, flow: _flow, block, cache, ...state } = rest;
  return {
    ...state,
    cache: cache && { ...cache, happened: null },
    block: block && {
      ...block,
      guest: block.guest.map((one) => ({ ...one, executed: false })),
      translation: block.translation.map((one) => ({ ...one, executed: false })),
    },
  };
}

type Place = { readonly address: number; readonly condition: number | null };

class RandomUse {
  private readonly random: Random;
  readonly log: string[] = [];
  private readonly runs: PlainRun[];
  private places: readonly Place[] = [];
  private view: MachineView;

  constructor(
    seed: number,
    private readonly session: Session,
    world: World,
    view: MachineView,
  ) {
    this.random = new Random(seed);
    this.runs = [new PlainRun(world, [])];
    this.view = view;
  }

  private get run(): PlainRun {
    return this.runs[this.view.branch]!;
  }

  private get at(): number {
    return this.view.moment.retired;
  }

  /** One command, and whether the session stands where and as it should afterwards. */
  async act(): Promise<void> {
    const { random } = this;
    if (this.at > FAR) await this.seek();
    const commands: readonly (readonly [number, () => Promise<void>])[] = [
      [6, () => this.step()],
      [3, () => this.seek()],
      [3, () => this.play()],
      [3, () => this.setBreakpoints()],
      [4, () => this.resume()],
      [2, () => this.edit()],
      [2, () => this.switchBranch()],
      [2, () => this.input()],
      [2, () => this.look()],
      [1, () => this.origin()],
      [3, () => this.atOnce()],
    ];
    let pick = random.below(commands.reduce((sum, [weight]) => sum + weight, 0));
    for (const [weight, command] of commands) {
      pick -= weight;
      if (pick >= 0) continue;
      await command();
      break;
    }
    await this.check();
  }

  private async check(): Promise<void> {
    const { session } = this;
    const view = await session.view();
    expect(view.moment, 'the view asked for is the view told').toEqual(this.view.moment);
    const expected = this.run.fingerprintAt(this.at, view.outcome !== null);
    expect(await session.fingerprint(), `the machine at ${this.at}`).toBe(expected);
    if (this.random.oneIn(2)) return;
    const sought = await session.seek(view.moment);
    this.log.push('(sought)');
    expect(ofMoment(sought), 'the view after a seek').toEqual(ofMoment(view));
    this.view = sought;
  }

  private unit(): StepUnit {
    return this.random.pick(['machine', 'guest', 'block', 'event', 'phase']);
  }

  private direction(): Direction {
    return this.random.pick(['forward', 'backward']);
  }

  private async step(): Promise<void> {
    const unit = this.unit();
    const direction = this.direction();
    const times = this.random.between(1, 4);
    this.log.push(`step ${unit} ${direction} ${times}`);
    for (let i = 0; i < times; i++) this.view = await this.session.step(unit, direction);
  }

  private async seek(): Promise<void> {
    const moment = { retired: this.random.below(FAR), phase: this.random.oneIn(4) ? 1 : 0 };
    this.log.push(`seek ${moment.retired}.${moment.phase}`);
    this.view = await this.session.seek(moment);
  }

  private trace() {
    return this.run.trace(2 * FAR, CONDITIONS);
  }

  private stops(): readonly number[] {
    return this.trace().stops(this.places);
  }

  private async play(): Promise<void> {
    const from = this.at;
    const goal = from + this.random.pick([1, 17, 400, 9000, 30_000]);
    this.log.push(`play to ${goal}`);
    this.view = await this.session.play(goal - from);
    const { upTo, ended } = this.trace();
    const end = ended ? upTo : Number.POSITIVE_INFINITY;
    const stop = this.stops().find((at) => at > from && at <= goal);
    expect(this.at, 'where play stops').toBe(stop ?? Math.min(goal, end));
    expect(this.view.stop !== null, 'whether a breakpoint stopped the play').toBe(
      stop !== undefined,
    );
  }

  private async resume(): Promise<void> {
    const from = this.at;
    const direction = this.direction();
    const stops = this.stops();
    const { upTo, ended } = this.trace();
    const expected =
      direction === 'forward' ? stops.find((at) => at > from) : stops.findLast((at) => at < from);
    // A run without end would be searched for ever.
    if (direction === 'forward' && expected === undefined && !ended) return;
    this.log.push(`resume ${direction}`);
    const { found, view } = await this.session.resume(direction);
    this.view = view;
    expect(found, 'whether resume finds a breakpoint').toBe(expected !== undefined);
    expect(this.at, 'where resume stops').toBe(expected ?? (direction === 'forward' ? upTo : from));
  }

  private async setBreakpoints(): Promise<void> {
    const { random } = this;
    const places: Place[] = [];
    for (let i = random.below(4); i > 0; i--) {
      const address = this.trace().someAddress(random.below(1 << 16));
      const condition = random.oneIn(2) ? random.below(CONDITIONS.length) : null;
      places.push({ address, condition });
    }
    this.places = places;
    const breakpoints = places.map(
      ({ address, condition }, i): Breakpoint => ({
        id: `${i}`,
        enabled: true,
        place: { kind: 'address', address },
        condition: condition === null ? null : (CONDITIONS[condition] ?? null),
      }),
    );
    this.log.push(
      `breakpoints ${places.map((one) => `${one.address.toString(16)}/${one.condition}`)}`,
    );
    for (const { problem } of await this.session.setBreakpoints(breakpoints)) {
      expect(problem).toBeNull();
    }
  }

  private someEdit(): Edit {
    const { random, view } = this;
    if (random.oneIn(2)) {
      const name = random.pick(['eax', 'ecx', 'ebx', 'esi', 'edi', 'eflags']);
      const value =
        name === 'eflags'
          ? view.guest.eflags ^ random.pick([1, 0x40, 0x801])
          : random.below(1 << 30);
      return { kind: 'register', name, value };
    }
    const space = random.pick(['virtual', 'physical'] as const);
    // The stack, the code that comes next, and anything.
    const address = random.pick([
      view.guest.gpr[4]!,
      view.guest.eip + 8,
      0x100000 + random.below(0x8000),
    ]);
    const bytes = Array.from({ length: random.between(1, 6) }, () => random.below(256));
    return { kind: 'memory', space, address: address >>> 0, bytes };
  }

  private async edit(): Promise<void> {
    if (this.runs.length >= 6) return;
    const edit = this.someEdit();
    this.log.push(`edit ${JSON.stringify(edit)}`);
    const { run } = this;
    const before = this.view;
    const edited = await this.session.edit(edit);
    if (!edited.ok || edited.value.branch === before.branch) {
      this.log.push('(refused)');
      if (edited.ok) this.view = edited.value;
      expect((await this.session.view()).moment).toEqual(before.moment);
      return;
    }
    this.view = edited.value;
    expect(this.view.branch).toBe(this.runs.length);
    this.runs.push(run.with({ at: this.at, kind: 'edit', edit }));
  }

  private async switchBranch(): Promise<void> {
    const id = this.random.below(this.runs.length);
    this.log.push(`branch ${id}`);
    const { branches } = await this.session.branches();
    expect(branches).toHaveLength(this.runs.length);
    this.view = await this.session.switchBranch(id);
    expect(this.view.branch).toBe(id);
    expect(this.view.moment, 'the moment last shown there').toEqual(branches[id]?.last);
  }

  private async input(): Promise<void> {
    const input: GuestInput = this.random.pick([
      { text: 'ps\n' },
      { serial: 'x' },
      { text: 'a', serial: 'help\n' },
    ]);
    this.log.push(`input ${JSON.stringify(input)}`);
    const act: Act = { at: this.at, kind: 'input', input };
    const { branch } = this.view;
    const given = await this.session.input(input);
    if (!given.ok) throw new Error(given.error.message);
    this.view = given.value;
    this.runs[branch] = this.runs[branch]!.with(act);
  }

  private async look(): Promise<void> {
    this.log.push('look');
    const { session } = this;
    const before = await session.fingerprint();
    for (const look of looks(this.view)) await look(session);
    await session.timeline(0, this.at + 1000, 50);
    await session.events(Math.max(0, this.at - 5000), this.at + 5000, 100);
    expect(await session.fingerprint(), 'looks change nothing').toBe(before);
  }

  private async origin(): Promise<void> {
    const { random, session, view } = this;
    const target = random.oneIn(2)
      ? ({ kind: 'register', name: random.pick(['eax', 'esp', 'cr3', 'es', 'eflags']) } as const)
      : ({
          kind: 'memory',
          space: 'virtual',
          address: (view.guest.gpr[4]! + 4 * random.below(4)) >>> 0,
          length: 4,
        } as const);
    this.log.push(`origin ${JSON.stringify(target)}`);
    const origin = await session.origin(target);
    if (origin.found) expect(origin.moment.retired).toBeLessThanOrEqual(this.at);
  }

  /** As the page does: a command that takes long, looks beside it, and another command or a stop. */
  private async atOnce(): Promise<void> {
    const { session, random } = this;
    const long = random.pick(['resume', 'play', 'explore', 'origin', 'seek'] as const);
    const then = random.pick(['interrupt', 'step', 'seek', 'nothing'] as const);
    const from = this.at;
    this.log.push(`together ${long}, looks, ${then}`);
    const running: Promise<unknown> =
      long === 'resume'
        ? session.resume('backward')
        : long === 'play'
          ? session.play(20_000)
          : long === 'explore'
            ? session.explore(FAR)
            : long === 'origin'
              ? session.origin({ kind: 'register', name: 'cr3' })
              : session.seek({ retired: random.below(FAR), phase: 0 });
    for (let i = random.below(4); i > 0; i--) await macrotask();
    const beside = looks(this.view).map((look) => look(session));
    const other =
      then === 'interrupt'
        ? session.interrupt()
        : then === 'step'
          ? session.step(this.unit(), this.direction())
          : then === 'seek'
            ? session.seek({ retired: random.below(FAR), phase: 0 })
            : Promise.resolve();
    await Promise.all([running, other, ...beside]);
    this.view = await session.view();
    if ((long === 'explore' || long === 'origin') && (then === 'interrupt' || then === 'nothing')) {
      expect(this.at, `${long} does not move the present`).toBe(from);
    }
  }
}

type Look = (session: Session) => Promise<unknown>;

function looks({ guest }: MachineView): Look[] {
  const look =
    <Kind extends InspectionKind>(kind: Kind, request: Inspections[Kind]['request']): Look =>
    (session) =>
      session.inspect(kind, request);
  const address = guest.gpr[4]!;
  return [
    look('memory', { space: 'virtual', address: 'esp - 16', length: 64 }),
    look('memory', { space: 'machine', address: 0x100000, length: 256 }),
    look('tables', { cpu: 'guest' }),
    look('tables', { cpu: 'real' }),
    look('pages', { cpu: 'guest' }),
    look('pages', { cpu: 'real' }),
    look('walk', { cpu: 'guest', address, access: 'write' }),
    look('walk', { cpu: 'real', address: 'eip', access: 'execute', user: true }),
    look('stack', { cpu: 'guest', words: 16 }),
    look('calls', {}),
    look('evaluate', { expressions: ['eax + [esp]', 'nonsense', '[0xfffffff0]'] }),
    look('disassembly', { address: 'eip', count: 8 }),
    look('block', { address: guest.eip }),
    (session) => session.block(1),
    (session) => session.view(),
    (session) => session.branches(),
  ];
}

async function use(seed: number): Promise<void> {
  const world = worldOfSeed(seed);
  const session = new Session({ yieldNow: macrotask });
  const loaded = await session.load(world);
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.error));
  const person = new RandomUse(seed, session, world, loaded.value.view);
  try {
    for (let i = 0; i < COMMANDS; i++) await person.act();
  } catch (error) {
    const told = error instanceof Error ? error : new Error(String(error));
    told.message += `\nafter:\n  ${person.log.join('\n  ')}`;
    throw told;
  }
}

describe('a session used at random', () => {
  const asked = Array.from({ length: count }, (_, i) => first + i);
  const seeds = new Set(process.env.SESSIONS ? asked : [...KEPT, ...asked]);
  it.each([...seeds])('is where and as a plain run is, seed %i', (seed) => use(seed), 120_000);
});
