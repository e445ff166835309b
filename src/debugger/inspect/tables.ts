/**
 * GDT, LDT, IDT and TSS of one CPU as they lie in memory now. Under a hypervisor the guest's tables and the real ones
 * are two sets: the silicon uses only the real ones.
 */
import { address as hex, hex16 } from '../../base/hex';
import { EFLAGS_VM, SEG, SEGMENT_NAMES } from '../../machine/cpu/state';
import type { DescriptorView, TablesView, WhichCpu } from '../../session/debug';
import type { InspectContext } from './context';
import { type LookedAt, lookAt, numberAt } from './cpu';
import { describeDescriptor } from './descriptor';
import { describeTss } from './tss';
import { vectorNames } from './vectors';

/** Entries beyond these are listed only if they hold something: a GDT may have 8192. */
const ALWAYS_LISTED = 8;
const VECTORS = 256;
const CR0_PE = 1;

interface Table {
  readonly name: 'GDT' | 'LDT' | 'IDT';
  readonly base: number;
  readonly limit: number;
}

export function tables(context: InspectContext, request: { readonly cpu: WhichCpu }): TablesView {
  const { system, names } = context;
  const cpu = lookAt(system, request.cpu);
  const { registers } = cpu;
  const { gdtr, idtr, segments } = registers;
  const problems: string[] = [];
  const labelOf = (offset: number) => names.labelOf(offset);
  const ldtr = segments[SEG.LDTR];
  const shown = { cpu: request.cpu, gdtr, idtr };
  const ldtSelector = ldtr?.selector ?? 0;
  const tr = segments[SEG.TR]?.selector ?? 0;
  if ((registers.cr0 & CR0_PE) === 0) {
    problems.push(
      `Real mode (CR0.PE = 0): segment registers hold addresses, and the table at ${hex(idtr.base)} holds four bytes for each vector, not gates.`,
    );
    return { ...shown, ldtr: ldtSelector, tr, gdt: [], ldt: [], idt: [], tss: null, problems };
  }
  const gdt = { name: 'GDT', base: gdtr.base, limit: gdtr.limit } as const;
  const hasLdt = ldtr !== undefined && (ldtSelector & ~3) !== 0 && (ldtr.rights & 0x80) !== 0;
  const ldt = hasLdt ? ({ name: 'LDT', base: ldtr.base, limit: ldtr.limit } as const) : null;
  const idt = { name: 'IDT', base: idtr.base, limit: idtr.limit } as const;
  const nameOf = vectorNames(system.timedFacts());
  return {
    ...shown,
    ldtr: ldtSelector,
    tr,
    gdt: entriesOf(cpu, gdt, labelOf, problems),
    ldt: ldt ? entriesOf(cpu, ldt, labelOf, problems) : [],
    idt: entriesOf(cpu, idt, labelOf, problems).map((entry) => ({
      ...entry,
      name: nameOf(entry.index),
    })),
    tss: describeTss(cpu, problems),
    problems,
  };
}

function entriesOf(
  cpu: LookedAt,
  table: Table,
  labelOf: (offset: number) => string | null,
  problems: string[],
): DescriptorView[] {
  const { name, base, limit } = table;
  const most = name === 'IDT' ? VECTORS : 8192;
  const count = Math.min((limit + 1) >>> 3, most);
  const bytes = cpu.linear(base, count * 8);
  sayProblems(table, count, bytes, problems);
  const found: DescriptorView[] = [];
  for (let index = 0; index < count; index++) {
    const low = numberAt(bytes, index * 8, 4);
    const high = numberAt(bytes, index * 8 + 4, 4);
    if (low === null || high === null) continue;
    if (index >= ALWAYS_LISTED && low === 0 && high === 0) continue;
    if (name === 'IDT' && low === 0 && high === 0) continue;
    const selector = index * 8 + (name === 'LDT' ? 4 : 0);
    const place = {
      index,
      selector: name === 'IDT' ? 0 : selector,
      address: (base + index * 8) >>> 0,
    };
    const usedBy = name === 'IDT' ? [] : usersOf(cpu, selector);
    found.push(describeDescriptor(place, low, high, { labelOf, usedBy }));
  }
  return found;
}

function sayProblems(
  { name, base, limit }: Table,
  count: number,
  bytes: readonly (number | null)[],
  problems: string[],
): void {
  // No table is no mistake: a machine starts without.
  if (count === 0) return;
  const missing = bytes.filter((byte) => byte === null).length;
  if (missing === bytes.length) problems.push(`The ${name} at ${hex(base)} is not mapped.`);
  else if (missing > 0) problems.push(`Part of the ${name} at ${hex(base)} is not mapped.`);
  if (((limit + 1) & 7) !== 0) {
    problems.push(
      `The ${name} has a limit of ${hex16(limit)}; the last entry needs a limit of 8n - 1 to be whole.`,
    );
  }
}

/**
 * Segment registers that hold this selector, whatever its RPL. A null selector selects nothing, and in virtual-8086 mode
 * only LDTR and TR hold selectors: the others hold the upper bits of addresses.
 */
function usersOf({ registers }: LookedAt, selector: number): string[] {
  if ((selector & ~3) === 0) return [];
  const isVirtual8086 = (registers.eflags & EFLAGS_VM) !== 0;
  return SEGMENT_NAMES.filter((_, i) => {
    if (isVirtual8086 && i !== SEG.LDTR && i !== SEG.TR) return false;
    return ((registers.segments[i]?.selector ?? 0) & ~3) === selector;
  });
}
