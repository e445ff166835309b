/** The list of one's own guests, and the ways to get another. */
import { Copy, Download, FilePlus2, FolderOpen, Pencil, Play, Trash2 } from 'lucide-react';
import { type FormEvent, useId, useRef, useState } from 'react';
import type { EditorState } from '../../store/editor/editor-state';
import { useEditor, useEditorActions } from '../../store/editor/use-editor';
import { handOver } from '../editor/hand-over';
import { Button, IconButton } from '../shared/Button';
import { FilePicker } from './FilePicker';

type GuestSummary = EditorState['own'][number];

const WHEN = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short' });

function RenameForm({
  guest,
  onDone,
}: {
  readonly guest: GuestSummary;
  readonly onDone: () => void;
}) {
  const { rename } = useEditorActions();
  const [name, setName] = useState(guest.name);
  const id = useId();
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    await rename(guest.id, name);
    onDone();
  };
  return (
    <form className="rename" onSubmit={submit}>
      <label className="visually-hidden" htmlFor={id}>
        New name of {guest.name}
      </label>
      <input
        id={id}
        value={name}
        // biome-ignore lint/a11y/noAutofocus: a person just asked for this field
        autoFocus
        onFocus={(event) => event.currentTarget.select()}
        onChange={(event) => setName(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Escape') return;
          // The dialog stays open.
          event.preventDefault();
          onDone();
        }}
      />
      <Button type="submit" tone="primary" disabled={name.trim() === ''}>
        Rename
      </Button>
      <Button onClick={onDone}>Cancel</Button>
    </form>
  );
}

function OwnGuest({ guest, open }: { readonly guest: GuestSummary; readonly open: boolean }) {
  const actions = useEditorActions();
  const [renaming, setRenaming] = useState(false);
  const { id, name } = guest;
  const download = async () => {
    const file = await actions.downloadOwn(id);
    if (file) handOver(file);
  };
  return (
    <li className="own-guest" data-open={open}>
      {renaming ? (
        <RenameForm guest={guest} onDone={() => setRenaming(false)} />
      ) : (
        <>
          <button type="button" className="own-open" onClick={() => void actions.openOwn(id)}>
            <strong>{name}</strong>
            <small>
              {guest.kind === 'image' ? 'Image' : guest.main} · {WHEN.format(guest.modified)}
              {open ? ' · open' : ''}
            </small>
          </button>
          <span className="own-tools">
            <IconButton
              label={`Start ${name}`}
              className="quiet"
              onClick={() => void actions.startOwn(id)}
            >
              <Play size={15} aria-hidden="true" />
            </IconButton>
            <IconButton
              label={`Rename ${name}`}
              className="quiet"
              onClick={() => setRenaming(true)}
            >
              <Pencil size={15} aria-hidden="true" />
            </IconButton>
            <IconButton
              label={`Duplicate ${name}`}
              className="quiet"
              onClick={() => void actions.duplicate(id)}
            >
              <Copy size={15} aria-hidden="true" />
            </IconButton>
            <IconButton
              label={`Download ${name}`}
              className="quiet"
              onClick={() => void download()}
            >
              <Download size={15} aria-hidden="true" />
            </IconButton>
            <IconButton
              label={`Delete ${name}`}
              className="quiet"
              tipSide="end"
              onClick={() => void actions.remove(id)}
            >
              <Trash2 size={15} aria-hidden="true" />
            </IconButton>
          </span>
        </>
      )}
    </li>
  );
}

export function OwnGuests() {
  const own = useEditor((s) => s.own);
  const openId = useEditor((s) => s.guest?.id ?? null);
  const trouble = useEditor((s) => s.storageTrouble);
  const { newGuest } = useEditorActions();
  const files = useRef<HTMLInputElement>(null);
  const folder = useRef<HTMLInputElement>(null);
  return (
    <section className="own-guests" aria-labelledby="own-guests-title">
      <h3 id="own-guests-title">Your guests</h3>
      <div className="own-actions">
        <Button tone="primary" onClick={() => void newGuest()}>
          <FilePlus2 size={15} aria-hidden="true" /> New guest
        </Button>
        <Button
          title="Assembly source with the files it includes, or an image"
          onClick={() => files.current?.click()}
        >
          <FolderOpen size={15} aria-hidden="true" /> Open files…
        </Button>
        <Button title="A folder with source and includes" onClick={() => folder.current?.click()}>
          Open folder…
        </Button>
        <FilePicker ref={files} label="Files of a guest" testId="guest-files" />
        <FilePicker ref={folder} label="Folder of a guest" folder />
      </div>
      {own.length === 0 ? (
        <p className="panel-note">
          None yet. Start from the small working template, from a copy of a shipped guest, or from
          files: assembly source (.asm), ELF kernels, flat binaries, boot sectors, disk images,
          ROMs.
        </p>
      ) : (
        <ul>
          {own.map((guest) => (
            <OwnGuest key={guest.id} guest={guest} open={guest.id === openId} />
          ))}
        </ul>
      )}
      {trouble ? (
        <p className="panel-note storage-trouble">
          <strong>{trouble.message}</strong> {trouble.hint}
        </p>
      ) : (
        <p className="panel-note">Guests are kept in this browser only. Download what matters.</p>
      )}
    </section>
  );
}
