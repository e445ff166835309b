/**
 * What the entry stubs leave on the ring-0 stack, and what the exit path takes from it.
 *
 * ```text
 *   exception or interrupt          callout               exit frame
 *   +0   gs fs es ds                gs fs es ds           gs fs es ds
 *   +16  edi esi ebp - ebx edx ecx eax      the same      the same
 *   +48  vector                     0x100 + callout       (skipped)
 *   +52  error code                 eflags                (skipped)
 *   +56  eip                        eip                   eip
 *   +60  cs                         cs                    cs
 *   +64  eflags                     esp                   eflags
 *   +68  esp, ss (outer ring only)  ss                    esp, ss (outer ring only)
 * ```
 */
import { STACK_TOP } from '../memory/layout';
import type { MonitorMemory } from '../memory/monitor-memory';
import { CALLOUT_NUMBER } from './entry-code';

const FRAME_BYTES = 76;
/** Offsets of eax ecx edx ebx (esp) ebp esi edi in a PUSHAD image at +16. */
const GPR_OFFSET = [44, 40, 36, 32, 28, 24, 20, 16] as const;

/** Selectors in the order the frame keeps them. */
export interface DataSelectors {
  readonly gs: number;
  readonly fs: number;
  readonly es: number;
  readonly ds: number;
}

export interface EntryFrame {
  /** A vector, or CALLOUT_NUMBER + index of a callout. */
  readonly number: number;
  readonly errorCode: number;
  readonly eip: number;
  readonly cs: number;
  readonly eflags: number;
  /** eax ecx edx ebx esp ebp esi edi as interrupted. */
  readonly gpr: readonly number[];
  readonly ss: number;
  readonly data: DataSelectors;
}

/** Reads the frame at `esp`, as it is when the reserved opcode behind the common entry executes. */
export function readEntryFrame(memory: MonitorMemory, esp: number): EntryFrame {
  const at = (offset: number): number => memory.read32(esp + offset);
  const number = at(48);
  const isCallout = number >= CALLOUT_NUMBER;
  const gpr = GPR_OFFSET.map(at);
  gpr[4] = at(isCallout ? 64 : 68);
  return {
    number,
    errorCode: isCallout ? 0 : at(52),
    eip: at(56),
    cs: at(60) & 0xffff,
    eflags: at(isCallout ? 52 : 64),
    gpr,
    ss: at(isCallout ? 68 : 72) & 0xffff,
    data: {
      gs: at(0) & 0xffff,
      fs: at(4) & 0xffff,
      es: at(8) & 0xffff,
      ds: at(12) & 0xffff,
    },
  };
}

/**
 * Writes a complete frame for a return to an outer ring at the top of the ring-0 stack.
 * @returns the ESP at which the exit path finds it
 */
export function writeExitFrame(
  memory: MonitorMemory,
  frame: Omit<EntryFrame, 'number' | 'errorCode'>,
): number {
  const esp = STACK_TOP - FRAME_BYTES;
  const put = (offset: number, value: number): void => memory.write32(esp + offset, value);
  put(0, frame.data.gs);
  put(4, frame.data.fs);
  put(8, frame.data.es);
  put(12, frame.data.ds);
  GPR_OFFSET.forEach((offset, register) => {
    put(offset, frame.gpr[register] ?? 0);
  });
  put(48, 0);
  put(52, 0);
  put(56, frame.eip);
  put(60, frame.cs);
  put(64, frame.eflags);
  put(68, frame.gpr[4] ?? 0);
  put(72, frame.ss);
  return esp;
}

/** Rewrites the EFLAGS of an exception frame in place (the trap flag, to step or stop stepping). */
export function patchFrameFlags(memory: MonitorMemory, esp: number, eflags: number): void {
  memory.write32(esp + 64, eflags);
}
