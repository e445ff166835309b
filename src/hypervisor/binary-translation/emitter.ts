/**
 * Writes translated code into a buffer that will lie at a known cache address. Every method emits one machine
 * instruction (its encoding is in the comment) and records where it came from. Operands written `gs:[field]` are
 * displacements from the monitor's base (see memory/layout.ts).
 */
import { CALLOUTS, type Callout, VCPU } from '../memory/layout';

export type LineTag = 'same' | 'rewritten' | 'hypervisor-call' | 'chained' | 'exit';

/** Registers whose guest value sits in the vcpu's spill slots while an inserted sequence runs. */
export const SPILLED_EAX = 1;
export const SPILLED_ECX = 2;

/** One machine instruction of a translation and what it stands for. */
export interface CodeRecord {
  /** From the start of the translation. */
  readonly offset: number;
  readonly length: number;
  readonly tag: LineTag;
  /** Index of the guest instruction it carries out; null for exits and checks between two. */
  readonly guestIndex: number | null;
  /** Guest EIP to report for a fault or interrupt that arrives *before* this machine instruction. */
  readonly guestEip: number;
  /** The guest stands cleanly before `guestEip`: an interrupt may be delivered here. */
  readonly boundary: boolean;
  /** SPILLED_* bits: registers to take from the spill slots. */
  readonly spilled: number;
  /** 1 on the instruction whose retirement completes the guest instruction. */
  readonly weight: 0 | 1;
  /** The guest instruction follows STI or MOV SS: no interrupt before it has executed. */
  readonly shadow: boolean;
}

/** Defaults of the records that follow, until changed. */
export interface RecordContext {
  tag: LineTag;
  guestIndex: number | null;
  guestEip: number;
  boundary: boolean;
  spilled: number;
  shadow: boolean;
}

export class Emitter {
  readonly bytes: number[] = [];
  readonly records: CodeRecord[] = [];
  context: RecordContext = {
    tag: 'same',
    guestIndex: null,
    guestEip: 0,
    boundary: true,
    spilled: 0,
    shadow: false,
  };

  get offset(): number {
    return this.bytes.length;
  }

  /** Emits one instruction; `weight` 1 where it completes the guest instruction. */
  instruction(bytes: readonly number[] | Uint8Array, weight: 0 | 1 = 0): number {
    const offset = this.bytes.length;
    for (const byte of bytes) this.bytes.push(byte);
    this.records.push({ ...this.context, offset, length: bytes.length, weight });
    // Only the first machine instruction of a sequence stands on a guest boundary.
    this.context.boundary = false;
    return offset;
  }

  /** 65 A3 d32: `mov gs:[field],eax`. */
  saveEax(field: number): void {
    this.instruction([0x65, 0xa3, ...dword(field)]);
  }

  /** 65 A1 d32: `mov eax,gs:[field]`. */
  loadEax(field: number, weight: 0 | 1 = 0): void {
    this.instruction([0x65, 0xa1, ...dword(field)], weight);
  }

  /** 65 89 0D d32: `mov gs:[field],ecx`. */
  saveEcx(field: number): void {
    this.instruction([0x65, 0x89, 0x0d, ...dword(field)]);
  }

  /** 65 8B /r d32: `mov reg,gs:[field]`. */
  loadRegister(register: number, field: number, weight: 0 | 1 = 0): void {
    this.instruction([0x65, 0x8b, 0x05 | (register << 3), ...dword(field)], weight);
  }

  /** 65 C7 05 d32 i32: `mov dword gs:[field],value`. */
  storeConstant(field: number, value: number, weight: 0 | 1 = 0): void {
    this.instruction([0x65, 0xc7, 0x05, ...dword(field), ...dword(value)], weight);
  }

  /** 65 8F 05 d32: `pop dword gs:[field]`. */
  popTo(field: number): void {
    this.instruction([0x65, 0x8f, 0x05, ...dword(field)]);
  }

  /** 68 i32: `push value`. */
  pushConstant(value: number, weight: 0 | 1 = 0): void {
    this.instruction([0x68, ...dword(value)], weight);
  }

  /** 65 FF 1D d32: `call far gs:[callout.name]`, through a call gate into ring 0. */
  callout(name: Callout, weight: 0 | 1 = 0): number {
    return this.instruction(calloutBytes(name), weight);
  }

  /** 65 FF 25 d32: `jmp gs:[field]`. */
  jumpThrough(field: number, weight: 0 | 1 = 0): void {
    this.instruction([0x65, 0xff, 0x25, ...dword(field)], weight);
  }
}

export const dword = (value: number): number[] => [
  value & 0xff,
  (value >>> 8) & 0xff,
  (value >>> 16) & 0xff,
  (value >>> 24) & 0xff,
];

export const calloutBytes = (name: Callout): number[] => [
  0x65,
  0xff,
  0x1d,
  ...dword(VCPU.CALLOUTS + CALLOUTS.indexOf(name) * 8),
];

/** Bytes of an exit slot: a callout to the dispatcher, or, once chained, a jump of the same size. */
export const EXIT_SLOT_BYTES = 7;
