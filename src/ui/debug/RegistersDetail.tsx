/**
 * Registers in every notation. A row opens to its bits or parts, to who wrote it, and for the guest's general registers to
 * a field that changes it, which starts a branch.
 */
import { Fragment, type ReactNode, useState } from 'react';
import { hex16, hex32 } from '../../base/hex';
import type { CpuView } from '../../session/view';
import { useActions, useApp } from '../../store/use-store';
import { cr0Fields, cr3Fields, cr4Fields, eflagsFields } from '../../viz/tables/register-fields';
import { Button } from '../shared/Button';
import { cx } from '../shared/cx';
import { BitRuler } from './parts/BitRuler';
import { useWhichCpu, WhichCpuSwitch } from './parts/WhichCpuSwitch';
import { WhoWrote } from './parts/WhoWrote';
import './debug.css';
import './RegistersDetail.css';

const GENERAL = ['eax', 'ecx', 'edx', 'ebx', 'esp', 'ebp', 'esi', 'edi'] as const;

interface Row {
  readonly id: string;
  readonly value: number;
  readonly was: number | null;
  readonly note: string;
  readonly canEdit: boolean;
  readonly detail: ReactNode;
}

export function RegistersDetail() {
  const [which, setWhich] = useWhichCpu();
  const cpu = useApp((s) => s.view?.[which] ?? null);
  const before = useApp((s) => s.view?.before?.[which] ?? null);
  const [open, setOpen] = useState<string | null>(null);
  if (!cpu) return null;
  const toggle = (id: string) => setOpen(open === id ? null : id);
  return (
    <section className="debug-panel" aria-label="Registers in detail">
      <div className="debug-bar-row">
        <WhichCpuSwitch value={which} onChange={setWhich} />
        <span className="debug-note">Click a register for its bits and for who wrote it.</span>
      </div>
      <Group
        title="General"
        rows={generalRows(cpu, before, which === 'guest')}
        open={open}
        onToggle={toggle}
        isGuest={which === 'guest'}
      />
      <Group
        title="Control"
        rows={controlRows(cpu, before)}
        open={open}
        onToggle={toggle}
        isGuest={which === 'guest'}
      />
      <Segments cpu={cpu} open={open} onToggle={toggle} isGuest={which === 'guest'} />
      <p className="debug-note">
        GDTR <code>{hex32(cpu.gdtr.base)}</code> limit <code>{hex16(cpu.gdtr.limit)}</code>, IDTR{' '}
        <code>{hex32(cpu.idtr.base)}</code> limit <code>{hex16(cpu.idtr.limit)}</code>, CPL{' '}
        {cpu.cpl}
        {cpu.halted && ', halted'}
      </p>
    </section>
  );
}

interface GroupProps {
  readonly title: string;
  readonly rows: readonly Row[];
  readonly open: string | null;
  readonly onToggle: (id: string) => void;
  readonly isGuest: boolean;
}

function Group({ title, rows, open, onToggle, isGuest }: GroupProps) {
  return (
    <table className="debug-table register-table">
      <thead>
        <tr>
          <th scope="col">{title}</th>
          <th scope="col">Hexadecimal</th>
          <th scope="col">{title === 'Control' ? 'Bits set' : 'Decimal'}</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <Fragment key={row.id}>
            <tr className={cx(row.was !== null && 'changed')}>
              <th scope="row">
                <button
                  type="button"
                  className="row-button code"
                  aria-expanded={open === row.id}
                  onClick={() => onToggle(row.id)}
                >
                  <span aria-hidden="true">{open === row.id ? '▾' : '▸'}</span>{' '}
                  {row.id.toUpperCase()}
                </button>
              </th>
              <td className="code">
                {hex32(row.value)}
                {row.was !== null && <span className="register-was"> was {hex32(row.was)}</span>}
              </td>
              <td className="code">{row.note}</td>
            </tr>
            {open === row.id && (
              <tr className="register-open">
                <td colSpan={3}>
                  {row.detail}
                  <div className="register-tools">
                    {row.canEdit && <NewValue name={row.id} value={row.value} />}
                    {isGuest && (
                      <WhoWrote
                        target={{ kind: 'register', name: row.id }}
                        what={row.id.toUpperCase()}
                      />
                    )}
                  </div>
                </td>
              </tr>
            )}
          </Fragment>
        ))}
      </tbody>
    </table>
  );
}

const changed = (now: number, before: number | undefined): number | null =>
  before === undefined || before === now ? null : before;

const decimal = (value: number): string =>
  value > 0x7fffffff ? `${value} or ${value | 0}` : `${value}`;

const generalRows = (cpu: CpuView, before: CpuView | null, isGuest: boolean): Row[] => [
  ...GENERAL.map((id, i): Row => {
    const value = cpu.gpr[i] ?? 0;
    return {
      id,
      value,
      was: changed(value, before?.gpr[i]),
      note: decimal(value),
      canEdit: isGuest,
      detail: <Parts name={id} value={value} />,
    };
  }),
  {
    id: 'eip',
    value: cpu.eip,
    was: changed(cpu.eip, before?.eip),
    note: '',
    canEdit: isGuest,
    detail: <Parts name="eip" value={cpu.eip} />,
  },
  {
    id: 'eflags',
    value: cpu.eflags,
    was: changed(cpu.eflags, before?.eflags),
    note: flagNames(cpu.eflags),
    canEdit: isGuest,
    detail: <BitRuler fields={eflagsFields(cpu.eflags)} />,
  },
];

const flagNames = (eflags: number): string =>
  eflagsFields(eflags)
    .filter(({ name, value }) => value !== 0 && name !== 'IOPL')
    .map(({ name }) => name)
    .join(' ');

const controlRows = (cpu: CpuView, before: CpuView | null): Row[] => {
  const row = (id: 'cr0' | 'cr2' | 'cr3' | 'cr4', note: string, detail: ReactNode): Row => ({
    id,
    value: cpu[id],
    was: changed(cpu[id], before?.[id]),
    note,
    canEdit: false,
    detail,
  });
  const set = (fields: ReturnType<typeof cr0Fields>) =>
    fields
      .filter(({ value }) => value !== 0)
      .map(({ name }) => name)
      .join(' ');
  return [
    row('cr0', set(cr0Fields(cpu.cr0)), <BitRuler fields={cr0Fields(cpu.cr0)} />),
    row('cr2', '', <p className="debug-note">The address of the last page fault.</p>),
    row('cr3', '', <BitRuler fields={cr3Fields(cpu.cr3)} />),
    row('cr4', set(cr4Fields(cpu.cr4)), <BitRuler fields={cr4Fields(cpu.cr4)} />),
  ];
};

/** EAX with its parts; every register in binary. */
function Parts({ name, value }: { readonly name: string; readonly value: number }) {
  const binary = value
    .toString(2)
    .padStart(32, '0')
    .replace(/(.{8})(?=.)/g, '$1 ');
  const letter = /^e([abcd])x$/.exec(name)?.[1];
  return (
    <dl className="debug-facts">
      <dt>binary</dt>
      <dd className="code">{binary}</dd>
      <dt>{letter ? `${letter}x, ${letter}h, ${letter}l` : 'low word'}</dt>
      <dd className="code">
        {hex16(value)}
        {letter && `, ${hex16(value).slice(0, 2)}, ${hex16(value).slice(2)}`}
      </dd>
    </dl>
  );
}

function NewValue({ name, value }: { readonly name: string; readonly value: number }) {
  const { edit } = useActions();
  const [draft, setDraft] = useState('');
  const [wrong, setWrong] = useState(false);
  return (
    <form
      className="debug-field"
      onSubmit={(event) => {
        event.preventDefault();
        const wanted = Number(/^0x/i.test(draft) ? draft : `0x${draft}`);
        const good =
          draft !== '' && Number.isInteger(wanted) && wanted >= 0 && wanted <= 0xffffffff;
        setWrong(!good);
        if (!good) return;
        setDraft('');
        void edit({ kind: 'register', name, value: wanted });
      }}
    >
      <input
        className="debug-input short code"
        aria-label={`New value of ${name.toUpperCase()}, hexadecimal`}
        placeholder={hex32(value)}
        value={draft}
        spellCheck={false}
        autoComplete="off"
        aria-invalid={wrong}
        onChange={(event) => setDraft(event.currentTarget.value)}
      />
      <Button
        className="small"
        type="submit"
        title="Changes the guest and starts a branch: the old future stays"
      >
        Write
      </Button>
      {wrong && (
        <p className="debug-problem" role="alert">
          Give up to 8 hexadecimal digits.
        </p>
      )}
    </form>
  );
}

interface SegmentsProps {
  readonly cpu: CpuView;
  readonly open: string | null;
  readonly onToggle: (id: string) => void;
  readonly isGuest: boolean;
}

function Segments({ cpu, open, onToggle, isGuest }: SegmentsProps) {
  return (
    <table className="debug-table register-table">
      <thead>
        <tr>
          <th scope="col">Segment</th>
          <th scope="col">Selector</th>
          <th scope="col">Cached base</th>
          <th scope="col">Cached limit</th>
          <th scope="col">Type, DPL</th>
        </tr>
      </thead>
      <tbody>
        {cpu.segments.map((segment) => {
          const id = segment.name.toLowerCase();
          const { selector } = segment;
          return (
            <Fragment key={id}>
              <tr>
                <th scope="row">
                  <button
                    type="button"
                    className="row-button code"
                    aria-expanded={open === id}
                    onClick={() => onToggle(id)}
                  >
                    <span aria-hidden="true">{open === id ? '▾' : '▸'}</span> {id.toUpperCase()}
                  </button>
                </th>
                <td className="code">{hex16(selector)}</td>
                <td className="code">{hex32(segment.base)}</td>
                <td className="code">{hex32(segment.limit)}</td>
                <td>
                  {segment.type}
                  {segment.type !== 'null' && `, ${segment.dpl}`}
                </td>
              </tr>
              {open === id && (
                <tr className="register-open">
                  <td colSpan={5}>
                    <p className="debug-note">
                      Selector {hex16(selector)}: entry {selector >>> 3} of the{' '}
                      {selector & 4 ? 'LDT' : 'GDT'}, RPL {selector & 3}. Base, limit and type are
                      the copy the CPU took when the selector was loaded: the table may say
                      something else by now.
                    </p>
                    {isGuest && (
                      <div className="register-tools">
                        <WhoWrote target={{ kind: 'register', name: id }} what={id.toUpperCase()} />
                      </div>
                    )}
                  </td>
                </tr>
              )}
            </Fragment>
          );
        })}
      </tbody>
    </table>
  );
}
