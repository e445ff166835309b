/** Names of registers and flags, and how to read each: what the guest believes they hold. */
import type { Registers } from '../../hypervisor/core/system';
import type { Size } from './tree';

export interface RegisterName {
  readonly size: Size;
  read(registers: Registers): number;
}

const GPR = ['eax', 'ecx', 'edx', 'ebx', 'esp', 'ebp', 'esi', 'edi'] as const;
const LOW_BYTES = ['al', 'cl', 'dl', 'bl'] as const;
const HIGH_BYTES = ['ah', 'ch', 'dh', 'bh'] as const;
const SEGMENTS = ['es', 'cs', 'ss', 'ds', 'fs', 'gs', 'ldtr', 'tr'] as const;
/** Bit and width in EFLAGS. */
const FLAGS: Readonly<Record<string, readonly [bit: number, mask: number]>> = {
  cf: [0, 1],
  pf: [2, 1],
  af: [4, 1],
  zf: [6, 1],
  sf: [7, 1],
  tf: [8, 1],
  if: [9, 1],
  df: [10, 1],
  of: [11, 1],
  iopl: [12, 3],
  nt: [14, 1],
  rf: [16, 1],
  vm: [17, 1],
  ac: [18, 1],
  id: [21, 1],
};

const wide = (read: (registers: Registers) => number): RegisterName => ({ size: 32, read });

function table(): Map<string, RegisterName> {
  const names = new Map<string, RegisterName>();
  GPR.forEach((name, i) => {
    names.set(
      name,
      wide(({ gpr }) => gpr[i]!),
    );
    names.set(name.slice(1), { size: 16, read: ({ gpr }) => gpr[i]! & 0xffff });
  });
  LOW_BYTES.forEach((name, i) => {
    names.set(name, { size: 8, read: ({ gpr }) => gpr[i]! & 0xff });
  });
  HIGH_BYTES.forEach((name, i) => {
    names.set(name, { size: 8, read: ({ gpr }) => (gpr[i]! >>> 8) & 0xff });
  });
  SEGMENTS.forEach((name, i) => {
    names.set(name, { size: 16, read: ({ segments }) => segments[i]?.selector ?? 0 });
    names.set(
      `${name}.base`,
      wide(({ segments }) => segments[i]?.base ?? 0),
    );
    names.set(
      `${name}.limit`,
      wide(({ segments }) => segments[i]?.limit ?? 0),
    );
  });
  for (const [name, [bit, mask]] of Object.entries(FLAGS)) {
    names.set(
      name,
      wide(({ eflags }) => (eflags >>> bit) & mask),
    );
  }
  names.set(
    'eip',
    wide(({ eip }) => eip),
  );
  names.set('ip', { size: 16, read: ({ eip }) => eip & 0xffff });
  names.set(
    'eflags',
    wide(({ eflags }) => eflags),
  );
  names.set('flags', { size: 16, read: ({ eflags }) => eflags & 0xffff });
  names.set(
    'cpl',
    wide(({ cpl }) => cpl),
  );
  names.set(
    'cr0',
    wide(({ cr0 }) => cr0),
  );
  names.set(
    'cr2',
    wide(({ cr2 }) => cr2),
  );
  names.set(
    'cr3',
    wide(({ cr3 }) => cr3),
  );
  names.set(
    'cr4',
    wide(({ cr4 }) => cr4),
  );
  // A table's register stands for the table: its linear address.
  names.set(
    'gdtr',
    wide(({ gdtr }) => gdtr.base),
  );
  names.set(
    'gdtr.base',
    wide(({ gdtr }) => gdtr.base),
  );
  names.set('gdtr.limit', { size: 16, read: ({ gdtr }) => gdtr.limit });
  names.set(
    'idtr',
    wide(({ idtr }) => idtr.base),
  );
  names.set(
    'idtr.base',
    wide(({ idtr }) => idtr.base),
  );
  names.set('idtr.limit', { size: 16, read: ({ idtr }) => idtr.limit });
  return names;
}

/** By lower-case name. */
export const REGISTER_NAMES: ReadonlyMap<string, RegisterName> = table();

/** Base of a segment register, for `[es:edi]`. */
export const segmentBase = (registers: Registers, segment: string): number =>
  registers.segments[SEGMENTS.indexOf(segment as (typeof SEGMENTS)[number])]?.base ?? 0;
