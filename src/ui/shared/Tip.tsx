/**
 * A short hint beside its control. The control carries the same words as its accessible name, so the tip is for
 * sighted users only. It needs no script to appear; Escape dismisses it (WCAG 1.4.13).
 */
import { type ReactNode, useState } from 'react';
import { cx } from './cx';

export interface TipProps {
  readonly text: string;
  readonly keyHint?: string;
  readonly side?: 'start' | 'end' | 'center';
  readonly below?: boolean;
  readonly children: ReactNode;
}

export function Tip({ text, keyHint, side = 'center', below = false, children }: TipProps) {
  const [dismissed, setDismissed] = useState(false);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: only listens for Escape from the control inside
    <span
      className={cx('tip', side !== 'center' && side, below && 'below')}
      data-dismissed={dismissed}
      onPointerLeave={() => setDismissed(false)}
      onBlur={() => setDismissed(false)}
      onKeyDown={(e) => {
        if (e.key === 'Escape') setDismissed(true);
      }}
    >
      {children}
      <span className="tip-text" aria-hidden="true">
        {text} {keyHint ? <kbd>{keyHint}</kbd> : null}
      </span>
    </span>
  );
}
