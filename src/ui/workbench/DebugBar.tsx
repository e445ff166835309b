/** The bar above the workbench: technique, run to a breakpoint either way, where the machine stands, which branch is shown. */
import { ArrowUpFromDot, GitBranch, RedoDot, StepBack, StepForward, UndoDot } from 'lucide-react';
import type { ReactNode } from 'react';
import { useActions, useApp } from '../../store/use-store';
import { Button, IconButton } from '../shared/Button';
import { TechniqueSwitch } from '../shell/TechniqueSwitch';
import { StandLine } from './StandLine';

const ICON = { size: 16, 'aria-hidden': true } as const;

export function DebugBar({ children }: { readonly children: ReactNode }) {
  const { resume, run, stepOver, stepOut, showPanel } = useActions();
  const branch = useApp((s) => s.view?.branch ?? 0);
  const branches = useApp((s) => s.branches);
  const set = useApp((s) => s.breakpoints.filter((b) => b.enabled).length);
  const atStart = useApp((s) => s.view?.moment.retired === 0);
  const over = useApp(
    (s) => !s.view || (s.view.outcome !== null && s.view.outcome.kind !== 'budget'),
  );
  const label = branches?.branches.find(({ id }) => id === branch)?.label;
  const none = 'Set a breakpoint first: click beside a line, or in the Breaks panel';
  return (
    <div className="debug-bar">
      <TechniqueSwitch />
      <div className="debug-run">
        <Button
          disabled={set === 0 || atStart}
          title={set === 0 ? none : 'Run back to the breakpoint before (C)'}
          aria-keyshortcuts="C"
          onClick={() => void resume('backward')}
        >
          <StepBack size={15} aria-hidden="true" /> Back
        </Button>
        <Button
          disabled={over}
          title={set === 0 ? 'Run on (c)' : 'Run to the next breakpoint (c)'}
          aria-keyshortcuts="c"
          onClick={() => (set === 0 ? run() : void resume('forward'))}
        >
          Continue <StepForward size={15} aria-hidden="true" />
        </Button>
      </div>
      <div className="debug-run">
        <IconButton
          label="Back over calls"
          keyHint="O"
          tipBelow
          disabled={atStart}
          onClick={() => void stepOver('backward')}
        >
          <UndoDot {...ICON} />
        </IconButton>
        <IconButton
          label="Step over calls"
          keyHint="o"
          tipBelow
          disabled={over}
          onClick={() => void stepOver('forward')}
        >
          <RedoDot {...ICON} />
        </IconButton>
        <IconButton
          label="Out of this function"
          keyHint="u"
          tipBelow
          disabled={over}
          onClick={() => void stepOut('forward')}
        >
          <ArrowUpFromDot {...ICON} />
        </IconButton>
      </div>
      <StandLine />
      {branch !== 0 ? (
        <Button tone="quiet" className="debug-branch" onClick={() => showPanel('branches')}>
          <GitBranch size={15} aria-hidden="true" /> Branch: {label ?? branch}
        </Button>
      ) : null}
      {children}
    </div>
  );
}
