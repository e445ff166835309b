/**
 * Decoded code: straight-line blocks of closures, kept per physical page and dropped when their bytes change.
 *
 * A block is found by physical address, and belongs to one linear address, EIP and code key (size, CPL while
 * annotating), because closures contain branch targets. It never leaves its page, except for a block of one
 * instruction that straddles two: that is kept apart, under both pages.
 */
import { decode } from '../codec/decode';
import type { Core } from './core';
import { RESYNC, raise } from './fault';
import { lower, PREFIXES } from './lower';
import { fuse } from './lower/fuse';
import type { Lowered, Op } from './lower/site';
import { monitorEntry } from './lower/system';
import { SEG, VECTOR, WORD } from './state';

const MAX_BLOCK = 64;
const MAX_INSTRUCTION = 15;

export class Block {
  /** Sum of weights; `weights` one by one. */
  weight = 0;
  /** Index and counter of annotated instructions, alternating; null if there are none. */
  entries: Int32Array | null = null;
  /** Closures as decoded, to restore `ops` after an interruption. */
  readonly pristine: readonly Op[];
  /** Closures for the block as a whole: the last two instructions may be one. */
  readonly whole: Op[];
  readonly wholePristine: readonly Op[];
  /** False once its bytes changed: no longer to be found or entered. */
  valid = true;
  readonly count: number;
  /** Length in bytes, and EIP after the block. */
  readonly bytes: number;
  readonly endEip: number;
  /** The two blocks last seen to follow, good while `Mmu.epoch` is what it was. */
  taken: Block | null = null;
  other: Block | null = null;
  takenEpoch = 0;
  otherEpoch = 0;
  /** Its first instruction is to be told of before it executes: the block is entered by way of the run loop alone. */
  watched = false;

  constructor(
    readonly linear: number,
    readonly eip: number,
    readonly key: number,
    readonly ops: Op[],
    /** Offset of each instruction from `eip`, and of the end. */
    readonly offsets: readonly number[],
    readonly weights: readonly number[],
    /** The last instruction leaves EIP itself. */
    readonly setsEip: boolean,
    /** One system instruction: counters and events must be exact around it. */
    readonly alone: boolean,
    /** The last two instructions in one closure, if they can be. */
    fused: Op | null,
  ) {
    this.pristine = ops.slice();
    this.whole = fused ? [...ops.slice(0, -2), fused] : ops;
    this.wholePristine = this.whole.slice();
    this.count = ops.length;
    this.bytes = offsets[offsets.length - 1]!;
    this.endEip = (eip + this.bytes) | 0;
    for (const weight of weights) this.weight += weight;
  }
}

interface Decoded {
  readonly lowered: Lowered;
  readonly length: number;
  readonly linear: number;
  readonly eip: number;
  readonly key: number;
  readonly weight: number;
  readonly entry: number;
  /** Bytes run over the end of the page: nothing here to execute. */
  readonly truncated: boolean;
}

class CodePage {
  /** By offset of the first byte. */
  readonly blocks: (Block | undefined)[] = new Array(4096);
  readonly decoded = new Map<number, Decoded>();
  /** Offsets in use in `blocks`. */
  readonly starts = new Set<number>();
}

const stop: Op = () => {
  throw RESYNC;
};

export class CodeCache {
  private readonly pages: (CodePage | undefined)[] = [];
  /** Blocks of one instruction that straddles pages, by physical address of its first byte. */
  private straddling = new Map<number, { readonly second: number; readonly block: Block }>();
  /** The block being executed: told to stop early when it changes under itself. */
  running: Block | null = null;
  /** Decodes every instruction anew, each time it is executed: what the cache must not be told apart from. */
  fresh = false;
  /** `ops` of `running` are not its own at the moment. */
  interrupted = false;

  constructor(private readonly core: Core) {
    core.memory.onCodeWritten((page, from, to) => this.dropBytes(page, from, to));
  }

  /** Counters are exact now: no instruction is executing, or one that is alone in its block. */
  get settled(): boolean {
    return this.running === null || this.running.alone;
  }

  /** Forgets all decoded code. */
  dropAll(): void {
    for (const page of this.pages) {
      if (!page) continue;
      for (const start of page.starts) page.blocks[start]!.valid = false;
    }
    this.pages.length = 0;
    this.straddling.clear();
    this.interrupt();
  }

  /** Forgets blocks but not what was decoded: other instructions are watched now. */
  dropBlocks(): void {
    for (const page of this.pages) {
      if (!page) continue;
      for (const start of page.starts) {
        page.blocks[start]!.valid = false;
        page.blocks[start] = undefined;
      }
      page.starts.clear();
    }
    this.straddling.clear();
    this.interrupt();
  }

  /** Whether the instruction at CS:EIP is watched, without the effects of fetching it. */
  watchesNext(): boolean {
    const { state, mmu, observing } = this.core;
    if (observing === null) return false;
    const linear = (state[WORD.EIP]! + state[WORD.BASE + SEG.CS]!) | 0;
    const entry = mmu.tlb[linear >>> 12]!;
    if (entry !== 0 && !this.fresh) {
      const block = this.pages[entry >>> 12]?.blocks[linear & 0xfff];
      if (block !== undefined && block.linear === linear) return block.watched;
    }
    return observing.isWatched(linear >>> 0);
  }

  /**
   * Makes the running block stop before its next instruction. Nothing on the fast path asks: the closures that
   * were to come are replaced.
   */
  interrupt(): void {
    if (!this.running || this.interrupted) return;
    this.running.ops.fill(stop);
    this.running.whole.fill(stop);
    this.interrupted = true;
  }

  /** After the running block ended: gives it its closures back. */
  settle(): void {
    if (!this.interrupted) return;
    this.interrupted = false;
    const block = this.running;
    if (!block) return;
    for (let i = 0; i < block.pristine.length; i++) block.ops[i] = block.pristine[i]!;
    const { whole, wholePristine } = block;
    for (let i = 0; i < wholePristine.length; i++) whole[i] = wholePristine[i]!;
  }

  /**
   * The block to execute at CS:EIP.
   * @throws FaultSignal of the instruction fetch
   */
  lookup(): Block {
    const { state, mmu } = this.core;
    const eip = state[WORD.EIP]!;
    const linear = (eip + state[WORD.BASE + SEG.CS]!) | 0;
    const limit = state[WORD.LIMIT + SEG.CS]! >>> 0;
    if (eip >>> 0 > limit) raise(VECTOR.GP, 0);
    const entry = mmu.tlb[linear >>> 12]!;
    const physical =
      entry & mmu.readBit
        ? (entry & ~0xfff) | (linear & 0xfff)
        : mmu.translate(linear, false, mmu.user);
    if (this.fresh) return this.decodeOne(physical, linear, eip, limit);
    const block = this.pages[physical >>> 12]?.blocks[physical & 0xfff];
    if (
      block !== undefined &&
      block.linear === linear &&
      block.eip === eip &&
      block.key === this.core.codeKey &&
      (eip >>> 0) + block.bytes - 1 <= limit
    ) {
      return block;
    }
    return this.build(physical, linear, eip, limit);
  }

  /**
   * The decoded block that follows `from` at `eip`, remembered for the next time.
   * @returns null if it takes more than a look: not decoded, not in the TLB, or to be executed alone
   */
  follow(from: Block, eip: number): Block | null {
    if (this.fresh) return null;
    const { state, mmu, codeKey } = this.core;
    const linear = (eip + state[WORD.BASE + SEG.CS]!) | 0;
    const entry = mmu.tlb[linear >>> 12]!;
    if ((entry & mmu.readBit) === 0 && !mmu.allowsFetch(entry)) return null;
    const next = this.pages[entry >>> 12]?.blocks[linear & 0xfff];
    if (next === undefined || next.alone || next.linear !== linear || next.eip !== eip) return null;
    if (next.key !== codeKey || next.watched) return null;
    if ((eip >>> 0) + next.bytes - 1 > state[WORD.LIMIT + SEG.CS]! >>> 0) return null;
    from.other = from.taken;
    from.otherEpoch = from.takenEpoch;
    from.taken = next;
    from.takenEpoch = mmu.epoch;
    return next;
  }

  private build(physical: number, linear: number, eip: number, limit: number): Block {
    if (physical >= this.core.memory.ramBytes) return this.openBus(linear, eip);
    const pageNumber = physical >>> 12;
    let page = this.pages[pageNumber];
    if (!page) {
      page = new CodePage();
      this.pages[pageNumber] = page;
    }
    const { observing } = this.core;
    const parts: Decoded[] = [];
    let at = physical & 0xfff;
    let length = 0;
    while (parts.length < MAX_BLOCK && at < 0x1000) {
      if (observing !== null && length > 0 && observing.isWatched((linear + length) >>> 0)) break;
      const next = this.decodeAt(page, pageNumber, at, (linear + length) | 0, (eip + length) | 0);
      if (next.truncated) break;
      // A block stays inside the code segment; the instruction that leaves it is met at its own boundary.
      if ((eip >>> 0) + length + next.length - 1 > limit) break;
      if (next.lowered.alone && parts.length > 0) break;
      parts.push(next);
      at += next.length;
      length += next.length;
      if (next.lowered.ends) break;
    }
    if (parts.length === 0) return this.oddBlock(physical, linear, eip, limit);
    const block = this.assemble(linear, eip, parts);
    // A variant for another address or key gives way; whoever remembers it must not enter it unwatched.
    const replaced = page.blocks[physical & 0xfff];
    if (replaced) replaced.valid = false;
    page.blocks[physical & 0xfff] = block;
    page.starts.add(physical & 0xfff);
    return block;
  }

  /** A block of one instruction that nobody keeps. */
  private decodeOne(physical: number, linear: number, eip: number, limit: number): Block {
    if (physical >= this.core.memory.ramBytes) return this.openBus(linear, eip);
    const end = Math.min(physical + MAX_INSTRUCTION, (physical | 0xfff) + 1);
    const one = this.decodeBytes(this.core.memory.u8.slice(physical, end), linear, eip);
    if (one.truncated || (eip >>> 0) + one.length - 1 > limit) {
      this.straddling.clear();
      return this.oddBlock(physical, linear, eip, limit);
    }
    return this.assemble(linear, eip, [one]);
  }

  private assemble(linear: number, eip: number, parts: readonly Decoded[]): Block {
    const { state, codeKey, observing } = this.core;
    const block = assemble(state, linear, eip, codeKey, parts);
    block.watched = observing?.isWatched(linear >>> 0) ?? false;
    return block;
  }

  /** One instruction inside a page, from the page's store if it was decoded before. */
  private decodeAt(
    page: CodePage,
    pageNumber: number,
    at: number,
    linear: number,
    eip: number,
  ): Decoded {
    const known = page.decoded.get(at);
    const key = this.core.codeKey;
    if (known && known.eip === eip && known.linear === linear && known.key === key) return known;
    const start = pageNumber * 4096 + at;
    const bytes = this.core.memory.u8.subarray(
      start,
      Math.min(start + MAX_INSTRUCTION, (pageNumber + 1) * 4096),
    );
    const decoded = this.decodeBytes(bytes, linear, eip);
    if (decoded.truncated) return decoded;
    page.decoded.set(at, decoded);
    this.core.memory.markCode(start, decoded.length);
    return decoded;
  }

  private decodeBytes(bytes: Uint8Array, linear: number, eip: number): Decoded {
    const { core } = this;
    const key = core.codeKey;
    const bitness = key & 1 ? 32 : 16;
    // Too long an instruction is all prefixes in front of something; and our reserved opcode is no opcode to iced.
    if (bytes[0] === 0x0f && bytes[1] === 0x3f) {
      return this.annotated(monitorEntry(core, linear >>> 0), 2, linear, eip, key, false);
    }
    const ins = decode(bytes, eip, bitness);
    if (ins.invalid === 'truncated' && bytes.length < MAX_INSTRUCTION) {
      return {
        lowered: lower(core, ins, bytes),
        length: 1,
        linear,
        eip,
        key,
        weight: 1,
        entry: -1,
        truncated: true,
      };
    }
    const tooLong = ins.invalid !== 'no' && isTooLong(bytes, eip, bitness);
    const lowered: Lowered = tooLong
      ? { op: () => raise(VECTOR.GP, 0), ends: true, alone: true, setsEip: true }
      : lower(core, ins, bytes);
    const length = Math.max(1, ins.length);
    return this.annotated(lowered, length, linear, eip, key, false);
  }

  private annotated(
    lowered: Lowered,
    length: number,
    linear: number,
    eip: number,
    key: number,
    truncated: boolean,
  ): Decoded {
    const found = this.core.annotator?.(linear >>> 0, this.core.cpl);
    return {
      lowered,
      length,
      linear,
      eip,
      key,
      weight: found ? found.weight : 1,
      entry: found ? found.entry : -1,
      truncated,
    };
  }

  /** The first instruction straddles two pages, or leaves the code segment. */
  private oddBlock(physical: number, linear: number, eip: number, limit: number): Block {
    const { memory, mmu, codeKey } = this.core;
    const inPage = 0x1000 - (physical & 0xfff);
    const inSegment = limit - (eip >>> 0) + 1;
    const available = Math.min(MAX_INSTRUCTION, inSegment);
    const first = memory.u8.slice(physical, physical + Math.min(inPage, available));
    const alone = this.decodeBytes(first, linear, eip);
    if (!alone.truncated) return this.assemble(linear, eip, [alone]);
    // Bytes beyond the segment limit: #GP(0), unless the part on the next page faults first.
    if (available <= inPage) raise(VECTOR.GP, 0);

    const second = mmu.translate((linear + inPage) >>> 0, false, mmu.user);
    const known = this.straddling.get(physical);
    if (
      known &&
      known.second === second &&
      known.block.eip === eip &&
      known.block.linear === linear &&
      known.block.key === codeKey &&
      (eip >>> 0) + known.block.bytes - 1 <= limit
    ) {
      return known.block;
    }
    const bytes = new Uint8Array(available);
    bytes.set(first);
    for (let i = inPage; i < available; i++) bytes[i] = memory.read8(second + i - inPage);
    const whole = this.decodeBytes(bytes, linear, eip);
    if (whole.truncated) raise(VECTOR.GP, 0);
    const block = this.assemble(linear, eip, [whole]);
    if (second < memory.ramBytes) {
      memory.markCode(physical, inPage);
      memory.markCode(second, Math.max(1, whole.length - inPage));
      this.straddling.set(physical, { second, block });
    }
    return block;
  }

  /** Beyond RAM the bus reads all ones, and FF FF is no instruction. */
  private openBus(linear: number, eip: number): Block {
    const bytes = new Uint8Array(MAX_INSTRUCTION).fill(0xff);
    return this.assemble(linear, eip, [this.decodeBytes(bytes, linear, eip)]);
  }

  /** Forgets instructions (and blocks with instructions) that have one of these bytes. */
  private dropBytes(pageNumber: number, from: number, to: number): void {
    const page = this.pages[pageNumber];
    if (page) {
      for (const start of page.starts) {
        const block = page.blocks[start]!;
        if (start >= to || start + block.bytes <= from) continue;
        block.valid = false;
        page.blocks[start] = undefined;
        page.starts.delete(start);
      }
      const first = Math.max(0, from - MAX_INSTRUCTION + 1);
      for (let at = first; at < to; at++) {
        const decoded = page.decoded.get(at);
        if (decoded && at + decoded.length > from) page.decoded.delete(at);
      }
      this.interrupt();
    }
    if (this.straddling.size > 0) {
      this.straddling.clear();
      this.interrupt();
    }
  }
}

function fusedEnd(r: Int32Array, parts: readonly Decoded[]): Op | null {
  const head = parts[parts.length - 2]?.lowered.head;
  const tail = parts[parts.length - 1]!.lowered.tail;
  return head && tail ? fuse(r, head, tail) : null;
}

function assemble(
  r: Int32Array,
  linear: number,
  eip: number,
  key: number,
  parts: readonly Decoded[],
): Block {
  const offsets = [0];
  let length = 0;
  for (const part of parts) {
    length += part.length;
    offsets.push(length);
  }
  const block = new Block(
    linear,
    eip,
    key,
    parts.map((part) => part.lowered.op),
    offsets,
    parts.map((part) => part.weight),
    parts[parts.length - 1]!.lowered.setsEip,
    parts[0]!.lowered.alone,
    fusedEnd(r, parts),
  );
  const entries = parts.flatMap((part, index) => (part.entry >= 0 ? [index, part.entry] : []));
  if (entries.length > 0) block.entries = Int32Array.from(entries);
  return block;
}

/** More than 15 bytes: would be a valid instruction without some of its leading prefixes. */
function isTooLong(bytes: Uint8Array, eip: number, bitness: 16 | 32): boolean {
  if (bytes.length < MAX_INSTRUCTION) return false;
  let prefixes = 0;
  while (prefixes < bytes.length && PREFIXES.has(bytes[prefixes]!)) prefixes++;
  if (prefixes === bytes.length) return true;
  if (prefixes < 2) return false;
  const rest = decode(bytes.subarray(prefixes), eip, bitness);
  return rest.invalid === 'truncated';
}
