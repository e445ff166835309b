/** The files of the open program as tabs, and what can be done with them. */
import { FilePlus2 } from 'lucide-react';
import { type FormEvent, type KeyboardEvent, useEffect, useId, useRef, useState } from 'react';
import type { OpenGuest } from '../../store/editor/editor-state';
import { fileOrder, freeName } from '../../store/editor/program-files';
import { useEditorActions } from '../../store/editor/use-editor';
import type { Diagnostic } from '../../toolchain/api';
import { Button } from '../shared/Button';
import { readFiles } from './hand-over';
import { Menu } from './Menu';

interface NameFormProps {
  readonly label: string;
  readonly start: string;
  /** Null when it was done, else why not. */
  readonly onName: (name: string) => string | null;
  readonly onClose: () => void;
}

function NameForm({ label, start, onName, onClose }: NameFormProps) {
  const [name, setName] = useState(start);
  const [problem, setProblem] = useState<string | null>(null);
  const id = useId();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const refused = onName(name);
    if (refused === null) onClose();
    else setProblem(refused);
  };
  return (
    <form
      className="name-form"
      onSubmit={submit}
      onKeyDown={(event) => {
        if (event.key === 'Escape') onClose();
      }}
    >
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        value={name}
        // biome-ignore lint/a11y/noAutofocus: a person just asked for this field
        autoFocus
        aria-invalid={problem !== null}
        aria-describedby={`${id}-problem`}
        onFocus={(event) => event.currentTarget.select()}
        onChange={(event) => {
          setName(event.currentTarget.value);
          setProblem(null);
        }}
      />
      <Button type="submit" tone="primary">
        OK
      </Button>
      <Button onClick={onClose}>Cancel</Button>
      <span id={`${id}-problem`} role="alert" className="form-problem">
        {problem}
      </span>
    </form>
  );
}

export interface FileTabsProps {
  readonly guest: OpenGuest;
  readonly activeFile: string;
  readonly diagnostics: readonly Diagnostic[];
}

export function FileTabs({ guest, activeFile, diagnostics }: FileTabsProps) {
  const actions = useEditorActions();
  const [form, setForm] = useState<'add' | 'rename' | null>(null);
  const picker = useRef<HTMLInputElement>(null);
  const tabs = useRef<HTMLDivElement>(null);
  // The machine may have stepped into a file whose tab is scrolled away.
  // biome-ignore lint/correctness/useExhaustiveDependencies: another file is what makes it scroll
  useEffect(() => {
    const selected = tabs.current?.querySelector('[aria-selected=true]');
    selected?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }, [activeFile]);
  const files = fileOrder(guest);
  const wrong = new Set(diagnostics.filter((d) => d.severity === 'error').map(({ file }) => file));
  const isMain = activeFile === guest.main;
  const isText = typeof guest.files[activeFile] === 'string';

  const arrows = (event: KeyboardEvent<HTMLDivElement>) => {
    const at = files.indexOf(activeFile);
    const to = {
      ArrowRight: (at + 1) % files.length,
      ArrowLeft: (at - 1 + files.length) % files.length,
      Home: 0,
      End: files.length - 1,
    }[event.key];
    const file = to === undefined ? undefined : files[to];
    if (file === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    actions.selectFile(file);
    event.currentTarget.querySelectorAll<HTMLElement>('[role=tab]')[to ?? 0]?.focus();
  };

  return (
    <div className="file-tabs">
      <div
        ref={tabs}
        role="tablist"
        aria-label="Files of this guest"
        className="tabs-list"
        onKeyDown={arrows}
      >
        {files.map((file) => (
          <button
            key={file}
            type="button"
            role="tab"
            className="tab"
            aria-selected={file === activeFile}
            aria-controls="editor-file"
            tabIndex={file === activeFile ? 0 : -1}
            onClick={() => actions.selectFile(file)}
            onDoubleClick={() => guest.id !== null && setForm('rename')}
          >
            {file}
            {file === guest.main && files.length > 1 ? <small> main</small> : null}
            {wrong.has(file) ? <b title="has errors"> !</b> : null}
          </button>
        ))}
      </div>
      {guest.id !== null && guest.kind === 'source' ? (
        <Menu
          label="File"
          end
          icon={<FilePlus2 size={14} aria-hidden="true" />}
          items={[
            { label: 'New file…', act: () => setForm('add') },
            { label: 'Add files from disk…', act: () => picker.current?.click() },
            { label: `Rename ${activeFile}…`, act: () => setForm('rename') },
            {
              label: `Assemble ${activeFile} (make it the main file)`,
              disabled: isMain || !isText,
              act: () => actions.setMain(activeFile),
            },
            {
              label: `Delete ${activeFile}`,
              disabled: isMain,
              act: () => actions.removeFile(activeFile),
            },
          ]}
        />
      ) : null}
      <input
        ref={picker}
        type="file"
        multiple
        hidden
        aria-label="Files to add to this guest"
        onChange={async (event) => {
          const input = event.currentTarget;
          const chosen = await readFiles(input.files ?? []);
          input.value = '';
          for (const { name, bytes } of chosen) {
            const text = /\.(asm|inc|s|nasm|mac)$/i.test(name);
            const content = text ? new TextDecoder().decode(bytes) : bytes;
            actions.addFile(freeName(name, guest.files), content);
          }
        }}
      />
      {form === 'add' ? (
        <NameForm
          label="Name of the new file"
          start={freeName('part.asm', guest.files)}
          onName={(name) => actions.addFile(name)}
          onClose={() => setForm(null)}
        />
      ) : null}
      {form === 'rename' ? (
        <NameForm
          key={activeFile}
          label={`New name of ${activeFile}`}
          start={activeFile}
          onName={(name) => actions.renameFile(activeFile, name)}
          onClose={() => setForm(null)}
        />
      ) : null}
    </div>
  );
}
