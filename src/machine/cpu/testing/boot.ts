/**
 * A CPU on a bare machine for tests of single instructions: flat segments, a GDT, an IDT whose handlers are HLT, a TSS.
 *
 * ```text
 * 0x01000 GDT   0x02000 IDT   0x03000 TSS   0x04000 handlers (vector v: HLT at 0x4000 + v)
 * 0x08000 top of the ring-0 stack   0x0c000 top of the ring-3 stack   0x10000 code   0x20000 data
 * ```
 */
import { assemble, formatAsmError, toFlat } from '../../../assembler';
import { Clock } from '../../clock';
import { COSTS } from '../../costs';
import type { MachineEventBody } from '../../events';
import { PhysicalMemory } from '../../memory';
import { PortBus } from '../../ports';
import { Cpu, type CpuProfile } from '../cpu';
import { CR0_ET, CR0_PE, EFLAGS_IF, SEG, STATE_BYTES, WORD } from '../state';

export const GDT = 0x1000;
export const IDT = 0x2000;
export const TSS = 0x3000;
export const HANDLERS = 0x4000;
export const STACK0 = 0x8000;
export const STACK3 = 0xc000;
export const CODE = 0x10000;
export const DATA = 0x20000;

/** Flat segments of rings 0 to 3: code 8, data 16 and so on upwards; then the TSS. */
export const selector = {
  code: (ring: number): number => (8 + ring * 16) | ring,
  data: (ring: number): number => (16 + ring * 16) | ring,
  tss: 0x48,
  free: 0x50,
};

export interface Machine {
  readonly cpu: Cpu;
  readonly memory: PhysicalMemory;
  readonly clock: Clock;
  readonly ports: PortBus;
  readonly events: MachineEventBody[];
}

export interface BootOptions {
  readonly cpl?: number;
  readonly iopl?: number;
  readonly eflags?: number;
  readonly events?: boolean;
  readonly ramBytes?: number;
  readonly profile?: CpuProfile;
}

/** Hex digits, blanks allowed, to bytes. */
export function hex(text: string): Uint8Array {
  const digits = text.replace(/[^0-9a-f]/gi, '');
  return Uint8Array.from(digits.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

/** 32-bit NASM source, as if loaded at `origin`. */
export function asm(source: string, origin = CODE, bits: 16 | 32 = 32): Uint8Array {
  const assembled = assemble(`bits ${bits}\norg ${origin}\n${source}\n`, {
    name: 'test.asm',
    bits,
  });
  if (!assembled.ok) throw new Error(assembled.error.map(formatAsmError).join('\n'));
  return toFlat(assembled.value);
}

export function writeDescriptor(
  memory: PhysicalMemory,
  index: number,
  base: number,
  limit: number,
  rights: number,
): void {
  const at = GDT + (index & ~7);
  memory.write32(at, ((base << 16) | (limit & 0xffff)) >>> 0);
  memory.write32(
    at + 4,
    ((base & 0xff000000) | (rights << 8) | (limit & 0xf0000) | ((base >>> 16) & 0xff)) >>> 0,
  );
}

export function writeGate(
  memory: PhysicalMemory,
  vector: number,
  target: number,
  offset: number,
  rights: number,
): void {
  memory.write32(IDT + vector * 8, (target << 16) | (offset & 0xffff));
  memory.write32(IDT + vector * 8 + 4, (offset & 0xffff0000) | (rights << 8));
}

/** A machine about to execute `code` (source, or bytes) at `CODE`. */
export function boot(code: string | Uint8Array, options: BootOptions = {}): Machine {
  const events: MachineEventBody[] = [];
  const sink = { emit: (body: MachineEventBody): number => events.push(body) };
  const memory = new PhysicalMemory({ ramBytes: options.ramBytes ?? 0x100000 });
  const clock = new Clock(COSTS.pentium4);
  const ports = new PortBus(sink, 'physical');
  const cpu = new Cpu({
    memory,
    stateOffset: memory.allocateControl(STATE_BYTES),
    ports,
    clock,
    profile: options.profile ?? 'x86',
    events: options.events === false ? null : sink,
  });
  cpu.reset();
  for (let ring = 0; ring < 4; ring++) {
    writeDescriptor(memory, selector.code(ring), 0, 0xfffff, 0xc09b | (ring << 5));
    writeDescriptor(memory, selector.data(ring), 0, 0xfffff, 0xc093 | (ring << 5));
  }
  writeDescriptor(memory, selector.tss, TSS, 0x67, 0x89);
  memory.write32(TSS + 4, STACK0);
  memory.write32(TSS + 8, selector.data(0));
  memory.write16(TSS + 102, 0x68);
  for (let vector = 0; vector < 256; vector++) {
    writeGate(memory, vector, selector.code(0), HANDLERS + vector, 0x8e);
    memory.write8(HANDLERS + vector, 0xf4);
  }
  memory.writeBytes(CODE, typeof code === 'string' ? asm(code) : code);
  const ring = options.cpl ?? 0;
  cpu.state[WORD.GDTR_BASE] = GDT;
  cpu.state[WORD.GDTR_LIMIT] = 0xfff;
  cpu.state[WORD.IDTR_BASE] = IDT;
  cpu.state[WORD.IDTR_LIMIT] = 0x7ff;
  cpu.state[WORD.CR0] = CR0_PE | CR0_ET;
  const flat = { base: 0, limit: 0xffffffff };
  for (const segment of [SEG.ES, SEG.SS, SEG.DS, SEG.FS, SEG.GS]) {
    const rights = 0xc093 | (ring << 5);
    cpu.loadDescriptorCache(segment, { selector: selector.data(ring), rights, ...flat });
  }
  cpu.loadDescriptorCache(SEG.CS, {
    selector: selector.code(ring),
    rights: 0xc09b | (ring << 5),
    ...flat,
  });
  cpu.loadDescriptorCache(SEG.TR, { selector: selector.tss, base: TSS, limit: 0x67, rights: 0x8b });
  cpu.cpl = ring;
  cpu.gpr[4] = ring === 0 ? STACK0 : STACK3;
  cpu.eip = CODE;
  cpu.setEflags((options.eflags ?? EFLAGS_IF) | ((options.iopl ?? 0) << 12));
  return { cpu, memory, clock, ports, events };
}

/** The vectors delivered so far, with their error codes: `[[13, 0]]`. */
export function deliveries(machine: Machine): [number, number | null][] {
  const found: [number, number | null][] = [];
  for (const event of machine.events) {
    if (event.kind === 'trap') found.push([event.vector, event.errorCode]);
  }
  return found;
}
