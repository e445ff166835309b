/** One register opened: bits or parts of both CPUs, who wrote it, and for what can be changed a field that does. */
import { X } from 'lucide-react';
import type { ReactNode } from 'react';
import { hex16, hex32 } from '../../base/hex';
import type { BitField } from '../../session/debug';
import type { CpuView, MachineView } from '../../session/view';
import { useActions } from '../../store/use-store';
import { cr0Fields, cr3Fields, cr4Fields, eflagsFields } from '../../viz/tables/register-fields';
import { IconButton } from '../shared/Button';
import { BitRuler } from './parts/BitRuler';
import { ValueForm } from './parts/ValueForm';
import { WhoWrote } from './parts/WhoWrote';

const GENERAL = ['eax', 'ecx', 'edx', 'ebx', 'esp', 'ebp', 'esi', 'edi'];
const RULERS: Readonly<Record<string, (value: number) => readonly BitField[]>> = {
  eflags: eflagsFields,
  cr0: cr0Fields,
  cr3: cr3Fields,
  cr4: cr4Fields,
};

export interface RegisterCardProps {
  readonly id: string;
  readonly view: MachineView;
  readonly onClose: () => void;
}

export function RegisterCard({ id, view, onClose }: RegisterCardProps) {
  const value = registerValue(view.guest, id);
  const real = registerValue(view.real, id);
  const was = view.before ? registerValue(view.before.guest, id) : value;
  const name = id.toUpperCase();
  const canEdit = GENERAL.includes(id) || id === 'eip' || id === 'eflags';
  return (
    <section className="debug-card register-card" aria-label={`Register ${name}`}>
      <div className="debug-card-head">
        <h4 className="panel-title">
          {name}
          {value !== null && (
            <>
              {' '}
              <code>{hex32(value)}</code>
              <span className="panel-note">
                {GENERAL.includes(id) && <> = {decimal(value)}</>}
                {was !== null && was !== value && <>, was {hex32(was)}</>}
              </span>
            </>
          )}
        </h4>
        <IconButton label="Close" className="quiet small" tipSide="end" onClick={onClose}>
          <X size={14} aria-hidden="true" />
        </IconButton>
      </div>
      <div className="register-tools">
        {canEdit && value !== null && <NewValue name={id} value={value} />}
        <WhoWrote target={{ kind: 'register', name: id }} what={name} />
      </div>
      <About id={id} cpu={view.guest} />
      <RealSegment id={id} view={view} />
      {real !== null && real !== value && (
        <RealCpu id={id} cpu={view.real} value={real} ruler={RULERS[id]} />
      )}
    </section>
  );
}

interface RealCpuProps {
  readonly id: string;
  readonly cpu: CpuView;
  readonly value: number;
  readonly ruler: ((value: number) => readonly BitField[]) | undefined;
}

function RealCpu({ id, cpu, value, ruler }: RealCpuProps) {
  return (
    <>
      <h4 className="panel-title">
        On the real CPU <code>{hex32(value)}</code>
      </h4>
      {ruler && <BitRuler fields={ruler(value)} />}
      {id === 'eip' && (
        <p className="debug-note">
          It executes the hypervisor’s code or a translation there, at CPL {cpu.cpl}.
        </p>
      )}
    </>
  );
}

/** The parts of a segment register on the real CPU, where one of them differs. */
function RealSegment({ id, view }: { readonly id: string; readonly view: MachineView }) {
  const of = (cpu: CpuView) => cpu.segments.find(({ name }) => name.toLowerCase() === id) ?? null;
  const [guest, real] = [of(view.guest), of(view.real)];
  if (!guest || !real || JSON.stringify(guest) === JSON.stringify(real)) return null;
  const isCut = real.base === guest.base && real.limit < guest.limit && real.type === guest.type;
  return (
    <p className="debug-note">
      The real CPU has selector {hex16(real.selector)}, base {hex32(real.base)}, limit{' '}
      {hex32(real.limit)}, {real.type}
      {real.type !== 'null' && `, DPL ${real.dpl}`}.
      {isCut && ' The limit is cut so that the hypervisor’s memory is out of reach.'}
    </p>
  );
}

/** A register as a number; null for those that are more than one. */
function registerValue(cpu: CpuView, id: string): number | null {
  const general = GENERAL.indexOf(id);
  if (general >= 0) return cpu.gpr[general] ?? 0;
  switch (id) {
    case 'eip':
    case 'eflags':
    case 'cr0':
    case 'cr2':
    case 'cr3':
    case 'cr4':
      return cpu[id];
    default:
      return null;
  }
}

const decimal = (value: number): string =>
  value > 0x7fffffff ? `${value} or ${value | 0}` : `${value}`;

function About({ id, cpu }: { readonly id: string; readonly cpu: CpuView }): ReactNode {
  const ruler = RULERS[id];
  if (ruler) return <BitRuler fields={ruler(registerValue(cpu, id) ?? 0)} />;
  if (id === 'cr2') return <p className="debug-note">The address of the last page fault.</p>;
  if (id === 'gdtr' || id === 'idtr') return <Table which={id} cpu={cpu} />;
  const segment = cpu.segments.find(({ name }) => name.toLowerCase() === id);
  if (segment) {
    const { selector } = segment;
    const isReal = (cpu.cr0 & 1) === 0 || (cpu.eflags & (1 << 17)) !== 0;
    return (
      <p className="debug-note">
        {isReal
          ? `Selector ${hex16(selector)} times 16 is the base: no table is asked.`
          : `Selector ${hex16(selector)}: entry ${selector >>> 3} of the ${selector & 4 ? 'LDT' : 'GDT'}, RPL ${selector & 3}. Base, limit and type are the copy the CPU took when the selector was loaded: the table may say something else by now.`}
      </p>
    );
  }
  return <Parts name={id} value={registerValue(cpu, id) ?? 0} />;
}

function Table({ which, cpu }: { readonly which: 'gdtr' | 'idtr'; readonly cpu: CpuView }) {
  const { showPanel } = useActions();
  const { base, limit } = cpu[which];
  const entries = (limit + 1) >>> 3;
  return (
    <p className="debug-note">
      Base {hex32(base)}, limit {hex16(limit)}: room for {entries}{' '}
      {entries === 1 ? 'entry' : 'entries'} of 8 bytes.{' '}
      <button type="button" className="link-button" onClick={() => showPanel('tables')}>
        Show the table
      </button>
    </p>
  );
}

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
        {hex16(value & 0xffff)}
        {letter && `, ${hex16(value & 0xffff).slice(0, 2)}, ${hex16(value & 0xffff).slice(2)}`}
      </dd>
    </dl>
  );
}

function NewValue({ name, value }: { readonly name: string; readonly value: number }) {
  const { edit } = useActions();
  return (
    <ValueForm
      label={`New value of ${name.toUpperCase()}, hexadecimal`}
      now={hex32(value)}
      digits={8}
      onWrite={(text) => {
        const good = /^(0x)?[0-9a-f]{1,8}$/i.test(text);
        if (good) void edit({ kind: 'register', name, value: Number.parseInt(text, 16) });
        return good;
      }}
    />
  );
}
