/** The middle of the page: technique switch, ring stage, block beside its translation, cache map. */
import { useEffect, useRef } from 'react';
import type { Highlight } from '../../lessons/lesson';
import type { MachineView } from '../../session/view';
import { isRushing } from '../../store/app-state';
import { useActions, useApp } from '../../store/use-store';
import { Blocks } from '../block/Blocks';
import { CacheMap } from '../cache/CacheMap';
import { Button } from '../shared/Button';
import { RingStage } from '../stage/RingStage';
import { TechniqueSwitch } from './TechniqueSwitch';

function RunUnder() {
  return (
    <div className="run-under">
      <span>Run it under</span>
      <TechniqueSwitch />
      <span className="cpu-label">
        CPU: <b>x86 before VT</b>
      </span>
    </div>
  );
}

export interface CentreProps {
  readonly view: MachineView;
  readonly highlight: readonly Highlight[];
}

export function Centre({ view, highlight }: CentreProps) {
  const actions = useActions();
  const selected = useApp((s) => s.selectedBlock);
  const paceTooFast = useApp(isRushing);
  const cue = (part: Highlight) => ({ 'data-cue': highlight.includes(part) });
  const root = useRef<HTMLHeadingElement>(null);
  const step = useApp((s) => (s.lesson?.phase === 'moving' ? null : (s.lesson?.step ?? null)));

  // What a step talks about must be on screen when it is read: lecture screens are low.
  useEffect(() => {
    if (step === null) return;
    const cued = root.current?.parentElement?.querySelector('[data-cue="true"]');
    cued?.scrollIntoView({ block: 'nearest' });
  }, [step]);

  return (
    <>
      <h2 ref={root} className="visually-hidden">
        Machine
      </h2>
      <RunUnder />
      <section
        className="stage-area"
        aria-label="Ring stage"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: with focus here, the arrow keys step
        tabIndex={0}
        data-arrows="step"
        {...cue('stage')}
      >
        <RingStage view={view} onWaypoint={actions.seek} motion={!paceTooFast} />
      </section>
      <div className="block-area" {...cue('block')}>
        {selected ? (
          <p className="selected-note">
            Showing a block chosen in the cache map, not the one being executed.{' '}
            <Button tone="quiet" onClick={() => void actions.selectBlock(null)}>
              Show the current block
            </Button>
          </p>
        ) : null}
        <Blocks view={view} />
      </div>
      {view.cache ? (
        <div className="cache-area" {...cue('cache')}>
          <CacheMap
            view={view}
            selected={selected?.id ?? null}
            onSelect={(id) => void actions.selectBlock(id)}
          />
        </div>
      ) : null}
    </>
  );
}
