/**
 * What another emulator tells of a run: its registers before every instruction, and what it delivered in between.
 * Fields are words in one array, so that comparing two moments is one loop.
 */
import type { Cpu } from '../cpu/cpu';
import { WORD } from '../cpu/state';

/** Names of the compared words, in the order of `View`. Selectors are 16 bits, all else 32. */
export const FIELDS = [
  ...['eax', 'ecx', 'edx', 'ebx', 'esp', 'ebp', 'esi', 'edi', 'eip', 'eflags'],
  ...['es', 'cs', 'ss', 'ds', 'fs', 'gs', 'ldtr', 'tr', 'cr0', 'cr2', 'cr3', 'cr4'],
] as const;

/** Indices into a `View`. */
export const FIELD = {
  EAX: 0,
  ECX: 1,
  EDX: 2,
  EBX: 3,
  ESP: 4,
  EIP: 8,
  EFLAGS: 9,
  SELECTOR: 10,
  CS: 11,
  CR0: 18,
  CR2: 19,
  CR3: 20,
  CR4: 21,
} as const;

/** One moment of one CPU: a word per entry of `FIELDS`. */
export type View = Uint32Array;

export type TraceItem =
  /** The emulator is about to execute the instruction at `view`'s EIP. */
  | { readonly kind: 'state'; readonly view: View }
  /** It delivers an exception or interrupt. `view`: before the delivery. */
  | {
      readonly kind: 'delivery';
      readonly vector: number;
      readonly errorCode: number;
      /** From an instruction such as INT n. */
      readonly software: boolean;
      readonly view: View;
    };

export type Delivery = Extract<TraceItem, { kind: 'delivery' }>;

export function viewOf(cpu: Cpu): View {
  const { state, gpr } = cpu;
  const view = new Uint32Array(FIELDS.length);
  view.set(gpr.subarray(0, 8));
  view[FIELD.EIP] = cpu.eip;
  view[FIELD.EFLAGS] = cpu.eflags;
  for (let i = 0; i < 8; i++) view[FIELD.SELECTOR + i] = state[WORD.SELECTOR + i]! & 0xffff;
  for (let i = 0; i < 4; i++) view[FIELD.CR0 + i] = state[WORD.CR0 + i]!;
  return view;
}
