/**
 * Where vectors lead: the entries of the IDT, or of the table of real mode, and the common code that their stubs jump to.
 * A stub that pushes constants on its way leaves a sign on the stack of the vector it came by.
 *
 * ```text
 *   trap_13: push 13          trap_14: push 14          trap_32: push 0
 *            jmp common                jmp common                push 32
 *                                                                jmp common
 * ```
 */
import type { CodePlace } from './code';
import { type LookedAt, numberAt } from './cpu';
import { gateTarget, halvesAt, systemType } from './segments';

export interface Entry {
  readonly vector: number;
  /** Linear address that it leads to. */
  readonly target: number;
  /** What a stub pushed before it jumped there, in this order, unsigned; empty for the stub itself. */
  readonly pushed: readonly number[];
}

const VECTORS = 256;

export const handlerEntries = (cpu: LookedAt, { mode }: CodePlace): readonly Entry[] =>
  mode === 'protected' ? gateEntries(cpu) : tableEntries(cpu, mode);

/** Interrupt and trap gates, of 16 and 32 bits. */
const INTERRUPT_GATES = new Set([6, 7, 14, 15]);
const FIRST_32_BIT_GATE = 8;

function gateEntries(cpu: LookedAt): readonly Entry[] {
  const { base, limit } = cpu.registers.idtr;
  const entries: Entry[] = [];
  for (let vector = 0; vector < Math.min(VECTORS, (limit + 1) >>> 3); vector++) {
    const gate = halvesAt(cpu, (base + vector * 8) >>> 0);
    const type = gate && systemType(gate);
    if (!gate || type === null || !INTERRUPT_GATES.has(type)) continue;
    const target = gateTarget(cpu, gate);
    if (target === null) continue;
    entries.push({ vector, target, pushed: [] });
    const beyond = behindStub(cpu, target, type >= FIRST_32_BIT_GATE ? 4 : 2);
    if (beyond) entries.push({ vector, ...beyond });
  }
  return entries;
}

const PUSH_BYTE = 0x6a;
const PUSH = 0x68;
const JMP_BYTE = 0xeb;
const JMP = 0xe9;
const MOST_PUSHES = 3;
const STUB_BYTES = MOST_PUSHES * 5 + 5;

/** Where a stub of PUSH and JMP leads; null if the code there is something else. */
function behindStub(
  cpu: LookedAt,
  start: number,
  size: 2 | 4,
): Pick<Entry, 'target' | 'pushed'> | null {
  const bytes = cpu.linear(start, STUB_BYTES);
  const byteAt = (at: number): number | null => {
    const byte = bytes[at] ?? null;
    return byte === null ? null : (byte << 24) >> 24;
  };
  const pushed: number[] = [];
  for (let at = 0; ; ) {
    const opcode = bytes[at];
    const isShort = opcode === PUSH_BYTE || opcode === JMP_BYTE;
    if (!isShort && opcode !== PUSH && opcode !== JMP) return null;
    const value = isShort ? byteAt(at + 1) : numberAt(bytes, at + 1, size);
    if (value === null) return null;
    at += 1 + (isShort ? 1 : size);
    if (opcode === JMP_BYTE || opcode === JMP) {
      const distance = isShort || size === 4 ? value : (value << 16) >> 16;
      return { target: (start + at + distance) >>> 0, pushed };
    }
    if (pushed.length === MOST_PUSHES) return null;
    pushed.push(size === 4 ? value >>> 0 : value & 0xffff);
  }
}

/** IP and CS for each vector. An 8086 program in virtual-8086 mode has its table at 0, as an 8086 would. */
function tableEntries(cpu: LookedAt, mode: 'real' | 'virtual-8086'): readonly Entry[] {
  const bytes = cpu.linear(mode === 'real' ? cpu.registers.idtr.base : 0, VECTORS * 4);
  const entries: Entry[] = [];
  for (let vector = 0; vector < VECTORS; vector++) {
    const ip = numberAt(bytes, vector * 4, 2);
    const cs = numberAt(bytes, vector * 4 + 2, 2);
    if (ip === null || cs === null || (ip === 0 && cs === 0)) continue;
    entries.push({ vector, target: cs * 16 + ip, pushed: [] });
  }
  return entries;
}
