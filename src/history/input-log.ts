/**
 * What came into a run from outside, each stamped with its moment: the only thing besides the start that a run depends
 * on. An input of moment `m` is given to the machine as it leaves `m`, so a machine that has just arrived there, and a
 * checkpoint at `m`, are from before it.
 */
export class InputLog<Input> {
  private entries: { readonly at: number; readonly input: Input }[] = [];

  /** Inputs behind `at` are gone: they belong to the future that this one replaces. */
  add(at: number, input: Input): void {
    this.entries = this.entries.filter((entry) => entry.at <= at);
    this.entries.push({ at, input });
  }

  /** Inputs of this moment, in the order they came. */
  of(moment: number): readonly Input[] {
    return this.entries.filter((entry) => entry.at === moment).map((entry) => entry.input);
  }

  /** The first moment behind `moment` that has an input, Infinity if there is none. */
  nextAfter(moment: number): number {
    return this.entries.find((entry) => entry.at > moment)?.at ?? Number.POSITIVE_INFINITY;
  }

  all(): readonly { readonly at: number; readonly input: Input }[] {
    return this.entries;
  }
}

/** A log, and how an input gets into a machine. */
export interface Inputs<Machine> {
  nextAfter(moment: number): number;
  /** Gives the machine every input of this moment. */
  give(machine: Machine, moment: number): void;
}
