/** Guest code for looks: lines of disassembly, and whether an address is where a CALL comes back to. */
import { FlowControl } from 'iced-x86';
import { address as hex } from '../../base/hex';
import { decode } from '../../machine/codec/decode';
import { format } from '../../machine/codec/format';
import type { Instruction } from '../../machine/codec/instruction';
import { EFLAGS_VM, SEG } from '../../machine/cpu/state';
import type { DisassemblyLine, Unreadable } from '../../session/debug';
import type { InspectContext } from './context';
import { baseOf, bitsOf, type LookedAt, linearEip, lookAt } from './cpu';

const LONGEST = 15;
const MOST_LINES = 500;
const SHORTEST_CALL = 2;
const LONGEST_CALL = 9;

export function disassembly(
  context: InspectContext,
  request: { readonly address: number | string; readonly count: number },
): readonly DisassemblyLine[] | Unreadable {
  const evaluated = context.evaluate(request.address);
  if (!evaluated.ok) return { unreadable: evaluated.error };
  const cpu = lookAt(context.system, 'guest');
  const next = linearEip(cpu.registers);
  const lines: DisassemblyLine[] = [];
  let at = evaluated.value >>> 0;
  const count = Math.min(request.count, MOST_LINES);
  while (lines.length < count) {
    const bytes = codeBytes(cpu, at);
    if (bytes.length === 0) break;
    const { instruction, text } = readInstruction(cpu, at, bytes);
    const length = Math.max(1, instruction.length);
    lines.push({
      address: at,
      bytes: [...bytes.subarray(0, length)],
      text,
      label: context.names.symbols.find(({ address }) => address === at)?.name ?? null,
      source: context.names.lineOf(at),
      next: at === next,
    });
    at = (at + length) >>> 0;
  }
  if (lines.length === 0) {
    return { unreadable: `Nothing is mapped at ${hex(evaluated.value)}.` };
  }
  return lines;
}

function readInstruction(cpu: LookedAt, at: number, bytes: Uint8Array) {
  const { base, bits } = codePlace(cpu);
  const offset = (at - base) >>> 0;
  return { instruction: decode(bytes, offset, bits), text: format(bytes, offset, bits) };
}

/** Up to 15 mapped bytes from `at` on. */
function codeBytes(cpu: LookedAt, at: number): Uint8Array {
  const bytes = cpu.linear(at, LONGEST);
  const end = bytes.indexOf(null);
  return Uint8Array.from((end < 0 ? bytes : bytes.slice(0, end)) as number[]);
}

/** The instruction at a linear address; null if nothing is mapped there. */
export function instructionAt(
  cpu: LookedAt,
  at: number,
  { base, bits }: CodePlace = codePlace(cpu),
): Instruction | null {
  const bytes = codeBytes(cpu, at);
  return bytes.length === 0 ? null : decode(bytes, (at - base) >>> 0, bits);
}

/** The segment that code lies in, as far as reading its instructions needs it. */
export interface CodePlace {
  readonly base: number;
  readonly bits: 16 | 32;
  /** In `real` and `virtual-8086` mode selectors are paragraphs. */
  readonly mode: 'protected' | 'real' | 'virtual-8086';
}

const CR0_PE = 1;

/** Where the CPU executes now. */
export function codePlace({ registers }: LookedAt): CodePlace {
  const isReal = (registers.cr0 & CR0_PE) === 0;
  const is8086 = (registers.eflags & EFLAGS_VM) !== 0;
  return {
    base: baseOf(registers, SEG.CS),
    bits: bitsOf(registers, SEG.CS),
    mode: isReal ? 'real' : is8086 ? 'virtual-8086' : 'protected',
  };
}

export interface CallBefore {
  /** Linear address of the CALL. */
  readonly address: number;
  /** Linear address it calls, when the instruction says it; null for indirect calls and calls by selector. */
  readonly target: number | null;
  readonly isFar: boolean;
  /** The selector in a far call that has one. */
  readonly selector: number | null;
}

/**
 * The CALL that ends exactly at `at`, if there is one: then `at` may be a return address. Bytes before an address can
 * be read as instructions in several ways; that one of them is a CALL is a good sign, not a proof.
 *
 * @param distance near or far calls alone; absent: both
 */
export function callBefore(
  cpu: LookedAt,
  at: number,
  code: CodePlace = codePlace(cpu),
  distance?: 'near' | 'far',
): CallBefore | null {
  const before = cpu.linear((at - LONGEST_CALL) >>> 0, LONGEST_CALL);
  if (cpu.linear(at, 1)[0] === null) return null;
  for (let length = SHORTEST_CALL; length <= LONGEST_CALL; length++) {
    const bytes = before.slice(LONGEST_CALL - length);
    if (bytes.includes(null) || !mayBeCall(bytes as number[])) continue;
    const address = (at - length) >>> 0;
    const offset = (address - code.base) >>> 0;
    const instruction = decode(Uint8Array.from(bytes as number[]), offset, code.bits);
    if (instruction.length !== length) continue;
    const call = callOf(instruction, address, code);
    if (call && (distance === undefined || call.isFar === (distance === 'far'))) return call;
  }
  return null;
}

function callOf(
  { flowControl, operands, farIndirect }: Instruction,
  address: number,
  code: CodePlace,
): CallBefore | null {
  if (flowControl !== FlowControl.Call && flowControl !== FlowControl.IndirectCall) return null;
  const [operand] = operands;
  if (operand?.kind === 'near-branch') {
    const target = (code.base + operand.target) >>> 0;
    return { address, target, isFar: false, selector: null };
  }
  if (operand?.kind === 'far-branch') {
    const { selector, offset } = operand;
    const target = code.mode === 'protected' ? null : ((selector << 4) + offset) >>> 0;
    return { address, target, isFar: true, selector };
  }
  return { address, target: null, isFar: farIndirect, selector: null };
}

/** Opcodes E8 (near), 9A (far), FF /2 and /3 (indirect), each perhaps behind prefixes. */
function mayBeCall(bytes: readonly number[]): boolean {
  for (const byte of bytes) {
    if (byte === 0xe8 || byte === 0x9a || byte === 0xff) return true;
    if (!PREFIXES.has(byte)) return false;
  }
  return false;
}

const PREFIXES = new Set([0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65, 0x66, 0x67]);
