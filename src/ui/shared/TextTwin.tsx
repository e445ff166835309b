/** The text twin of a diagram: the same facts in words, one click away and there for screen readers and searches. */
import type { ReactNode } from 'react';
import './text-twin.css';

export interface TextTwinProps {
  /** What the text stands for, e.g. `Ring stage`. */
  readonly of: string;
  readonly children: ReactNode;
  readonly onToggle?: (open: boolean) => void;
}

export function TextTwin({ of, children, onToggle }: TextTwinProps) {
  return (
    <details
      className="disclosure text-twin"
      onToggle={onToggle && ((event) => onToggle(event.currentTarget.open))}
    >
      <summary>
        As text<span className="visually-hidden">: {of}</span>
      </summary>
      <div className="text-twin-body">{children}</div>
    </details>
  );
}
