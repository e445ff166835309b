/**
 * The register table: real CPU beside what the guest sees, row by row, with what changed in the last step and where
 * the two differ. Values are text exactly as shown (hexadecimal without prefix, single digits for levels and flags).
 */
import { hex16, hex32 } from '../../base/hex';
import type { CpuView, MachineView } from '../../session/view';

export interface RegisterCell {
  readonly text: string;
  /** The value one step earlier, when it was another one. */
  readonly was: string | null;
}

export interface RegisterRow {
  readonly id: string;
  readonly name: string;
  /** What the register is, for tips. */
  readonly about: string;
  readonly real: RegisterCell;
  readonly guest: RegisterCell;
  readonly differs: boolean;
  /** Narrow enough to show `old → new` in place. */
  readonly short: boolean;
}

export interface RegisterGroup {
  readonly title: string;
  readonly rows: readonly RegisterRow[];
}

interface Field {
  readonly id: string;
  readonly about: string;
  readonly short?: boolean;
  readonly read: (cpu: CpuView) => string;
}

const GPR = ['eax', 'ecx', 'edx', 'ebx', 'esp', 'ebp', 'esi', 'edi'] as const;

const selector = (name: string): Field => ({
  id: name,
  about: `${name.toUpperCase()}: segment selector; its low two bits are the privilege level asked for`,
  read: (cpu) => hex16(cpu.segments.find((s) => s.name.toLowerCase() === name)?.selector ?? 0),
});

const table = (id: 'gdtr' | 'idtr', about: string): Field => ({
  id,
  about,
  read: (cpu) => `${hex32(cpu[id].base)}:${hex16(cpu[id].limit)}`,
});

const general = (name: (typeof GPR)[number]): Field => ({
  id: name,
  about: 'general-purpose register',
  read: (cpu) => hex32(cpu.gpr[GPR.indexOf(name)] ?? 0),
});

const FIELDS: readonly { readonly title: string; readonly fields: readonly Field[] }[] = [
  {
    title: 'Privilege',
    fields: [
      {
        id: 'cpl',
        about: 'current privilege level: the ring',
        short: true,
        read: (c) => `${c.cpl}`,
      },
      {
        id: 'if',
        about: 'interrupt flag: 1 lets interrupts in',
        short: true,
        read: (c) => `${c.interruptFlag}`,
      },
      {
        id: 'iopl',
        about: 'I/O privilege level: who may use CLI, STI and ports',
        short: true,
        read: (c) => `${c.iopl}`,
      },
      { id: 'eip', about: 'next instruction', read: (c) => hex32(c.eip) },
      { id: 'eflags', about: 'flags', read: (c) => hex32(c.eflags) },
    ],
  },
  { title: 'Segments', fields: ['cs', 'ss', 'ds', 'es', 'fs', 'gs'].map(selector) },
  {
    title: 'Control',
    fields: [
      {
        id: 'cr0',
        about: 'modes: PE protection, PG paging, WP write-protect',
        read: (c) => hex32(c.cr0),
      },
      { id: 'cr2', about: 'address of the last page fault', read: (c) => hex32(c.cr2) },
      { id: 'cr3', about: 'physical address of the page directory', read: (c) => hex32(c.cr3) },
      table('gdtr', 'where the global descriptor table is, base:limit'),
      table('idtr', 'where the interrupt descriptor table is, base:limit'),
    ],
  },
  {
    title: 'General',
    fields: (['eax', 'ebx', 'ecx', 'edx', 'esi', 'edi', 'ebp', 'esp'] as const).map(general),
  },
];

function cell(field: Field, now: CpuView, before: CpuView | undefined): RegisterCell {
  const text = field.read(now);
  const was = before ? field.read(before) : text;
  return { text, was: was === text ? null : was };
}

/** All rows in the order shown. */
export function registerGroups(view: MachineView): readonly RegisterGroup[] {
  return FIELDS.map(({ title, fields }) => ({
    title,
    rows: fields.map((field): RegisterRow => {
      const real = cell(field, view.real, view.before?.real);
      const guest = cell(field, view.guest, view.before?.guest);
      return {
        id: field.id,
        name: field.id.toUpperCase(),
        about: field.about,
        real,
        guest,
        differs: real.text !== guest.text,
        short: field.short ?? false,
      };
    }),
  }));
}

/** One sentence or two on how far the columns agree. */
export function twoTruths(view: MachineView): { readonly title: string; readonly text: string } {
  if (view.world.technique === 'bare') {
    return {
      title: 'One truth.',
      text: 'There is no hypervisor: what the guest sees is the real CPU.',
    };
  }
  const names = registerGroups(view)
    .flatMap((group) => group.rows)
    .filter((row) => row.differs)
    .map((row) => row.name);
  if (names.length === 0) return { title: 'One truth.', text: 'Right now both columns agree.' };
  const list =
    names.length === 1 ? names[0] : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
  return {
    title: 'Two truths.',
    text: `${list} ${names.length === 1 ? 'differs' : 'differ'}: there the hypervisor keeps the guest under the illusion that it owns the machine.`,
  };
}

export interface Flag {
  readonly letter: string;
  readonly name: string;
  readonly set: boolean;
  /** Differs from one step earlier. */
  readonly changed: boolean;
}

/** Intel SDM vol. 1, "EFLAGS Register", from high to low. */
const FLAG_BITS: readonly (readonly [string, string, number])[] = [
  ['O', 'overflow', 11],
  ['D', 'direction', 10],
  ['I', 'interrupt', 9],
  ['T', 'trap', 8],
  ['S', 'sign', 7],
  ['Z', 'zero', 6],
  ['A', 'auxiliary carry', 4],
  ['P', 'parity', 2],
  ['C', 'carry', 0],
];

/** Flags as letters: upper case when set. */
export function flagLetters(eflags: number, before: number | null): readonly Flag[] {
  return FLAG_BITS.map(([letter, name, bit]) => {
    const set = ((eflags >>> bit) & 1) === 1;
    return {
      letter: set ? letter : letter.toLowerCase(),
      name,
      set,
      changed: before !== null && ((before >>> bit) & 1) !== Number(set),
    };
  });
}
