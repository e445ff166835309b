/** Below the source: where the cursor is, what lies there, and whether the text is kept and running. */
import { address as hex } from '../../base/hex';
import type { SourcePlace } from '../../store/editor/editor-state';
import { Button } from '../shared/Button';
import { RunningNote, TypedNote } from './RunningNote';
import './status.css';

export interface StatusLineProps {
  readonly place: SourcePlace;
  /** Of the cursor's line in the running program; null when it holds no instruction there. */
  readonly address: number | null;
  readonly saving: 'kept' | 'waiting' | 'read-only' | 'refused';
  /** Bytes of the assembled program; null while it has errors. */
  readonly size: number | null;
  readonly hintId: string;
  readonly onShowBlock: (address: number) => void;
  readonly onRunTo: (address: number) => void;
}

const SAVING = {
  kept: 'Saved',
  waiting: 'Saving…',
  'read-only': 'Read-only',
  refused: 'Not kept by this browser',
};

export function StatusLine(props: StatusLineProps) {
  const { place, address, saving, size, hintId, onShowBlock, onRunTo } = props;
  return (
    <div className="editor-status">
      <span title="Line and column of the cursor">
        Line {place.line}:{place.column ?? 1}
      </span>
      {address !== null ? (
        <>
          <Button
            tone="quiet"
            aria-keyshortcuts="Control+F10"
            title="Runs to this line, without a breakpoint (Ctrl+F10)"
            onClick={() => onRunTo(address)}
          >
            Run to here
          </Button>
          <Button
            tone="quiet"
            title="Shows the guest block at this line, and its translation"
            onClick={() => onShowBlock(address)}
          >
            Block at <code>{hex(address)}</code>
          </Button>
        </>
      ) : null}
      {size !== null ? <span>{size} bytes</span> : null}
      <span data-saving={saving} title="Edits are kept in this browser">
        {SAVING[saving]}
      </span>
      <RunningNote />
      <TypedNote />
      <span id={hintId} className="editor-hint">
        <kbd>Esc</kbd> <span>then</span> <kbd>Tab</kbd> leaves <span>the editor</span>
      </span>
    </div>
  );
}
