/** Where the machine stands, in one line: what runs or is searched, why it stopped, how it ended, what the last step did. */
import { CircleCheck, CircleDot, CircleX, LoaderCircle } from 'lucide-react';
import type { ReactNode } from 'react';
import { isRushing } from '../../store/app-state';
import { useActions, useApp } from '../../store/use-store';
import { outcomeOf } from '../../viz/rings/content';
import { Button } from '../shared/Button';
import { cx } from '../shared/cx';

const ICON = { size: 14, 'aria-hidden': true } as const;

/** Said as it changes: nothing else on the page tells it. */
function Told({ children, bad = false }: { readonly children: ReactNode; readonly bad?: boolean }) {
  return (
    <p className={cx('debug-stop', bad && 'bad')} role="status">
      {children}
    </p>
  );
}

export function StandLine() {
  const view = useApp((s) => s.view);
  const { pause } = useActions();
  const rushing = useApp(isRushing);
  const slow = useApp((s) => s.slow && !s.playing);
  if (rushing || slow) {
    return (
      <Told>
        <LoaderCircle {...ICON} className="turning" /> {rushing ? 'Running.' : 'Still searching.'}{' '}
        <Button
          className="small"
          title="Esc, where the guest does not have the keyboard"
          onClick={pause}
        >
          Stop
        </Button>
      </Told>
    );
  }
  if (view?.news !== undefined) {
    return (
      <p className="debug-stop" title={view.news}>
        <span>{view.news}</span>
      </p>
    );
  }
  if (view?.stop) {
    return (
      <Told bad>
        <CircleDot {...ICON} /> <span title={view.stop.reason}>{view.stop.reason}</span>
      </Told>
    );
  }
  // The page's live region speaks the rest: a status of its own would say it twice.
  const outcome = view && outcomeOf(view);
  if (outcome) {
    const Icon = outcome.good ? CircleCheck : CircleX;
    return (
      <p className={cx('debug-stop', outcome.good ? 'good' : 'bad')} title={outcome.text}>
        <Icon {...ICON} />{' '}
        <span>
          <b>{outcome.word}.</b> {outcome.text}
        </span>{' '}
        <small>
          <kbd>S</kbd> steps back
        </small>
      </p>
    );
  }
  return (
    <p className="debug-stop plain" title={view?.sentence}>
      <span>{view?.sentence}</span>
    </p>
  );
}
