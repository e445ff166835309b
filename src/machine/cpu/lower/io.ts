/**
 * IN and OUT, and the right to use a port: CPL <= IOPL, or a clear bit in the TSS's I/O permission bitmap.
 * @see Intel SDM vol. 1, "Input/Output": "I/O Permission Bit Map"
 */
import type { Core } from '../core';
import { raise } from '../fault';
import { CR0_PE, EFLAGS_VM, SEG, VECTOR, WORD } from '../state';
import { alone, type Lowering, type LoweringTable, operandAt, type Size } from './site';

/** @throws FaultSignal #GP(0) if this CPL may not touch the port */
export function checkPort(core: Core, port: number, size: Size): void {
  const state = core.state;
  const watched = core.breakpoints?.port(port, size);
  if (watched) core.postDebug(watched);
  if ((state[WORD.CR0]! & CR0_PE) === 0) return;
  if (core.cpl <= core.iopl && (state[WORD.EFLAGS]! & EFLAGS_VM) === 0) return;
  const base = state[WORD.BASE + SEG.TR]!;
  const limit = state[WORD.LIMIT + SEG.TR]! >>> 0;
  const wide = (state[WORD.RIGHTS + SEG.TR]! & 8) !== 0;
  if (!wide || limit < 0x67) raise(VECTOR.GP, 0);
  const at = core.systemRead16((base + 102) >>> 0) + (port >>> 3);
  // Two bytes are read, whatever the port: the bitmap needs a byte of ones at its end.
  if (at + 1 > limit) raise(VECTOR.GP, 0);
  const bits = core.systemRead16((base + at) >>> 0) >>> (port & 7);
  if (bits & ((1 << size) - 1)) raise(VECTOR.GP, 0);
}

const SIZES: Readonly<Record<string, Size>> = { AL: 1, AX: 2, EAX: 4 };

const input: Lowering = (site) => {
  const { core } = site;
  const size = SIZES[site.parts[0] ?? ''] ?? 1;
  const to = size === 4 ? core.gpr : size === 2 ? core.half : core.byte;
  const operand = operandAt(site, 1);
  const fixed = operand.kind === 'immediate' ? operand.value & 0xff : -1;
  return alone(() => {
    const port = fixed < 0 ? core.half[4]! : fixed;
    checkPort(core, port, size);
    to[0] = core.ports.read(port, size);
  });
};

const output: Lowering = (site) => {
  const { core } = site;
  const size = SIZES[site.parts[1] ?? ''] ?? 1;
  const from = size === 4 ? core.gpr : size === 2 ? core.half : core.byte;
  const operand = operandAt(site, 0);
  const fixed = operand.kind === 'immediate' ? operand.value & 0xff : -1;
  return alone(() => {
    const port = fixed < 0 ? core.half[4]! : fixed;
    checkPort(core, port, size);
    core.ports.write(port, size, from[0]!);
  });
};

export const IO: LoweringTable = { In: input, Out: output };
