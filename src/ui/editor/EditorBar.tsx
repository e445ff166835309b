/** Above the source: which guest it is, running it, and taking files out. One row, with Run always in it. */
import { ArrowDownToDot, Binary, Download as DownloadIcon, Play } from 'lucide-react';
import type { DownloadFormat, OpenGuest } from '../../store/editor/editor-state';
import { useEditorActions } from '../../store/editor/use-editor';
import { Button, IconButton } from '../shared/Button';
import { handOver } from './hand-over';
import { LoadChoice } from './LoadChoice';
import { Menu } from './Menu';
import { useShowBytes } from './use-show-bytes';

export function EditorBar({ guest }: { readonly guest: OpenGuest }) {
  const actions = useEditorActions();
  const showBytes = useShowBytes();
  const download = async (format: DownloadFormat) => {
    const file = await actions.download(format);
    if (file) handOver(file);
  };
  return (
    <div className="editor-bar">
      <strong className="editor-name" title={guest.name}>
        {guest.name}
      </strong>
      {guest.id === null ? (
        <Button onClick={() => void actions.editCopy()} title="Makes a copy of your own to change">
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
                  ...(Object.keys(guest.files).length > 1
                    ? [{ label: 'All files (.zip)', act: () => void download('archive') }]
                    : []),
                  { label: 'ELF kernel (.elf)', act: () => void download('elf') },
                  { label: 'Flat binary (.bin)', act: () => void download('flat') },
                  { label: 'Listing (.lst)', act: () => void download('listing') },
                ]
          }
        />
        <IconButton
          label="Start paused"
          keyHint="Ctrl+Shift+Enter"
          tipSide="end"
          tipBelow
          onClick={() => void actions.loadProgram()}
        >
          <ArrowDownToDot size={16} aria-hidden="true" />
        </IconButton>
        <Button
          tone="primary"
          aria-keyshortcuts="Control+Enter"
          title="Assembles this guest and runs it, to a breakpoint or its end (Ctrl+Enter)"
          onClick={() => void actions.runProgram()}
        >
          <Play size={14} aria-hidden="true" /> Run
        </Button>
      </span>
    </div>
  );
}
