/** The form that adds a breakpoint: at code, at bytes of memory, or at something that happens. */
import { type FormEvent, type ReactNode, useState } from 'react';
import type { BreakpointPlace, EventTrigger } from '../../session/debug';
import { EVENT_TRIGGERS } from '../../session/event-triggers';
import { useActions, useApp } from '../../store/use-store';
import { Button } from '../shared/Button';
import { Select } from '../shared/Select';
import { Switch } from '../shared/Switch';
import { numberOrExpression } from './parts/ExpressionField';

type Kind = 'code' | 'line' | 'data' | 'event';

const KINDS: readonly { readonly value: Kind; readonly label: string }[] = [
  { value: 'code', label: 'Code' },
  { value: 'line', label: 'Line' },
  { value: 'data', label: 'Memory' },
  { value: 'event', label: 'Event' },
];

/** A whole number in decimal or hexadecimal; null if it is none. */
const wholeNumber = (text: string): number | null =>
  /^(0x[0-9a-f]+|\d+)$/i.test(text.trim()) ? Number(text.trim()) : null;

export function NewBreakpoint() {
  const [kind, setKind] = useState<Kind>('code');
  return (
    <fieldset className="debug-card new-breakpoint">
      <legend className="visually-hidden">New breakpoint</legend>
      <div className="debug-bar-row">
        <span className="panel-title">New breakpoint</span>
        <Switch label="Kind of breakpoint" value={kind} options={KINDS} onChange={setKind} />
      </div>
      {kind === 'code' && <CodeForm />}
      {kind === 'line' && <LineForm />}
      {kind === 'data' && <DataForm />}
      {kind === 'event' && <EventForm />}
    </fieldset>
  );
}

interface AddFormProps {
  readonly place: BreakpointPlace | null;
  readonly onAdded?: () => void;
  readonly children: ReactNode;
}

function AddForm({ place, onAdded, children }: AddFormProps) {
  const { addBreakpoint } = useActions();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!place) return;
    void addBreakpoint(place);
    onAdded?.();
  };
  return (
    <form className="debug-bar-row" onSubmit={submit}>
      {children}
      <Button className="small" tone="primary" type="submit" disabled={place === null}>
        Add
      </Button>
    </form>
  );
}

interface TextProps {
  readonly label: string;
  readonly value: string;
  readonly placeholder: string;
  readonly short?: boolean;
  readonly list?: string;
  readonly onChange: (text: string) => void;
}

function Text({ label, value, placeholder, short = false, list, onChange }: TextProps) {
  return (
    <label className="debug-field">
      {label}
      <input
        className={`debug-input code ${short ? 'short' : ''}`}
        value={value}
        placeholder={placeholder}
        list={list}
        spellCheck={false}
        autoComplete="off"
        onChange={(event) => onChange(event.currentTarget.value)}
      />
    </label>
  );
}

const MOST_LABELS = 500;

function CodeForm() {
  const symbols = useApp((s) => s.guest?.symbols);
  const [text, setText] = useState('');
  const where = numberOrExpression(text.trim());
  const place: BreakpointPlace | null =
    text.trim() === ''
      ? null
      : typeof where === 'number'
        ? { kind: 'address', address: where }
        : { kind: 'label', name: where };
  return (
    <AddForm place={place} onAdded={() => setText('')}>
      <Text
        label="Label or address"
        value={text}
        placeholder="start.loop"
        list="breakpoint-labels"
        onChange={setText}
      />
      <datalist id="breakpoint-labels">
        {symbols?.slice(0, MOST_LABELS).map(({ name }) => (
          <option key={name} value={name} />
        ))}
      </datalist>
    </AddForm>
  );
}

function LineForm() {
  const name = useApp((s) => s.guest?.name ?? '');
  const block = useApp((s) => s.view?.block ?? null);
  const known = block?.guest.find(({ sourceFile }) => sourceFile !== null)?.sourceFile;
  const [file, setFile] = useState<string | null>(null);
  const [text, setText] = useState('');
  const shown = file ?? known ?? name;
  const line = wholeNumber(text);
  const place: BreakpointPlace | null =
    line === null || line < 1 || shown === '' ? null : { kind: 'source', file: shown, line };
  return (
    <AddForm place={place} onAdded={() => setText('')}>
      <Text label="File" value={shown} placeholder="kernel.asm" onChange={setFile} />
      <Text label="Line" value={text} placeholder="42" short onChange={setText} />
    </AddForm>
  );
}

const ACCESSES: readonly { readonly value: 'write' | 'read' | 'access'; readonly label: string }[] =
  [
    { value: 'write', label: 'is written' },
    { value: 'read', label: 'is read' },
    { value: 'access', label: 'is read or written' },
  ];

const MEMORIES: readonly { readonly value: 'virtual' | 'physical'; readonly label: string }[] = [
  { value: 'virtual', label: 'virtual' },
  { value: 'physical', label: 'physical' },
];

function DataForm() {
  const [space, setSpace] = useState<'virtual' | 'physical'>('virtual');
  const [address, setAddress] = useState('');
  const [length, setLength] = useState('4');
  const [on, setOn] = useState<'write' | 'read' | 'access'>('write');
  const bytes = wholeNumber(length);
  const place: BreakpointPlace | null =
    address.trim() === '' || bytes === null || bytes < 1 || bytes > 4096
      ? null
      : { kind: 'data', space, address: numberOrExpression(address.trim()), length: bytes, on };
  return (
    <AddForm place={place} onAdded={() => setAddress('')}>
      <Select label="Which memory" value={space} options={MEMORIES} onChange={setSpace} />
      <Text label="address" value={address} placeholder="esp+8" onChange={setAddress} />
      <Text label="bytes" value={length} placeholder="4" short onChange={setLength} />
      <Select label="When" value={on} options={ACCESSES} onChange={setOn} />
    </AddForm>
  );
}

function EventForm() {
  const bare = useApp((s) => s.world?.technique === 'bare');
  const offered = EVENT_TRIGGERS.filter(({ monitorOnly }) => !monitorOnly || !bare);
  const [event, setEvent] = useState<EventTrigger>('exception');
  const [text, setText] = useState('');
  const info = offered.find((candidate) => candidate.event === event) ?? offered[0];
  if (!info) return null;
  const value = text.trim() === '' || !info.value ? undefined : wholeNumber(text);
  const place: BreakpointPlace | null =
    value === null
      ? null
      : { kind: 'event', event: info.event, ...(value === undefined ? {} : { value }) };
  return (
    <>
      <AddForm place={place}>
        <Select
          label="Event"
          value={info.event}
          options={offered.map(({ event: id, label }) => ({ value: id, label }))}
          onChange={setEvent}
        />
        {info.value && (
          <Text label={info.value.label} value={text} placeholder="any" short onChange={setText} />
        )}
      </AddForm>
      <p className="debug-note">
        {info.description}
        {info.value && ` Any ${info.value.label}, or one: ${info.value.hint}.`}
      </p>
    </>
  );
}
