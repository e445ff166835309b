/**
 * The CPU's architectural state as one block of 32-bit words inside the machine's WebAssembly memory.
 *
 * Because it is plain memory, a checkpoint is a copy, compiled code can share it, and a monitor may place
 * the state block of its *virtual* CPU inside its own page of emulated RAM, where a student can inspect it.
 *
 * ```text
 * word   0..7    EAX ECX EDX EBX ESP EBP ESI EDI
 *        8,9     EIP, EFLAGS (arithmetic bits clear: they are in 10..15, see `Cpu.eflags`)
 *        10..15  lazy arithmetic flags (see flags.ts)
 *        16      CPL
 *        17      interrupt shadow, 18 activity (0 running, 1 halted, 2 shut down)
 *        19      DR6 bits of debug traps that wait for the end of the instruction, 20 NMI (1 waits, 2 blocked)
 *        23      always zero (the "register" of an absent base or index)
 *        24..31  segment selectors   ES CS SS DS FS GS LDTR TR
 *        32..39  segment bases (hidden part)
 *        40..47  segment limits in bytes, expanded (hidden part)
 *        48..55  segment access rights: descriptor bits 8..23, i.e. type S DPL P in 0..7, AVL L D G in 12..15
 *        56..59  GDTR base, limit, IDTR base, limit
 *        60..63  CR0 CR2 CR3 CR4
 *        64..71  DR0..DR7
 *        72..74  SYSENTER_CS, _ESP, _EIP
 *        75,76   added to the time stamp counter, low and high
 * byte 512..     counters (float64): retired, guest-retired, cycles, delivered, guest-delivered
 * ```
 *
 * @see Intel SDM vol. 1, "Basic Program Execution Registers"; vol. 3, "System Architecture Overview"
 */
export const STATE_BYTES = 1024;

/** Word indices into the state block; multiply by 4 for byte offsets used by translated code. */
export const WORD = {
  GPR: 0,
  EAX: 0,
  ECX: 1,
  EDX: 2,
  EBX: 3,
  ESP: 4,
  EBP: 5,
  ESI: 6,
  EDI: 7,
  EIP: 8,
  EFLAGS: 9,
  LAZY: 10,
  CPL: 16,
  SHADOW: 17,
  ACTIVITY: 18,
  PENDING_DEBUG: 19,
  NMI: 20,
  SELECTOR: 24,
  BASE: 32,
  LIMIT: 40,
  RIGHTS: 48,
  GDTR_BASE: 56,
  GDTR_LIMIT: 57,
  IDTR_BASE: 58,
  IDTR_LIMIT: 59,
  CR0: 60,
  CR2: 61,
  CR3: 62,
  CR4: 63,
  DR: 64,
  SYSENTER_CS: 72,
  SYSENTER_ESP: 73,
  SYSENTER_EIP: 74,
  TSC_OFFSET: 75,
} as const;

/** Float64 indices into the counter part of the block (byte 512 on). */
export const COUNTER = {
  RETIRED: 0,
  GUEST_RETIRED: 1,
  CYCLES: 2,
  /** Deliveries that are steps of their own: see `Cpu.moment`. */
  DELIVERED: 3,
  /** The same for the guest of a monitor, which counts them. */
  GUEST_DELIVERED: 4,
} as const;
export const COUNTER_BYTE = 512;

/** Segment register numbers as in the instruction encoding, then the two system segments. */
export const SEG = { ES: 0, CS: 1, SS: 2, DS: 3, FS: 4, GS: 5, LDTR: 6, TR: 7 } as const;
export const SEGMENT_NAMES = ['es', 'cs', 'ss', 'ds', 'fs', 'gs', 'ldtr', 'tr'] as const;

export const EFLAGS_CF = 1 << 0;
export const EFLAGS_FIXED = 1 << 1;
export const EFLAGS_PF = 1 << 2;
export const EFLAGS_AF = 1 << 4;
export const EFLAGS_ZF = 1 << 6;
export const EFLAGS_SF = 1 << 7;
export const EFLAGS_TF = 1 << 8;
export const EFLAGS_IF = 1 << 9;
export const EFLAGS_DF = 1 << 10;
export const EFLAGS_OF = 1 << 11;
export const EFLAGS_IOPL = 3 << 12;
export const EFLAGS_NT = 1 << 14;
export const EFLAGS_RF = 1 << 16;
export const EFLAGS_VM = 1 << 17;
export const EFLAGS_AC = 1 << 18;
export const EFLAGS_VIF = 1 << 19;
export const EFLAGS_VIP = 1 << 20;
export const EFLAGS_ID = 1 << 21;
/** CF PF AF ZF SF OF: what arithmetic instructions write. */
export const EFLAGS_ARITHMETIC =
  EFLAGS_CF | EFLAGS_PF | EFLAGS_AF | EFLAGS_ZF | EFLAGS_SF | EFLAGS_OF;

export const CR0_PE = 1 << 0;
export const CR0_MP = 1 << 1;
export const CR0_EM = 1 << 2;
export const CR0_TS = 1 << 3;
export const CR0_ET = 1 << 4;
export const CR0_NE = 1 << 5;
export const CR0_WP = 1 << 16;
export const CR0_AM = 1 << 18;
export const CR0_NW = 1 << 29;
export const CR0_CD = 1 << 30;
export const CR0_PG = 1 << 31;

export const CR4_VME = 1 << 0;
export const CR4_PVI = 1 << 1;
export const CR4_TSD = 1 << 2;
export const CR4_DE = 1 << 3;
export const CR4_PSE = 1 << 4;
export const CR4_PGE = 1 << 7;
export const CR4_PCE = 1 << 8;
export const CR4_UMIP = 1 << 11;

/** DR6: which condition raised #DB. B0 to B3 are bits 0 to 3. */
export const DR6_BD = 1 << 13;
export const DR6_BS = 1 << 14;
export const DR6_BT = 1 << 15;
/** DR7: any use of a debug register is #DB. */
export const DR7_GD = 1 << 13;

export const PF_PRESENT = 1 << 0;
export const PF_WRITE = 1 << 1;
export const PF_USER = 1 << 2;
export const PF_RESERVED = 1 << 3;

export const VECTOR = {
  DE: 0,
  DB: 1,
  NMI: 2,
  BP: 3,
  OF: 4,
  BR: 5,
  UD: 6,
  NM: 7,
  DF: 8,
  TS: 10,
  NP: 11,
  SS: 12,
  GP: 13,
  PF: 14,
  MF: 16,
  AC: 17,
  MC: 18,
} as const;

const EXCEPTION_NAMES: Readonly<Record<number, string>> = {
  0: '#DE',
  1: '#DB',
  2: 'NMI',
  3: '#BP',
  4: '#OF',
  5: '#BR',
  6: '#UD',
  7: '#NM',
  8: '#DF',
  10: '#TS',
  11: '#NP',
  12: '#SS',
  13: '#GP',
  14: '#PF',
  16: '#MF',
  17: '#AC',
  18: '#MC',
};

/** `#GP` for 13, `interrupt 0x20` for vectors without an architectural name. */
export const vectorName = (vector: number): string =>
  EXCEPTION_NAMES[vector] ?? `interrupt 0x${vector.toString(16).padStart(2, '0')}`;
