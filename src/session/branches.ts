/**
 * The branches of a loaded world. An edit starts one: the run is the same up to that moment, and another from there on.
 * All share the two machines, which are on one branch at a time.
 */
import { invariant } from '../base/assert';
import type { BranchesView } from './debug';
import type { Edited } from './edits';
import { goOverTo, type Run, rest, withEdit } from './run';
import { START } from './units';
import type { Moment } from './world';

interface Branch {
  readonly id: number;
  readonly parent: number | null;
  readonly forkedAt: number;
  readonly label: string;
  /** Replaced when something is typed: the branch then has another future. */
  run: Run;
  /** The moment shown last, while another branch is shown. */
  last: Moment;
}

export class Branches {
  private readonly list: Branch[];
  private currentId = 0;

  /** @param run as loaded */
  constructor(run: Run) {
    this.list = [{ id: 0, parent: null, forkedAt: 0, label: 'As loaded', run, last: START }];
  }

  get current(): number {
    return this.currentId;
  }

  get run(): Run {
    return this.branch(this.currentId).run;
  }

  /** The present branch has another future from now on. */
  replaceRun(run: Run): void {
    this.branch(this.currentId).run = run;
  }

  /** Starts a branch with an edit at `moment` of the present one, and goes there. */
  fork(moment: number, present: Moment, edit: Edited): void {
    const parent = this.branch(this.currentId);
    const run = withEdit(parent.run, moment, edit);
    const id = this.list.length;
    const last = { retired: moment, phase: 0 };
    this.list.push({ id, parent: parent.id, forkedAt: moment, label: edit.label, run, last });
    this.goOver(parent, present, id, moment);
  }

  /** @returns the moment last shown there */
  switchTo(id: number, present: Moment): Moment {
    if (id === this.currentId) return present;
    const to = this.branch(id);
    this.goOver(this.branch(this.currentId), present, id, to.last.retired);
    return to.last;
  }

  has(id: number): boolean {
    return this.list.some((branch) => branch.id === id);
  }

  view(present: Moment): BranchesView {
    return {
      current: this.currentId,
      branches: this.list.map(({ id, parent, forkedAt, label, last }) => ({
        id,
        parent,
        forkedAt,
        label,
        last: id === this.currentId ? present : last,
      })),
    };
  }

  private goOver(from: Branch, present: Moment, id: number, moment: number): void {
    from.last = present;
    rest(from.run, present.retired);
    this.currentId = id;
    goOverTo(this.run, moment);
  }

  private branch(id: number): Branch {
    const branch = this.list[id];
    invariant(branch, 'a branch that is asked for is there');
    return branch;
  }
}
