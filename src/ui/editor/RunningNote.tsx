/** Says whether the machine runs what the editor shows, and what is typed into it from the start. */
import { CircleCheck, CircleDashed, PenLine, X } from 'lucide-react';
import { address as hex } from '../../base/hex';
import type { GuestInput } from '../../session/world';
import { useEditor, useEditorActions } from '../../store/editor/use-editor';
import { Button, IconButton } from '../shared/Button';
import { useOutside } from './use-outside';
import { useRunning } from './use-running';

const ICON = { size: 14, 'aria-hidden': true } as const;

export function RunningNote() {
  const { followMachine } = useEditorActions();
  const hasGuest = useEditor((s) => s.guest !== null);
  const { state, instead } = useRunning();
  const outside = useOutside();
  return (
    <span className="editor-running" role="status" data-running={state}>
      {state === 'yes' ? (
        <>
          <CircleCheck {...ICON} /> Runs as it stands here
          {outside === null ? null : (
            <>
              ; now at <code>{hex(outside)}</code>, outside this source
            </>
          )}
        </>
      ) : null}
      {state === 'edited' ? (
        <>
          <PenLine {...ICON} /> Edited since it was started
        </>
      ) : null}
      {hasGuest && state === 'no' && instead ? (
        <>
          <CircleDashed {...ICON} /> The machine runs {instead.name}.{' '}
          {instead.kind === 'image' ? null : (
            <Button tone="quiet" onClick={() => void followMachine(true)}>
              Show its source
            </Button>
          )}
        </>
      ) : null}
    </span>
  );
}

/** `Hello 386⏎` */
const inWords = ({ text = '', serial = '' }: GuestInput): string =>
  `${text}${serial}`.replace(/\r\n?|\n/g, '⏎');

/** A copy of a shipped guest keeps what is typed into that guest: said here, so that its keys do not come from nowhere. */
export function TypedNote() {
  const guest = useEditor((s) => s.guest);
  const { setInput } = useEditorActions();
  if (!guest?.input) return null;
  return (
    <span className="editor-typed">
      Typed from the start: <code>{inWords(guest.input)}</code>
      {guest.id === null ? null : (
        <IconButton
          label="Type nothing, from the next run on"
          className="quiet"
          onClick={() => setInput(null)}
        >
          <X {...ICON} />
        </IconButton>
      )}
    </span>
  );
}
