/**
 * What things cost, in modelled cycles: the *cost table*. All values are configuration, shown with the mark of
 * their source; absolute cycles are specific to an era and a model, and only their order and rough ratios teach.
 *
 * The silicon charges `walkRef`, `trapEnter`, `iret`, `syscallNative`; a monitor charges its own work. A
 * retired instruction is always one cycle (`insn`), which is why the table cannot change it.
 *
 * Marks: AA = Adams and Agesen, ASPLOS 2006, nanobenchmarks on a Pentium 4 model 672, read in a reproduction;
 * AA* = the same paper, quoted from memory; AGE* = Agesen et al., USENIX ATC 2012, from memory; SUG =
 * Sugerman et al., USENIX 2001; XPF = ring-switch measurements on Xeon E5 v3; SPX = SplitX, WIOV 2011; SEV =
 * KVM patch discussion with cycle counts, 2020; MISC* = general knowledge, from memory; D = derived from
 * marked values by arithmetic; P = proposed here, an assumption.
 */

/** Cycles of one event each. `null`: the event does not exist on that generation of silicon. */
export interface CostTable {
  /** One simple instruction; by definition 1 (P / P). */
  readonly insn: 1;
  /** Near CALL and its RET together (AA / P). */
  readonly callRetNative: number;
  /** One page-table reference on a TLB miss: latency of a level-2 cache hit (P / P). */
  readonly walkRef: number;
  /** A two-level walk: 2 walkRef (D / D). */
  readonly tlbMissNative: number;
  /** A walk through guest and nested tables, 2 levels each: 8 walkRef (none / D). */
  readonly tlbMissNested: number | null;
  /** Exception, interrupt or INT from an outer ring to ring 0: the larger part of 889 (AA, split P / XPF). */
  readonly trapEnter: number;
  /** IRET to an outer ring: the rest of 889 (D / XPF). */
  readonly iret: number;
  /** SYSENTER and SYSEXIT together (AA* / MISC*). */
  readonly syscallNative: number;
  /** Monitor software: fetch, decode and emulate one instruction: 2030 - 889 (D from AA* / P). */
  readonly emulDecode: number;
  /** trapEnter + emulDecode + iret (AA* / D). */
  readonly trapAndEmulate: number;
  /** Translation cache to a monitor routine and back (AA* / P). */
  readonly callout: number;
  /** A short privileged sequence inside the translation cache: "a handful" (AA* / P). */
  readonly inTcEmul: number;
  /** In-cache emulation of the RDTSC class (AA* / P). */
  readonly inTcEmulHeavy: number;
  /** A device port modelled by the monitor without a world switch (D from AA / P). */
  readonly inTcIo: number;
  /** A store to a traced page-table entry after adaptation (AA / P). */
  readonly ptWriteAdaptive: number;
  /** A store to a traced page-table entry that traps: a fault and an emulation (D / P). */
  readonly ptWriteTraced: number;
  /** Hash hit for a RET or indirect jump, on top of the jump (AA / P). */
  readonly indirectLookup: number;
  /** A chained direct jump; an elided one costs 0 (P / P). */
  readonly chainedJump: number;
  /** Unchained exit: leave the translation cache, look up, patch the chain (P / P). */
  readonly tcDispatch: number;
  /** Translator work per guest instruction; no published figure was verified (P / P). */
  readonly translateInsn: number;
  /** Translator work per translation unit (P / P). */
  readonly translateTu: number;
  /** Hidden fault: trap, walk, fill, resume: 3927 - 1093 (D from AA, P / P). */
  readonly shadowHidden: number;
  /** What a true fault costs on top of a native one (D from AA / P). */
  readonly shadowTrueExtra: number;
  /** Hardware VM exit and entry, without handler (AGE* / SEV, SPX: 800 to 2000). */
  readonly vmExitEntry: number;
  /** Monitor software per VM exit (P / P). */
  readonly vmExitHandler: number;
  /** True page fault under VT with shadow tables (AA / none: EPT). */
  readonly vmTrueFault: number | null;
  /** Traced page-table store under VT with shadow tables (AA / none: EPT). */
  readonly vmPtWrite: number | null;
  /** IN or OUT under VT, handled in the monitor (AA / P). */
  readonly vmIo: number;
  /** EPT violation: exit, map a page, enter (none / P). */
  readonly eptViolation: number | null;
  /** Hypercall by INT, ring 1 to 0 to 1 (D from AA / XPF). */
  readonly hypercall: number;
  /** Validating one page-table update of a batch (P / P). */
  readonly hypercallPerPte: number;
  /** Monitor to host and back, registers and tables swapped (SUG, Pentium III / P). */
  readonly worldSwitch: number;
  /** The host process doing the I/O call: 13.8 microseconds per packet (SUG / P). */
  readonly hostSyscallIo: number;
}

/** A Pentium 4 of 2005: first generation with VT-x, traps and exits at their dearest. */
const pentium4: CostTable = {
  insn: 1,
  callRetNative: 11,
  walkRef: 18,
  tlbMissNative: 36,
  tlbMissNested: null,
  trapEnter: 550,
  iret: 340,
  syscallNative: 250,
  emulDecode: 1140,
  trapAndEmulate: 2030,
  callout: 1254,
  inTcEmul: 5,
  inTcEmulHeavy: 216,
  inTcIo: 214,
  ptWriteAdaptive: 391,
  ptWriteTraced: 3900,
  indirectLookup: 40,
  chainedJump: 1,
  tcDispatch: 300,
  translateInsn: 600,
  translateTu: 1000,
  shadowHidden: 2800,
  shadowTrueExtra: 2834,
  vmExitEntry: 3963,
  vmExitHandler: 2000,
  vmTrueFault: 11242,
  vmPtWrite: 12733,
  vmIo: 15826,
  eptViolation: null,
  hypercall: 900,
  hypercallPerPte: 100,
  worldSwitch: 5500,
  hostSyscallIo: 10000,
};

/** A core of the late 2010s with EPT. */
const modern: CostTable = {
  insn: 1,
  callRetNative: 4,
  walkRef: 8,
  tlbMissNative: 16,
  tlbMissNested: 64,
  trapEnter: 440,
  iret: 270,
  syscallNative: 100,
  emulDecode: 600,
  trapAndEmulate: 1310,
  callout: 500,
  inTcEmul: 3,
  inTcEmulHeavy: 60,
  inTcIo: 100,
  ptWriteAdaptive: 200,
  ptWriteTraced: 2500,
  indirectLookup: 15,
  chainedJump: 1,
  tcDispatch: 150,
  translateInsn: 400,
  translateTu: 600,
  shadowHidden: 1800,
  shadowTrueExtra: 1500,
  vmExitEntry: 1100,
  vmExitHandler: 700,
  vmTrueFault: null,
  vmPtWrite: null,
  vmIo: 2500,
  eptViolation: 2500,
  hypercall: 700,
  hypercallPerPte: 60,
  worldSwitch: 4000,
  hostSyscallIo: 6000,
};

/** The two presets, by the name a world gives them. */
export const COSTS: { readonly pentium4: CostTable; readonly modern: CostTable } = {
  pentium4,
  modern,
};
