/** Asks how an image is loaded when its bytes do not say. Sensible values are filled in. */
import { type FormEvent, useId, useState } from 'react';
import type { ImageQuestion } from '../../store/editor/editor-state';
import { FORMAT_NAMES } from '../../store/editor/load-plan';
import { useEditor, useEditorActions } from '../../store/editor/use-editor';
import { Button } from '../shared/Button';
import {
  type FormatName,
  fieldsOf,
  type ImageFields,
  parseAddress,
  readFields,
  usualAddress,
} from './image-form';
import { Modal } from './Modal';

const FORMATS: readonly (readonly [FormatName, string])[] = [
  ['flat', 'Bare instructions and data, put at an address you choose.'],
  [
    'boot-sector',
    'The file is the disk: a BIOS starts its first 512 bytes at 0x7c00 in real mode.',
  ],
  ['rom', '64 or 128 KiB that end at 1 MiB and start at the reset vector.'],
  ['multiboot', 'An ELF file or flat image with a Multiboot header.'],
];

interface AddressFieldProps {
  readonly label: string;
  readonly value: string;
  readonly wrong: string | undefined;
  readonly onChange: (value: string) => void;
}

function AddressField({ label, value, wrong, onChange }: AddressFieldProps) {
  const id = useId();
  return (
    <div className="image-field">
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        value={value}
        aria-invalid={wrong !== undefined}
        aria-describedby={`${id}-wrong`}
        onChange={(event) => onChange(event.currentTarget.value)}
      />
      <span id={`${id}-wrong`} className="form-problem" role="alert">
        {wrong}
      </span>
    </div>
  );
}

function ImageForm({ question }: { readonly question: ImageQuestion }) {
  const { answerQuestion, dismissQuestion } = useEditorActions();
  const [fields, setFields] = useState<ImageFields>(() => fieldsOf(question.suggestion));
  const [tried, setTried] = useState(false);
  const { length } = question.file.bytes;
  const read = readFields(fields, length);
  const wrong = tried && 'wrong' in read ? read.wrong : {};
  const change = (change: Partial<ImageFields>) => setFields({ ...fields, ...change });
  const group = useId();

  const setLoadAddress = (loadAddress: string) => {
    // The entry goes with the start for as long as it is the start.
    const same = parseAddress(fields.entry) === parseAddress(fields.loadAddress);
    change({ loadAddress, ...(same ? { entry: loadAddress } : {}) });
  };
  const setBits = (bits: '16' | '32') => {
    const usual = usualAddress(Number(fields.bits));
    const kept = parseAddress(fields.loadAddress) !== usual;
    const { loadAddress, entry } = fieldsOf({ format: 'flat', bits: bits === '16' ? 16 : 32 });
    change(kept ? { bits } : { bits, loadAddress, entry });
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if ('choice' in read) void answerQuestion(read.choice);
  };

  return (
    <form className="image-form" onSubmit={submit} noValidate>
      <p>
        <code>{question.file.name}</code>, {length} bytes
        {question.reason === null ? '.' : ': it cannot be loaded as it is.'}
      </p>
      <p className="panel-note" role="status">
        {question.reason}
      </p>
      <fieldset>
        <legend>What is it?</legend>
        {FORMATS.map(([format, words]) => (
          <label key={format} className="image-format">
            <input
              type="radio"
              name={group}
              checked={fields.format === format}
              onChange={() => change({ format })}
            />
            <span>
              <b>{FORMAT_NAMES[format]}</b> <small>{words}</small>
            </span>
          </label>
        ))}
      </fieldset>
      {fields.format === 'flat' ? (
        <fieldset className="image-flat">
          <legend>Where does it go?</legend>
          <AddressField
            label="Load address"
            value={fields.loadAddress}
            wrong={wrong.loadAddress}
            onChange={setLoadAddress}
          />
          <AddressField
            label="First instruction"
            value={fields.entry}
            wrong={wrong.entry}
            onChange={(entry) => change({ entry })}
          />
          <div className="image-field">
            <label htmlFor={`${group}-bits`}>Starts in</label>
            <select
              id={`${group}-bits`}
              value={fields.bits}
              onChange={(event) => setBits(event.currentTarget.value === '16' ? '16' : '32')}
            >
              <option value="32">32-bit protected mode, flat segments</option>
              <option value="16">16-bit real mode</option>
            </select>
          </div>
        </fieldset>
      ) : null}
      <div className="modal-actions">
        <Button onClick={dismissQuestion}>Cancel</Button>
        <Button type="submit" tone="primary">
          Start
        </Button>
      </div>
    </form>
  );
}

export function ImageDialog() {
  const question = useEditor((s) => s.question);
  const { dismissQuestion } = useEditorActions();
  if (!question) return null;
  return (
    <Modal title="How is this image loaded?" className="image-dialog" onClose={dismissQuestion}>
      <ImageForm question={question} />
    </Modal>
  );
}
