/**
 * Cases recorded on real silicon, ring 3, 32-bit protected mode: the environment they assume, and comparison.
 * Format and environment: cases/README.md.
 */
import { Clock } from '../clock';
import { COSTS } from '../costs';
import { Cpu } from '../cpu/cpu';
import {
  CR0_ET,
  CR0_NE,
  CR0_PE,
  CR0_PG,
  CR0_WP,
  EFLAGS_FIXED,
  EFLAGS_IF,
  EFLAGS_RF,
  EFLAGS_TF,
  SEG,
  STATE_BYTES,
  WORD,
} from '../cpu/state';
import type { MachineEventBody } from '../events';
import { PhysicalMemory } from '../memory';
import { PortBus } from '../ports';

/** One recorded case; field names as in the file. */
export interface Hw32Case {
  /** Name. */
  readonly n: string;
  /** Instruction bytes, hexadecimal. */
  readonly b: string;
  /** Key of the memory fill. */
  readonly k: number;
  /** EAX ECX EDX EBX ESP EBP ESI EDI EIP EFLAGS FS before, EAX..EFLAGS after. */
  readonly i: readonly number[];
  readonly f: readonly number[];
  /** EFLAGS bits to compare. */
  readonly fm: number;
  /** Bytes patched after the fill; bytes that changed. */
  readonly p?: readonly (readonly [number, number])[];
  readonly m?: readonly (readonly [number, number])[];
  /** DS and ES if changed. */
  readonly sg?: readonly number[];
  /** Exception vector, error code, CR2. */
  readonly x?: number;
  readonly e?: number;
  readonly cr2?: number;
}

const FILL_EDGES = [
  0, 1, 2, 3, 7, 8, 0xf, 0x10, 0x1f, 0x20, 0x7f, 0x80, 0xff, 0x100, 0x7fff, 0x8000, 0xffff, 0x10000,
  0x7fffffff, 0x80000000, 0x80000001, 0xfffffffe, 0xffffffff, 0x55555555, 0xaaaaaaaa, 0x99, 0x66,
  0x9a,
] as const;
const LOW_KEY = 99;

function mix(x: number): number {
  let v = x;
  v ^= v >>> 16;
  v = Math.imul(v, 0x7feb352d);
  v ^= v >>> 15;
  v = Math.imul(v, 0x846ca68b);
  v ^= v >>> 16;
  return v >>> 0;
}

/** The dword at a 4-aligned address before the case. */
function fillWord(key: number, address: number): number {
  const h = mix((key ^ mix(address)) >>> 0);
  return h & 3 ? mix(h) : FILL_EDGES[(h >>> 8) % FILL_EDGES.length]!;
}

// Physical layout: user memory at its linear address where it fits in 8 MiB; the CPU's tables above it.
const RAM = 0x900000;
const GDT = 0x800000;
const IDT = 0x801000;
const TSS = 0x802000;
const LDT = 0x803000;
const DIRECTORY = 0x804000;
const TABLES = 0x805000;
const HANDLERS = 0x808000;
const STACK0_TOP = 0x80b000;
const SYSTEM_LINEAR = 0xff800000;
const CODE_PAGE = 0x400000;

/** User regions: [first, end), fill key or null for the case's own. */
const REGIONS: readonly { from: number; to: number; key: number | null }[] = [
  { from: 0x1000, to: 0x10000, key: LOW_KEY },
  { from: 0x500000, to: 0x502000, key: null },
  { from: 0x600000, to: 0x602000, key: null },
];

const USER_CODE = 0x23;
const USER_DATA = 0x2b;

export class Hw32Machine {
  readonly cpu: Cpu;
  private readonly memory: PhysicalMemory;
  private readonly low: Uint8Array;

  constructor() {
    this.memory = new PhysicalMemory({ ramBytes: RAM });
    const clock = new Clock(COSTS.pentium4);
    const nowhere = { emit: (_: MachineEventBody): void => {} };
    this.cpu = new Cpu({
      memory: this.memory,
      stateOffset: this.memory.allocateControl(STATE_BYTES),
      ports: new PortBus(nowhere, 'physical'),
      clock,
      profile: 'x86',
      events: null,
    });
    this.buildTables();
    this.low = fillBytes(LOW_KEY, 0x1000, 0x10000);
  }

  /** @returns differences in words; empty if the case passes */
  run(test: Hw32Case): string[] {
    const { cpu, memory } = this;
    this.prepare(test);
    const outcome = cpu.run(cpu.retired + 1);
    // A fault does not retire: the handler's HLT does. INT3 and INTO retire themselves.
    const faulted = cpu.cpl === 0;
    if (outcome.kind !== 'budget') return [`stopped: ${JSON.stringify(outcome)}`];
    const differences: string[] = [];
    const differ = (what: string, got: number, want: number): void => {
      differences.push(`${what}: got ${got.toString(16)}, want ${want.toString(16)}`);
    };
    const halted = cpu.state[WORD.ACTIVITY] !== 0;
    const frame = faulted ? this.readFrame(cpu.gpr[4]! >>> 0, cpu.eip - (halted ? 1 : 0)) : null;
    if ((frame?.vector ?? -1) !== (test.x ?? -1)) {
      differ('vector', frame?.vector ?? -1, test.x ?? -1);
      return differences;
    }
    for (let r = 0; r < 8; r++) {
      const got = (frame && r === 4 ? frame.esp : cpu.gpr[r]!) >>> 0;
      if (got !== test.f[r]) differ(REGISTERS[r]!, got, test.f[r]!);
    }
    const eip = (frame ? frame.eip : cpu.eip) >>> 0;
    if (eip !== test.f[8]) differ('eip', eip, test.f[8]!);
    const eflags = (frame ? frame.eflags : cpu.eflags) & ~(EFLAGS_RF | EFLAGS_TF);
    if ((eflags ^ test.f[9]!) & test.fm) differ('eflags', eflags & test.fm, test.f[9]! & test.fm);
    if (frame && frame.errorCode !== null && frame.errorCode !== (test.e ?? 0)) {
      differ('error code', frame.errorCode, test.e ?? 0);
    }
    if (test.x === 14 && test.cr2 !== undefined && cpu.state[WORD.CR2]! >>> 0 !== test.cr2) {
      differ('cr2', cpu.state[WORD.CR2]! >>> 0, test.cr2);
    }
    const [ds = USER_DATA, es = USER_DATA] = test.sg ?? [];
    if (!faulted || test.sg) {
      if (cpu.state[WORD.SELECTOR + SEG.DS] !== ds)
        differ('ds', cpu.state[WORD.SELECTOR + SEG.DS]!, ds);
      if (cpu.state[WORD.SELECTOR + SEG.ES] !== es)
        differ('es', cpu.state[WORD.SELECTOR + SEG.ES]!, es);
    }
    const changed = new Map(test.m ?? []);
    for (const { from, to, key } of REGIONS) {
      const before = this.before(test, from, to, key);
      for (let at = from; at < to; at++) {
        const want = changed.get(at) ?? before[at - from]!;
        if (memory.u8[at] !== want) differ(`[${at.toString(16)}]`, memory.u8[at]!, want);
      }
    }
    return differences;
  }

  private prepare(test: Hw32Case): void {
    const { cpu, memory } = this;
    for (const { from, to, key } of REGIONS) {
      memory.writeBytes(from, this.before(test, from, to, key));
    }
    const code = new Uint8Array(0x1000).fill(0x90);
    const bytes = Uint8Array.from(test.b.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
    code.set(bytes.subarray(0, 0x1000 - (test.i[8]! - CODE_PAGE)), test.i[8]! - CODE_PAGE);
    memory.writeBytes(CODE_PAGE, code);
    for (const [at, value] of test.p ?? []) memory.write8(at, value);
    // LAR and LDT loads must find the descriptors as they were.
    this.writeLdt();
    cpu.reset();
    const { state } = cpu;
    state[WORD.GDTR_BASE] = linearOf(GDT);
    state[WORD.GDTR_LIMIT] = 0x3f;
    state[WORD.IDTR_BASE] = linearOf(IDT);
    state[WORD.IDTR_LIMIT] = 0x7ff;
    state[WORD.CR0] = CR0_PE | CR0_PG | CR0_WP | CR0_NE | CR0_ET;
    state[WORD.CR3] = DIRECTORY;
    const flat = { base: 0, limit: 0xffffffff };
    const data = { selector: USER_DATA, rights: 0xc0f3, ...flat };
    for (const segment of [SEG.ES, SEG.SS, SEG.DS]) cpu.loadDescriptorCache(segment, data);
    cpu.loadDescriptorCache(SEG.GS, { selector: 0, base: 0, limit: 0, rights: 0 });
    cpu.loadDescriptorCache(SEG.CS, { selector: USER_CODE, rights: 0xc0fb, ...flat });
    const tss = { selector: 0x30, base: linearOf(TSS), limit: 0x67, rights: 0x8b };
    cpu.loadDescriptorCache(SEG.TR, tss);
    cpu.loadDescriptorCache(SEG.LDTR, {
      selector: 0x38,
      base: linearOf(LDT),
      limit: 5 * 8 - 1,
      rights: 0x82,
    });
    cpu.cpl = 3;
    cpu.loadSegmentChecked(SEG.FS, test.i[10]!);
    for (let r = 0; r < 8; r++) cpu.gpr[r] = test.i[r]!;
    cpu.eip = test.i[8]!;
    cpu.setEflags((test.i[9]! & ~EFLAGS_TF) | EFLAGS_IF | EFLAGS_FIXED);
  }

  private before(test: Hw32Case, from: number, to: number, key: number | null): Uint8Array {
    const bytes = key === LOW_KEY ? this.low.slice() : fillBytes(key ?? test.k, from, to);
    for (const [at, value] of test.p ?? []) if (at >= from && at < to) bytes[at - from] = value;
    return bytes;
  }

  private readFrame(esp: number, handler: number): Frame {
    const vector = handler - linearOf(HANDLERS);
    const read = (index: number): number => this.cpu.readLinear32(esp + 4 * index);
    // Five words end at the top of the ring-0 stack; a sixth in front is the error code.
    const hasError = esp === linearOf(STACK0_TOP) - 24;
    const at = hasError ? 1 : 0;
    return {
      vector,
      errorCode: hasError ? read(0) : null,
      eip: read(at),
      eflags: read(at + 2),
      esp: read(at + 3),
    };
  }

  private buildTables(): void {
    const { memory } = this;
    const descriptor = (at: number, base: number, limit: number, rights: number): void => {
      memory.write32(at, ((base << 16) | (limit & 0xffff)) >>> 0);
      memory.write32(
        at + 4,
        ((base & 0xff000000) | (rights << 8) | (limit & 0xf0000) | ((base >>> 16) & 0xff)) >>> 0,
      );
    };
    descriptor(GDT + 0x08, 0, 0xfffff, 0xc09b);
    descriptor(GDT + 0x10, 0, 0xfffff, 0xc093);
    descriptor(GDT + 0x20, 0, 0xfffff, 0xc0fb);
    descriptor(GDT + 0x28, 0, 0xfffff, 0xc0f3);
    descriptor(GDT + 0x30, linearOf(TSS), 0x67, 0x8b);
    descriptor(GDT + 0x38, linearOf(LDT), 5 * 8 - 1, 0x82);
    memory.write32(TSS + 4, linearOf(STACK0_TOP));
    memory.write32(TSS + 8, 0x10);
    memory.write16(TSS + 102, 0x68);
    for (let vector = 0; vector < 256; vector++) {
      const open = vector === 3 || vector === 4 ? 0xee : 0x8e;
      const target = linearOf(HANDLERS) + vector;
      memory.write32(IDT + vector * 8, (0x08 << 16) | (target & 0xffff));
      memory.write32(IDT + vector * 8 + 4, (target & 0xffff0000) | (open << 8));
      memory.write8(HANDLERS + vector, 0xf4);
    }
    const map = (linear: number, physical: number, bits: number): void => {
      const pde = DIRECTORY + (linear >>> 22) * 4;
      let table = memory.read32(pde) & ~0xfff;
      if (table === 0) {
        table = TABLES + this.tables++ * 0x1000;
        memory.write32(pde, table | 7);
      }
      memory.write32((table >>> 0) + ((linear >>> 12) & 0x3ff) * 4, physical | bits);
    };
    for (const { from, to } of [...REGIONS, { from: CODE_PAGE, to: CODE_PAGE + 0x1000 }]) {
      for (let at = from; at < to; at += 0x1000) map(at, at, 7);
    }
    for (let at = GDT; at < STACK0_TOP; at += 0x1000) map(linearOf(at), at, 3);
  }

  private tables = 0;

  private writeLdt(): void {
    const rows: readonly [number, number, number][] = [
      [0x500000, 0xfff, 0x40f3],
      [0x500000, 0xfff, 0x40f7],
      [0x500000, 0xfff, 0x40f1],
      [0x500000, 0xfff, 0x00f7],
      [0, 0xfffff, 0xc0f3],
    ];
    rows.forEach(([base, limit, rights], index) => {
      const at = LDT + index * 8;
      this.memory.write32(at, ((base << 16) | (limit & 0xffff)) >>> 0);
      this.memory.write32(
        at + 4,
        ((base & 0xff000000) | (rights << 8) | (limit & 0xf0000) | ((base >>> 16) & 0xff)) >>> 0,
      );
    });
  }
}

interface Frame {
  readonly vector: number;
  readonly errorCode: number | null;
  readonly eip: number;
  readonly eflags: number;
  readonly esp: number;
}

const REGISTERS = ['eax', 'ecx', 'edx', 'ebx', 'esp', 'ebp', 'esi', 'edi'];

/** The CPU's own tables are mapped for supervisors only, high in linear space. */
const linearOf = (physical: number): number => (SYSTEM_LINEAR + physical - GDT) >>> 0;

function fillBytes(key: number, from: number, to: number): Uint8Array {
  const words = new Uint32Array((to - from) / 4);
  for (let i = 0; i < words.length; i++) words[i] = fillWord(key, from + i * 4);
  return new Uint8Array(words.buffer);
}
