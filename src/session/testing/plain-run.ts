/**
 * A run the obvious way, to hold a session against: a new machine that only goes forward, with what was edited and typed
 * on that branch. No checkpoints, no recording, no way back.
 */
import { compileExpression } from '../../debugger/expression';
import { SHIPPED_TEXTS } from '../../guests/registry';
import type { System } from '../../hypervisor/core/system';
import type { Edit } from '../debug';
import { resolveEdit } from '../edits';
import { fingerprintOf } from '../fingerprint';
import { outsideInput } from '../guest-input';
import { linearEip } from '../registers-view';
import { makeSystem } from '../run';
import type { GuestInput, World } from '../world';

/** What came into a branch from outside, in order of moments. */
export type Act = { readonly at: number } & (
  | { readonly kind: 'edit'; readonly edit: Edit }
  | { readonly kind: 'input'; readonly input: GuestInput }
);

/** A branch as far as its acts go: two with the same acts are the same run. */
export class PlainRun {
  private machine: System | null = null;
  private over = false;
  private readonly prints = new Map<number, string>();
  private traced: Trace | null = null;

  constructor(
    readonly world: World,
    readonly acts: readonly Act[],
  ) {}

  /** The same run up to `at`, those acts included, with another act there. */
  with(act: Act): PlainRun {
    return new PlainRun(this.world, [...this.acts.filter(({ at }) => at <= act.at), act]);
  }

  /** @param ended the machine is also made to find out that its run ends there */
  fingerprintAt(moment: number, ended: boolean): string {
    const known = this.prints.get(moment);
    if (known !== undefined) return known;
    if (!this.machine || this.over || this.machine.moment > moment) this.restart();
    const machine = this.machine!;
    this.runTo(machine, moment);
    if (ended && !this.over) this.over = machine.run(moment + 1).kind !== 'budget';
    const print = fingerprintOf(machine);
    this.prints.set(moment, print);
    return print;
  }

  private restart(): void {
    this.machine = newMachine(this.world);
    this.over = false;
    this.editAt(this.machine);
  }

  /** Edits are made on arrival, inputs given on leaving. */
  private runTo(machine: System, moment: number): void {
    while (machine.moment < moment) {
      const here = machine.moment;
      this.giveAt(machine);
      const next = this.acts.find(({ at }) => at > here)?.at ?? moment;
      this.over = machine.run(Math.min(next, moment)).kind !== 'budget';
      if (this.over) return;
      if (machine.moment === next) this.editAt(machine);
    }
  }

  private editAt(machine: System): void {
    const moment = machine.moment;
    for (const act of this.acts) {
      if (act.kind !== 'edit' || act.at !== moment) continue;
      const resolved = resolveEdit(act.edit, machine);
      if (!resolved.ok) throw new Error(resolved.error.message);
      for (const edit of resolved.value.edits) machine.edit(edit);
    }
  }

  private giveAt(machine: System): void {
    const moment = machine.moment;
    for (const act of this.acts) {
      if (act.kind !== 'input' || act.at !== moment) continue;
      const outside = outsideInput(act.input);
      if (!outside.ok) throw new Error(outside.error.message);
      machine.receive(outside.value);
    }
  }

  /**
   * Every step of the guest's up to a moment, taken one of the machine's at a time.
   *
   * @param conditions asked where each begins
   */
  trace(upTo: number, conditions: readonly string[]): Trace {
    if (this.traced) return this.traced;
    const machine = newMachine(this.world);
    const asked = conditions.map((text) => {
      const compiled = compileExpression(text, { addressOf: () => null, symbols: [] });
      if (!compiled.ok) throw new Error(compiled.error.message);
      return compiled.value;
    });
    const begins: Beginning[] = [];
    const interrupted = new Set<number>();
    machine.guestListener = (body) => {
      if (body.kind === 'trap' && body.source === 'external') interrupted.add(machine.guestMoment);
    };
    this.editAt(machine);
    let last = -1;
    for (;;) {
      if (machine.guestMoment > last && machine.atGuestBoundary()) {
        last = machine.guestMoment;
        const holds = asked.map((condition) => {
          const value = condition.evaluate(machine);
          return value.ok && value.value !== 0;
        });
        begins.push({
          moment: machine.moment,
          count: last,
          linear: linearEip(machine.guest()),
          holds,
        });
      }
      if (machine.moment >= upTo) break;
      this.giveAt(machine);
      const here = machine.moment;
      if (machine.run(here + 1).kind !== 'budget') break;
      this.editAt(machine);
    }
    this.traced = new Trace(begins, interrupted, machine.moment, machine.moment < upTo);
    return this.traced;
  }
}

interface Beginning {
  readonly moment: number;
  /** The guest's steps before it. */
  readonly count: number;
  /** Where the guest stands. */
  readonly linear: number;
  /** By condition. */
  readonly holds: readonly boolean[];
}

export class Trace {
  /**
   * @param interrupted steps that are deliveries of interrupts: the instruction that stands there is not begun
   * @param upTo the last moment of the trace
   * @param ended the run is over there
   */
  constructor(
    private readonly begins: readonly Beginning[],
    private readonly interrupted: ReadonlySet<number>,
    readonly upTo: number,
    readonly ended: boolean,
  ) {}

  /** An address at which the guest has stood. */
  someAddress(pick: number): number {
    return this.begins[pick % this.begins.length]!.linear;
  }

  /** Where breakpoints stop, each at an address on a condition. */
  stops(
    places: readonly { readonly address: number; readonly condition: number | null }[],
  ): number[] {
    return this.begins
      .filter(({ count, linear, holds }) => {
        if (this.interrupted.has(count)) return false;
        return places.some(
          ({ address, condition }) =>
            address === linear && (condition === null || holds[condition] === true),
        );
      })
      .map(({ moment }) => moment);
  }
}

function newMachine(world: World): System {
  const made = makeSystem(world, SHIPPED_TEXTS);
  if (!made.ok) throw new Error(made.error.message);
  return made.value;
}
