/**
 * The monitor's ring-0 code: real machine code that the CPU enters through its IDT and call gates, and leaves by IRET.
 * Its only unusual instruction is the reserved opcode 0F 3F, where the monitor's decisions (TypeScript) are made.
 *
 * ```text
 * vector n:    [push 0]            only where the CPU pushes no error code
 *              push n
 *              jmp  common
 * callout k:   pushfd
 *              cli                 a call gate leaves IF and NT alone
 *              push 2
 *              popfd               NT = 1 would make our IRET a task switch
 *              push 0x100 + k
 *              jmp  common
 * common:      pushad; push ds; push es; push fs; push gs
 *              0F 3F               -> Monitor.enter(); it leaves ESP at a complete exit frame
 * exit:        pop gs; pop fs; pop es; pop ds; popad; add esp,8; iret
 * idle:        sti; hlt; cli; 0F 3F; jmp idle
 * interpret:   sti; nop; cli; 0F 3F; jmp interpret
 * ```
 */
import { CALLOUTS, COMMON_STUBS, VECTOR_STUBS } from '../memory/layout';
import { dword } from './emitter';

export const STUB_BYTES = 16;
/** Numbers pushed by callout stubs start here; below are vectors. */
export const CALLOUT_NUMBER = 0x100;

const COMMON = COMMON_STUBS;
const CALLOUT_STUBS = COMMON_STUBS + 0x100;
export const IDLE = COMMON_STUBS + 0x300;
export const INTERPRET = COMMON_STUBS + 0x320;

const ENTRY: readonly number[] = [0x60, 0x1e, 0x06, 0x0f, 0xa0, 0x0f, 0xa8];
const RESERVED: readonly number[] = [0x0f, 0x3f];
const LEAVE: readonly number[] = [
  ...[0x0f, 0xa9], // pop gs
  ...[0x0f, 0xa1], // pop fs
  0x07, // pop es
  0x1f, // pop ds
  0x61, // popad
  ...[0x83, 0xc4, 0x08], // add esp,8: number and error code
  0xcf, // iret
];
/** Where `enter()` returns to with a complete exit frame on the stack. */
export const EXIT = COMMON + ENTRY.length + RESERVED.length;

/** True while a stub saves the interrupted registers: the monitor's software has not looked at them yet. */
export const isEntering = (eip: number): boolean =>
  (eip >= VECTOR_STUBS && eip < EXIT) || (eip >= CALLOUT_STUBS && eip < IDLE);

/** Vectors for which the CPU pushes an error code. */
const WITH_ERROR_CODE: ReadonlySet<number> = new Set([8, 10, 11, 12, 13, 14, 17]);

export const vectorStub = (vector: number): number => VECTOR_STUBS + vector * STUB_BYTES;
/** The vector whose stub holds this address, null elsewhere. */
export const vectorOfStub = (eip: number): number | null =>
  eip >= VECTOR_STUBS && eip < COMMON_STUBS ? Math.floor((eip - VECTOR_STUBS) / STUB_BYTES) : null;
export const calloutStub = (index: number): number => CALLOUT_STUBS + index * STUB_BYTES;

/**
 * All stubs as pieces of code to be written at linear addresses.
 */
export function entryCode(): readonly {
  readonly address: number;
  readonly bytes: readonly number[];
}[] {
  const pieces = [
    { address: COMMON, bytes: [...ENTRY, ...RESERVED, ...LEAVE] },
    { address: IDLE, bytes: loop([0xfb, 0xf4, 0xfa, ...RESERVED]) },
    { address: INTERPRET, bytes: loop([0xfb, 0x90, 0xfa, ...RESERVED]) },
  ];
  for (let vector = 0; vector < 256; vector++) {
    const push = WITH_ERROR_CODE.has(vector) ? [] : [0x6a, 0x00];
    pieces.push(jumpToCommon(vectorStub(vector), [...push, 0x68, ...dword(vector)]));
  }
  CALLOUTS.forEach((_, index) => {
    const body = [0x9c, 0xfa, 0x6a, 0x02, 0x9d, 0x68, ...dword(CALLOUT_NUMBER + index)];
    pieces.push(jumpToCommon(calloutStub(index), body));
  });
  return pieces;
}

/** The code, then a short jump back to its start. */
const loop = (code: readonly number[]): number[] => [...code, 0xeb, 256 - (code.length + 2)];

function jumpToCommon(
  address: number,
  code: readonly number[],
): { address: number; bytes: number[] } {
  const next = address + code.length + 5;
  return { address, bytes: [...code, 0xe9, ...dword(COMMON - next)] };
}
