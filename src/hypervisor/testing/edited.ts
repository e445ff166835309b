/** A system to which edits happen at given moments of its guest, wherever it is run from. */
import type { Outcome } from '../../machine/outcome';
import type { Registers, System, SystemEdit } from '../core/system';

export interface TimedEdit {
  /** Guest instructions retired: it happens at the first guest boundary with so many. */
  readonly at: number;
  readonly edit: (guest: Registers) => SystemEdit;
}

/**
 * The same system, but `run` stops for the edits on its way.
 * @returns it, and what each edit answered so far
 */
export function withEdits<S extends System>(
  system: S,
  edits: readonly TimedEdit[],
): { readonly system: S; readonly answers: (string | null)[] } {
  const answers: (string | null)[] = [];
  const editHere = (): void => {
    for (;;) {
      const next = edits[answers.length];
      if (!next || system.guestRetired < next.at || !system.atGuestBoundary()) return;
      answers.push(system.edit(next.edit(system.guest())));
    }
  };
  const run = (limit: number): Outcome => {
    for (;;) {
      editHere();
      const next = edits[answers.length];
      if (!next) return system.run(limit);
      // A step of the machine completes two of the guest's at the most: the monitor's own may.
      const near = Math.floor((next.at - system.guestRetired) / 2);
      const to = Math.min(limit, system.moment + Math.max(1, near));
      const outcome = system.run(to);
      editHere();
      if (outcome.kind !== 'budget' || system.moment >= limit) return outcome;
    }
  };
  const edited = new Proxy(system, {
    get(target, name) {
      if (name === 'run') return run;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  return { system: edited, answers };
}
