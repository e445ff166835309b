/**
 * All registers of the CPU panel as text: what the guest sees, and what the real CPU holds where that is something else.
 * Hexadecimal without prefix; levels and flags as single digits.
 */
import { hex16, hex32 } from '../../base/hex';
import type { CpuView, MachineView } from '../../session/view';

/** One value on both CPUs. */
export interface TwoValues {
  /** What the guest sees. */
  readonly guest: string;
  /** One step earlier, when it was another one. */
  readonly was: string | null;
  /** What the real CPU holds; null where both agree. */
  readonly real: string | null;
}

export interface RegisterLine extends TwoValues {
  readonly id: string;
  /** What the register is, for tips. */
  readonly about: string;
}

/** A segment register with the part the CPU keeps hidden. */
export interface SegmentLine {
  readonly id: string;
  readonly selector: TwoValues;
  readonly base: TwoValues;
  readonly limit: TwoValues;
  readonly type: TwoValues;
  /** Empty for a null selector. */
  readonly dpl: TwoValues;
}

export interface CpuRows {
  readonly general: readonly RegisterLine[];
  readonly privilege: readonly RegisterLine[];
  readonly segments: readonly SegmentLine[];
  readonly control: readonly RegisterLine[];
}

interface Field {
  readonly id: string;
  readonly about: string;
  readonly read: (cpu: CpuView) => string;
}

const GENERAL = ['eax', 'ecx', 'edx', 'ebx', 'esp', 'ebp', 'esi', 'edi'] as const;

const general: readonly Field[] = [
  ...GENERAL.map((id, i) => ({
    id,
    about: 'general register',
    read: (cpu: CpuView) => hex32(cpu.gpr[i] ?? 0),
  })),
  { id: 'eip', about: 'the next instruction', read: (cpu) => hex32(cpu.eip) },
  { id: 'eflags', about: 'flags', read: (cpu) => hex32(cpu.eflags) },
];

const privilege: readonly Field[] = [
  { id: 'cpl', about: 'current privilege level: the ring', read: (cpu) => `${cpu.cpl}` },
  { id: 'if', about: 'EFLAGS.IF: 1 lets interrupts in', read: (cpu) => `${cpu.interruptFlag}` },
  {
    id: 'iopl',
    about: 'EFLAGS.IOPL: the outermost ring that may use CLI, STI and ports',
    read: (cpu) => `${cpu.iopl}`,
  },
];

const table = (id: 'gdtr' | 'idtr', about: string): Field => ({
  id,
  about,
  read: (cpu) => `${hex32(cpu[id].base)}:${hex16(cpu[id].limit)}`,
});

const control: readonly Field[] = [
  { id: 'cr0', about: 'modes: protection, paging', read: (cpu) => hex32(cpu.cr0) },
  { id: 'cr2', about: 'the address of the last page fault', read: (cpu) => hex32(cpu.cr2) },
  { id: 'cr3', about: 'where the page directory is', read: (cpu) => hex32(cpu.cr3) },
  { id: 'cr4', about: 'extensions', read: (cpu) => hex32(cpu.cr4) },
  table('gdtr', 'where the global descriptor table is, base:limit'),
  table('idtr', 'where the interrupt descriptor table is, base:limit'),
];

/** Every register at this moment. Bare, no value differs: the guest's CPU is the real one. */
export function cpuRows(view: MachineView): CpuRows {
  const two = (read: (cpu: CpuView) => string): TwoValues => {
    const guest = read(view.guest);
    const was = view.before ? read(view.before.guest) : guest;
    const real = read(view.real);
    return { guest, was: was === guest ? null : was, real: real === guest ? null : real };
  };
  const line = ({ id, about, read }: Field): RegisterLine => ({ id, about, ...two(read) });
  return {
    general: general.map(line),
    privilege: privilege.map(line),
    control: control.map(line),
    segments: view.guest.segments.map(({ name }): SegmentLine => {
      const read = (part: (segment: CpuView['segments'][number]) => string) =>
        two((cpu) => {
          const segment = cpu.segments.find((candidate) => candidate.name === name);
          return segment ? part(segment) : '';
        });
      return {
        id: name.toLowerCase(),
        selector: read(({ selector }) => hex16(selector)),
        base: read(({ base }) => hex32(base)),
        limit: read(({ limit }) => hex32(limit)),
        type: read(({ type }) => type),
        dpl: read(({ type, dpl }) => (type === 'null' ? '' : `${dpl}`)),
      };
    }),
  };
}
