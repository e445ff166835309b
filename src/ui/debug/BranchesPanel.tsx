/** Branches of the run as a tree: each edit starts one, and every old future stays reachable. */
import { GitBranch } from 'lucide-react';
import type { BranchView } from '../../session/debug';
import { useActions, useApp } from '../../store/use-store';
import { Button } from '../shared/Button';
import { cx } from '../shared/cx';
import './debug.css';
import './BranchesPanel.css';

export function BranchesPanel() {
  const branches = useApp((s) => s.branches);
  const current = useApp((s) => s.view?.branch ?? 0);
  const all = branches?.branches ?? [];
  return (
    <section className="debug-panel" aria-label="Branches">
      {all.length < 2 ? (
        <p className="debug-empty">
          Change a register, a byte of memory or a page-table entry while the guest is paused: the
          change starts a branch here, and the future as it was stays one click away.
        </p>
      ) : (
        <>
          <p className="debug-note">
            Each edit starts a branch. Going to one shows the moment last seen on it.
          </p>
          <Level parent={null} all={all} current={current} />
        </>
      )}
    </section>
  );
}

interface LevelProps {
  readonly parent: number | null;
  readonly all: readonly BranchView[];
  readonly current: number;
}

function Level({ parent, all, current }: LevelProps) {
  const { switchBranch } = useActions();
  const here = all.filter((branch) => branch.parent === parent);
  if (here.length === 0) return null;
  return (
    <ul className="branches">
      {here.map((branch) => (
        <li key={branch.id}>
          <div
            className={cx('branch', branch.id === current && 'current')}
            aria-current={branch.id === current ? 'true' : undefined}
          >
            <GitBranch size={14} aria-hidden="true" />
            <div className="branch-text">
              <span className="branch-label">{branch.label}</span>
              <span className="debug-note">
                {branch.parent === null
                  ? ''
                  : `leaves at ${branch.forkedAt.toLocaleString('en')}, `}
                last seen at {branch.last.retired.toLocaleString('en')}
              </span>
            </div>
            {branch.id === current ? (
              <span className="branch-here">shown now</span>
            ) : (
              <Button className="small" onClick={() => void switchBranch(branch.id)}>
                Go there<span className="visually-hidden">: {branch.label}</span>
              </Button>
            )}
          </div>
          <Level parent={branch.id} all={all} current={current} />
        </li>
      ))}
    </ul>
  );
}
