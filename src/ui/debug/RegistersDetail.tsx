/**
 * Every register at once, in columns: general, segments with their hidden parts, control, privilege and flags. Where the
 * real CPU holds something else than the guest sees, its value stands behind a sign. A click opens a register below.
 */
import { useEffect, useRef, useState } from 'react';
import type { MachineView } from '../../session/view';
import { useApp } from '../../store/use-store';
import { flagLetters, twoTruths } from '../../viz/registers/rows';
import {
  type CpuRows,
  cpuRows,
  type RegisterLine,
  type SegmentLine,
} from '../../viz/tables/cpu-rows';
import { cx } from '../shared/cx';
import { TwoValues } from './parts/TwoValues';
import { RegisterCard } from './RegisterCard';
import './debug.css';
import './RegistersDetail.css';

export function RegistersDetail() {
  const view = useApp((s) => s.view);
  const [open, setOpen] = useState<string | null>(null);
  const card = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (open !== null) card.current?.scrollIntoView({ block: 'nearest' });
  }, [open]);
  if (!view) return null;
  const rows = cpuRows(view);
  const toggle = (id: string) => setOpen(open === id ? null : id);
  return (
    <section className="debug-panel cpu-panel" aria-label="Registers in detail">
      <div className="cpu-columns">
        <Registers title="General" rows={rows.general} open={open} onToggle={toggle} />
        <Segments rows={rows.segments} open={open} onToggle={toggle} />
        <Registers title="Control" rows={rows.control} open={open} onToggle={toggle} />
        <Privilege view={view} rows={rows} />
      </div>
      {open !== null && (
        <div ref={card}>
          <RegisterCard key={open} id={open} view={view} onClose={() => setOpen(null)} />
        </div>
      )}
      <Truths view={view} />
    </section>
  );
}

interface RowsProps<Row> {
  readonly rows: readonly Row[];
  readonly open: string | null;
  readonly onToggle: (id: string) => void;
}

function Registers({ title, rows, open, onToggle }: RowsProps<RegisterLine> & { title: string }) {
  return (
    <table className={cx('debug-table', 'cpu-table', `cpu-${title.toLowerCase()}`)}>
      <caption>{title}</caption>
      <tbody>
        {rows.map((row) => (
          <tr key={row.id} className={cx(open === row.id && 'open')}>
            <th scope="row">
              <Name id={row.id} about={row.about} open={open} onToggle={onToggle} />
            </th>
            <TwoValues id={row.id} values={row} />
          </tr>
        ))}
      </tbody>
    </table>
  );
}

interface NameProps {
  readonly id: string;
  readonly about: string;
  readonly open: string | null;
  readonly onToggle: (id: string) => void;
}

function Name({ id, about, open, onToggle }: NameProps) {
  return (
    <button
      type="button"
      className="row-button code"
      title={`${about}. Click for its bits, who wrote it, and to change it`}
      aria-expanded={open === id}
      onClick={() => onToggle(id)}
    >
      {id.toUpperCase()}
    </button>
  );
}

/** Flags that no arithmetic changes and that are rarely set: named when they are. */
const MODES = [
  { name: 'VM', bit: 1 << 17, about: 'VM: virtual-8086 mode' },
  { name: 'NT', bit: 1 << 14, about: 'NT: nested task, IRET switches tasks' },
  { name: 'RF', bit: 1 << 16, about: 'RF: the next instruction ignores breakpoints of DR0 to DR3' },
  { name: 'AC', bit: 1 << 18, about: 'AC: alignment is checked in ring 3' },
] as const;

function Privilege({ view, rows }: { readonly view: MachineView; readonly rows: CpuRows }) {
  const flags = flagLetters(view.guest.eflags, view.before?.guest.eflags ?? null);
  const set = flags.filter((flag) => flag.set).map((flag) => flag.name);
  return (
    <table className="debug-table cpu-table cpu-privilege">
      <caption>Privilege and flags</caption>
      <tbody>
        <tr>
          {rows.privilege.map((row) => (
            <TwoValues key={row.id} id={row.id} values={row} name={row.id.toUpperCase()} />
          ))}
        </tr>
        <tr>
          <td className="code" colSpan={3} data-register="flags" data-cpu="guest">
            <span className="visually-hidden">flags set: {set.join(', ') || 'none'}</span>
            <span aria-hidden="true" className="cpu-flags">
              {flags.map((flag) => (
                <span
                  key={flag.name}
                  className={cx(flag.set && 'set', flag.changed && 'flag-changed')}
                  title={`${flag.name} ${flag.set ? 'set' : 'clear'}${flag.changed ? ', changed' : ''}`}
                >
                  {flag.letter}
                </span>
              ))}
            </span>
            {MODES.filter(({ bit }) => (view.guest.eflags & bit) !== 0).map(({ name, about }) => (
              <span key={name} className="cpu-modes" title={about}>
                {name}
              </span>
            ))}
            {view.guest.halted && ' halted'}
          </td>
        </tr>
      </tbody>
    </table>
  );
}

function Segments({ rows, open, onToggle }: RowsProps<SegmentLine>) {
  return (
    <table className="debug-table cpu-table cpu-segments">
      <caption className="visually-hidden">
        Segment registers, with the parts the CPU keeps hidden
      </caption>
      <thead>
        <tr>
          <th scope="col">Segment</th>
          <th scope="col">Selector</th>
          <th scope="col">Base</th>
          <th scope="col">Limit</th>
          <th scope="col">Type</th>
          <th scope="col">DPL</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row.id} className={cx(open === row.id && 'open')}>
            <th scope="row">
              <Name id={row.id} about="segment register" open={open} onToggle={onToggle} />
            </th>
            <TwoValues id={row.id} values={row.selector} />
            <TwoValues id={`${row.id}.base`} values={row.base} />
            <TwoValues id={`${row.id}.limit`} values={row.limit} />
            <TwoValues id={`${row.id}.type`} values={row.type} />
            <TwoValues id={`${row.id}.dpl`} values={row.dpl} />
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Truths({ view }: { readonly view: MachineView }) {
  if (view.world.technique === 'bare') return null;
  const { title, text } = twoTruths(view);
  return (
    <p className="debug-note cpu-truths" data-testid="two-truths">
      <span className="real-value" aria-hidden="true">
        ≠
      </span>{' '}
      is what the real CPU holds, where it is not what the guest sees. <strong>{title}</strong>{' '}
      {text}
    </p>
  );
}
