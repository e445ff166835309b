/**
 * The task state segment of the task register, field by field, and the ports its I/O permission bitmap opens.
 *
 * @see Intel SDM vol. 3, "Task Management": "Task-State Segment (TSS)", "16-Bit Task-State Segment (TSS)"; vol. 1,
 *   "Input/Output": "I/O Permission Bit Map"
 */
import { address as hex, hex16 } from '../../base/hex';
import { SEG } from '../../machine/cpu/state';
import type { TablesView, TssField } from '../../session/debug';
import { type LookedAt, numberAt } from './cpu';

type Spec = readonly [name: string, offset: number, size: 2 | 4, meaning: string];

const ring = (n: number, at: number): Spec[] => [
  [`esp${n}`, at, 4, `ESP loaded when ring ${n} is entered from an outer ring`],
  [`ss${n}`, at + 4, 2, `SS loaded when ring ${n} is entered from an outer ring`],
];

const saved = (names: readonly string[], at: number, size: 2 | 4): Spec[] =>
  names.map((name, i) => [name, at + i * size, size, 'saved by a hardware task switch']);

const FIELDS_32: readonly Spec[] = [
  ['link', 0, 2, 'selector of the task to go back to, if this one was called'],
  ...[0, 1, 2].flatMap((n) => ring(n, 4 + n * 8)),
  ['cr3', 28, 4, 'page directory of the task: loaded by a hardware task switch'],
  ...saved(['eip', 'eflags', 'eax', 'ecx', 'edx', 'ebx', 'esp', 'ebp', 'esi', 'edi'], 32, 4),
  ...['es', 'cs', 'ss', 'ds', 'fs', 'gs'].map(
    (name, i): Spec => [name, 72 + i * 4, 2, 'saved by a hardware task switch'],
  ),
  ['ldt', 96, 2, 'LDT of the task: loaded by a hardware task switch'],
  ['trap', 100, 2, 'bit 0: a switch to this task raises #DB'],
  ['I/O map', 102, 2, 'offset of the I/O permission bitmap'],
];

const FIELDS_16: readonly Spec[] = [
  ['link', 0, 2, 'selector of the task to go back to, if this one was called'],
  ...[0, 1, 2].flatMap((n): Spec[] => [
    [`sp${n}`, 2 + n * 4, 2, `SP loaded when ring ${n} is entered from an outer ring`],
    [`ss${n}`, 4 + n * 4, 2, `SS loaded when ring ${n} is entered from an outer ring`],
  ]),
  ...saved(
    ['ip', 'flags', 'ax', 'cx', 'dx', 'bx', 'sp', 'bp', 'si', 'di', 'es', 'cs', 'ss', 'ds'],
    14,
    2,
  ),
  ['ldt', 42, 2, 'LDT of the task: loaded by a hardware task switch'],
];

const RIGHTS_PRESENT = 1 << 7;
const BITMAP_POINTER = 102;

/** Null when the task register holds nothing. */
export function describeTss(cpu: LookedAt, problems: string[]): TablesView['tss'] {
  const segment = cpu.registers.segments[SEG.TR];
  if (!segment || (segment.rights & RIGHTS_PRESENT) === 0) return null;
  if ((segment.selector & ~3) === 0) return null;
  const { base: address, limit } = segment;
  const kind = segment.rights & 15;
  const wide = kind >= 8;
  const specs = wide ? FIELDS_32 : FIELDS_16;
  const size = wide ? 104 : 44;
  const bytes = cpu.linear(address, Math.min(limit, size - 1) + 1);
  const fields: TssField[] = [];
  let missing = false;
  for (const [name, offset, width, meaning] of specs) {
    const value = numberAt(bytes, offset, width);
    if (value === null) missing = true;
    else fields.push({ name, offset, value, meaning });
  }
  if (limit < size - 1) {
    problems.push(
      `The TSS has a limit of ${hex16(limit)}: the fields behind it are missing (a whole one needs ${hex16(size - 1)}).`,
    );
  } else if (missing) problems.push(`Part of the TSS at ${hex(address)} is not mapped.`);
  return { address, fields, ports: wide ? portsOf(cpu, address, limit) : NO_BITMAP_16 };
}

const NO_BITMAP_16 = 'A 16-bit TSS has no I/O bitmap: IOPL alone decides.';

/** The last byte of the bitmap has no ports; reading it means that the port is closed. */
function portsOf(cpu: LookedAt, base: number, limit: number): string {
  const pointer = numberAt(cpu.linear((base + BITMAP_POINTER) >>> 0, 2), 0, 2);
  if (pointer === null || limit < BITMAP_POINTER + 1) {
    return 'The TSS is too short to say where its I/O bitmap is: no port is open by it.';
  }
  if (pointer >= limit) {
    return `The I/O bitmap would begin at ${hex16(pointer)}, behind the limit ${hex16(limit)}: it opens no port.`;
  }
  const bytes = cpu.linear((base + pointer) >>> 0, Math.min(limit - pointer + 1, 8193));
  const open = openPorts(bytes);
  if (open.length === 0) return `The I/O bitmap at ${hex16(pointer)} opens no port.`;
  const shown = open
    .slice(0, MOST_RANGES)
    .map(([from, to]) =>
      from === to ? `0x${from.toString(16)}` : `0x${from.toString(16)} to 0x${to.toString(16)}`,
    );
  const more = open.length > MOST_RANGES ? `, and ${open.length - MOST_RANGES} more ranges` : '';
  return `Open to every ring: ${shown.join(', ')}${more}.`;
}

const MOST_RANGES = 12;

/**
 * A byte access reads two bytes of the bitmap, so the ports of its last byte are closed whatever it holds.
 * @param bytes the bitmap up to the limit of the TSS
 */
export function openPorts(bytes: readonly (number | null)[]): (readonly [number, number])[] {
  const ranges: (readonly [number, number])[] = [];
  const ports = Math.min((bytes.length - 1) * 8, 0x10000);
  for (let port = 0; port < ports; port++) {
    const byte = bytes[port >>> 3] ?? null;
    if (byte === null || (byte >>> (port & 7)) & 1) continue;
    const last = ranges.at(-1);
    if (last && last[1] + 1 === port) ranges[ranges.length - 1] = [last[0], port];
    else ranges.push([port, port]);
  }
  return ranges;
}
