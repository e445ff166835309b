/**
 * EFLAGS and the control registers cut into bits, each with what it means as it stands.
 *
 * @see Intel SDM vol. 1, "EFLAGS Register"; vol. 3, "System Architecture Overview": "Control Registers"
 */
import type { BitField } from '../../session/debug';

/** Name, bit, meaning when set, meaning when clear. Two bits for IOPL. */
type Bit = readonly [name: string, at: number, set: string, clear: string];

const EFLAGS: readonly Bit[] = [
  ['ID', 21, 'CPUID is there: this bit can be changed', 'CPUID: not tried, or not there'],
  ['VIP', 20, 'a virtual interrupt waits', 'no virtual interrupt waits'],
  ['VIF', 19, 'virtual interrupt flag set', 'virtual interrupt flag clear'],
  ['AC', 18, 'alignment is checked in ring 3', 'alignment is not checked'],
  ['VM', 17, 'virtual-8086 mode', 'not virtual-8086 mode'],
  ['RF', 16, 'the next instruction ignores breakpoints of DR0 to DR3', 'breakpoints work'],
  ['NT', 14, 'nested task: IRET switches tasks', 'IRET returns on the stack'],
  ['OF', 11, 'overflow of the signed result', 'no overflow of the signed result'],
  ['DF', 10, 'string instructions go down', 'string instructions go up'],
  ['IF', 9, 'interrupts are taken', 'interrupts wait'],
  ['TF', 8, 'single step: #DB after each instruction', 'no single step'],
  ['SF', 7, 'the result is negative', 'the result is not negative'],
  ['ZF', 6, 'the result is zero', 'the result is not zero'],
  ['AF', 4, 'carry out of the low four bits', 'no carry out of the low four bits'],
  ['PF', 2, 'an even number of ones in the low byte', 'an odd number of ones in the low byte'],
  ['CF', 0, 'carry or borrow', 'no carry or borrow'],
];

const CR0: readonly Bit[] = [
  ['PG', 31, 'paging is on', 'paging is off: linear addresses are physical'],
  ['CD', 30, 'caches are off', 'caches are on'],
  ['NW', 29, 'writes stay in the cache', 'writes reach memory: write-back or write-through'],
  ['AM', 18, 'EFLAGS.AC can turn alignment checks on', 'no alignment checks'],
  ['WP', 16, 'read-only pages bind the supervisor too', 'the supervisor may write read-only pages'],
  ['NE', 5, 'x87 errors are #MF', 'x87 errors are an interrupt'],
  ['ET', 4, 'always 1', 'always 1 on silicon'],
  ['TS', 3, 'task switched: x87 instructions are #NM', 'x87 instructions go through'],
  ['EM', 2, 'no x87: its instructions are #NM', 'x87 instructions are executed'],
  ['MP', 1, 'WAIT heeds TS', 'WAIT ignores TS'],
  ['PE', 0, 'protected mode', 'real mode'],
];

const CR4: readonly Bit[] = [
  [
    'UMIP',
    11,
    'SGDT, SIDT, SLDT, STR and SMSW are #GP outside ring 0',
    'SGDT and its like run in any ring',
  ],
  ['PCE', 8, 'RDPMC runs in any ring', 'RDPMC only in ring 0'],
  ['PGE', 7, 'global pages survive a load of CR3', 'no global pages'],
  ['PSE', 4, '4 MiB pages are possible', 'all pages are 4 KiB'],
  ['DE', 3, 'breakpoints on ports; DR4 and DR5 are #UD', 'DR4 and DR5 stand for DR6 and DR7'],
  ['TSD', 2, 'RDTSC only in ring 0', 'RDTSC runs in any ring'],
  ['PVI', 1, 'virtual interrupts in protected mode', 'no virtual interrupts in protected mode'],
  ['VME', 0, 'virtual-8086 extensions', 'no virtual-8086 extensions'],
];

export const eflagsFields = (value: number): readonly BitField[] => {
  const iopl = (value >>> 12) & 3;
  const who = iopl === 3 ? 'any ring' : iopl === 0 ? 'ring 0 only' : `rings 0 to ${iopl}`;
  const meaning = `${who} may use CLI, STI and ports`;
  return cut(EFLAGS, value, [{ name: 'IOPL', high: 13, low: 12, value: iopl, meaning }]);
};

export const cr0Fields = (value: number): readonly BitField[] => cut(CR0, value);
export const cr4Fields = (value: number): readonly BitField[] => cut(CR4, value);

export const cr3Fields = (value: number): readonly BitField[] => [
  {
    name: 'directory',
    high: 31,
    low: 12,
    value: value >>> 12,
    meaning: 'the page directory’s physical address, without its low 12 zeros',
  },
  { name: 'PCD', high: 4, low: 4, value: (value >>> 4) & 1, meaning: 'the directory’s caching' },
  { name: 'PWT', high: 3, low: 3, value: (value >>> 3) & 1, meaning: 'the directory’s caching' },
];

function cut(bits: readonly Bit[], value: number, more: readonly BitField[] = []): BitField[] {
  const fields = bits.map(([name, at, set, clear]): BitField => {
    const one = (value >>> at) & 1;
    return { name, high: at, low: at, value: one, meaning: one ? set : clear };
  });
  return [...fields, ...more].sort((a, b) => b.high - a.high);
}
