/** Above the source: which guest it is, running it, and taking files out. */
import { Binary, Download as DownloadIcon, FolderOpen, Play } from 'lucide-react';
import type { GuestSource } from '../../session/world';
import type { DownloadFormat, OpenGuest } from '../../store/editor/editor-state';
import { useEditor, useEditorActions } from '../../store/editor/use-editor';
import { Button, IconButton } from '../shared/Button';
import { handOver } from './hand-over';
import { LoadChoice } from './LoadChoice';
import { Menu } from './Menu';

export interface EditorBarProps {
  readonly guest: OpenGuest | null;
  /** What the machine runs of it: nothing, this text, or an older one. */
  readonly running: 'no' | 'yes' | 'edited';
  /** What the machine runs instead; null when that is this program. */
  readonly instead: GuestSource | null;
}

const RUNNING = {
  no: null,
  yes: 'Runs as it stands here',
  edited: 'Edited since it was started',
};

export function EditorBar({ guest, running, instead }: EditorBarProps) {
  const actions = useEditorActions();
  const showBytes = useEditor((s) => s.showBytes);
  const download = async (format: DownloadFormat) => {
    const file = await actions.download(format);
    if (file) handOver(file);
  };
  return (
    <div className="editor-bar">
      <Button
        onClick={() => actions.setLibraryOpen(true)}
        title="One's own guests, and those that ship"
      >
        <FolderOpen size={15} aria-hidden="true" /> <span className="bar-text">Guests</span>
      </Button>
      {guest ? (
        <>
          <strong className="editor-name" title={guest.name}>
            {guest.name}
          </strong>
          {guest.id === null ? (
            <Button
              onClick={() => void actions.editCopy()}
              title="Makes a copy of your own to change"
            >
              Edit a copy
            </Button>
          ) : null}
          <span className="editor-tools">
            {guest.kind === 'source' ? <LoadChoice guest={guest} /> : null}
            <IconButton
              label={showBytes ? 'Hide addresses and bytes' : 'Show addresses and bytes'}
              aria-pressed={showBytes}
              className="quiet"
              tipBelow
              onClick={() => actions.setShowBytes(!showBytes)}
            >
              <Binary size={16} aria-hidden="true" />
            </IconButton>
            <Menu
              label="Download"
              end
              icon={<DownloadIcon size={14} aria-hidden="true" />}
              items={
                guest.kind === 'image'
                  ? [{ label: 'This file', act: () => void download('source') }]
                  : [
                      { label: 'This file', act: () => void download('source') },
                      { label: 'ELF kernel (.elf)', act: () => void download('elf') },
                      { label: 'Flat binary (.bin)', act: () => void download('flat') },
                      { label: 'Listing (.lst)', act: () => void download('listing') },
                    ]
              }
            />
            <Button
              tone="primary"
              aria-keyshortcuts="Control+Enter"
              title="Assembles and starts this guest (Ctrl+Enter)"
              onClick={() => void actions.runProgram()}
            >
              <Play size={14} aria-hidden="true" /> Run
            </Button>
          </span>
        </>
      ) : null}
      <span className="editor-running" role="status">
        {guest && running !== 'no' ? RUNNING[running] : null}
        {guest && running === 'no' && instead ? (
          <>
            The machine runs {instead.name}.{' '}
            {instead.kind === 'image' ? null : (
              <Button tone="quiet" onClick={() => void actions.followMachine(true)}>
                Show its source
              </Button>
            )}
          </>
        ) : null}
      </span>
    </div>
  );
}
