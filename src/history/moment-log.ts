/**
 * What came into a run from outside, each entry stamped with its moment: the only thing besides the start that a run
 * depends on. Two kinds of entries differ in when the machine gets them:
 *
 * ```text
 *            arrives at m            leaves m
 * ───────────────┤ edits of m ├──┤ inputs of m ├───────────>
 *    checkpoint at m          the moment m shown
 * ```
 *
 * An edit is part of the moment it is made at, and a checkpoint there is from before it. An input is only seen from the
 * next instruction on.
 */
export class MomentLog<Entry> {
  private constructor(
    private readonly entries: readonly { readonly at: number; readonly entry: Entry }[],
  ) {}

  static empty<Entry>(): MomentLog<Entry> {
    return new MomentLog<Entry>([]);
  }

  /** Entries behind `at` are gone: they belong to the future that this one replaces. */
  with(at: number, entry: Entry): MomentLog<Entry> {
    return new MomentLog([...this.until(at).entries, { at, entry }]);
  }

  /** The entries up to this moment, those of the moment itself included. */
  until(moment: number): MomentLog<Entry> {
    return new MomentLog(this.entries.filter((entry) => entry.at <= moment));
  }

  /** Entries of this moment, in the order they came. */
  of(moment: number): readonly Entry[] {
    return this.entries.filter(({ at }) => at === moment).map(({ entry }) => entry);
  }

  /** The first moment behind `moment` that has an entry, Infinity if there is none. */
  nextAfter(moment: number): number {
    return this.entries.find(({ at }) => at > moment)?.at ?? Number.POSITIVE_INFINITY;
  }

  /** In order. */
  all(): readonly { readonly at: number; readonly entry: Entry }[] {
    return this.entries;
  }
}

/** What happens to a machine from outside in the course of a run. */
export interface Interventions<Machine> {
  /** The first moment behind `moment` at which there is something to do, Infinity if there is none. */
  nextAfter(moment: number): number;
  /** Makes the edits of this moment: the machine has just arrived there. */
  change(machine: Machine, moment: number): void;
  /** Gives the machine every input of this moment: it is about to leave it. */
  give(machine: Machine, moment: number): void;
}
