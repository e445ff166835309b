/** The transport: to the start, step back, play, step, to the end; what a step is; how fast play goes. */
import { ChevronLeft, ChevronRight, Pause, Play, SkipBack, SkipForward } from 'lucide-react';
import type { StepUnit } from '../../session/world';
import { SPEEDS, unitOf } from '../../store/app-state';
import { useActions, useApp } from '../../store/use-store';
import { IconButton } from '../shared/Button';
import { Select } from '../shared/Select';
import './transport.css';

const UNITS: readonly { readonly value: StepUnit; readonly label: string }[] = [
  { value: 'machine', label: 'machine step' },
  { value: 'guest', label: 'guest instruction' },
  { value: 'block', label: 'block' },
  { value: 'event', label: 'event' },
  { value: 'phase', label: 'phase' },
];

export function Transport() {
  const actions = useActions();
  // A search that takes long can be stopped like play.
  const playing = useApp((s) => s.playing || s.slow);
  const speed = useApp((s) => s.speed);
  const unit = useApp(unitOf);
  const atStart = useApp(
    (s) => !s.view || (s.view.moment.retired === 0 && s.view.moment.phase === 0),
  );
  const over = useApp(
    (s) => !s.view || (s.view.outcome !== null && s.view.outcome.kind !== 'budget'),
  );
  return (
    <div className="transport">
      <div className="transport-buttons">
        <IconButton
          label="Start of the run"
          keyHint="Home"
          tipSide="start"
          disabled={atStart}
          onClick={() => void actions.goToStart()}
        >
          <SkipBack size={16} aria-hidden="true" />
        </IconButton>
        <IconButton
          label="Step back"
          keyHint="S"
          disabled={atStart}
          onClick={() => void actions.step('backward')}
        >
          <ChevronLeft size={18} aria-hidden="true" />
        </IconButton>
        <IconButton
          label={playing ? 'Pause' : 'Play'}
          keyHint="Space"
          className="play"
          disabled={over && !playing}
          onClick={() => (playing ? actions.pause() : actions.play())}
        >
          {playing ? (
            <Pause size={16} fill="currentColor" aria-hidden="true" />
          ) : (
            <Play size={16} fill="currentColor" aria-hidden="true" />
          )}
        </IconButton>
        <IconButton
          label="Step"
          keyHint="s"
          disabled={over}
          onClick={() => void actions.step('forward')}
        >
          <ChevronRight size={18} aria-hidden="true" />
        </IconButton>
        <IconButton
          label="End of the run"
          keyHint="End"
          disabled={over}
          onClick={() => void actions.goToEnd()}
        >
          <SkipForward size={16} aria-hidden="true" />
        </IconButton>
      </div>
      <div className="transport-choices">
        <Select
          plain
          label="One step is one"
          value={unit}
          options={UNITS}
          onChange={actions.setUnit}
        />
        <Select
          plain
          label="Speed of play"
          value={speed.id}
          options={SPEEDS.map((s) => ({ value: s.id, label: s.label }))}
          onChange={actions.setSpeed}
        />
      </div>
    </div>
  );
}
