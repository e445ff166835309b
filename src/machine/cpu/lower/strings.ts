/**
 * MOVS CMPS STOS LODS SCAS INS OUTS, alone or repeated.
 *
 * A repeated one counts as one retired instruction, when it completes. Between iterations, with registers updated
 * and EIP still on it, it makes room for whatever is due (`RESYNC`) and is resumed from there.
 *
 * @see Intel SDM vol. 2, "REP/REPE/REPZ/REPNE/REPNZ"
 */
import { Register } from 'iced-x86';
import { ATTENTION, type Core } from '../core';
import { FaultSignal, RESYNC, raise } from '../fault';
import { isZero, sub } from '../flags';
import { CR0_PE, EFLAGS_DF, EFLAGS_RF, SEG, VECTOR, WORD } from '../state';
import { checkPort } from './io';
import {
  alone,
  type Lowering,
  type LoweringTable,
  plain,
  type Site,
  type Size,
  segmentNumber,
  shiftOf,
} from './site';

/** Why a repeated one looks up between iterations. */
const PAUSES = ATTENTION.TRAP | ATTENTION.STOP | ATTENTION.DEBUG;

/** One iteration; must not change any register before everything that can fault is done. */
type Iteration = () => void;

/** Index registers and the counter in the address size of the instruction. */
class StringOperands {
  readonly wide: boolean;
  readonly segment: number;

  constructor(
    private readonly core: Core,
    site: Site,
    private readonly bytes: number,
  ) {
    const operand = site.ins.operands.find((o) => o.kind === 'string');
    this.wide = operand?.kind === 'string' ? operand.addressSize === 32 : true;
    const source = site.ins.operands.find((o) => o.kind === 'string' && o.end === 'source');
    this.segment =
      source?.kind === 'string' ? segmentNumber(source.segment ?? Register.DS) : SEG.DS;
  }

  source(): number {
    return this.wide ? this.core.gpr[6]! : this.core.half[12]!;
  }

  destination(): number {
    return this.wide ? this.core.gpr[7]! : this.core.half[14]!;
  }

  advanceSource(): void {
    const step = this.core.state[WORD.EFLAGS]! & EFLAGS_DF ? -this.bytes : this.bytes;
    if (this.wide) this.core.gpr[6]! += step;
    else this.core.half[12]! += step;
  }

  advanceDestination(): void {
    const step = this.core.state[WORD.EFLAGS]! & EFLAGS_DF ? -this.bytes : this.bytes;
    if (this.wide) this.core.gpr[7]! += step;
    else this.core.half[14]! += step;
  }

  counter(): number {
    return this.wide ? this.core.gpr[1]! : this.core.half[2]!;
  }

  countDownBy(count: number): void {
    if (this.wide) this.core.gpr[1]! -= count;
    else this.core.half[2]! -= count;
  }

  /** Iterations left before the counter or the page of an index register ends: for moving many at once, upwards. */
  runLength(page: number, offset: number): number {
    const inPage = Math.floor((0x1000 - ((page + offset) & 0xfff)) / this.bytes);
    return Math.min(this.counter() >>> 0, inPage);
  }

  get upwards(): boolean {
    return this.wide && (this.core.state[WORD.EFLAGS]! & EFLAGS_DF) === 0;
  }

  countDown(): void {
    if (this.wide) this.core.gpr[1]!--;
    else this.core.half[2]!--;
  }
}

function read(core: Core, segment: number, offset: number, size: Size): number {
  if (size === 4) return core.access.read32(segment, offset);
  return size === 2 ? core.access.read16(segment, offset) : core.access.read8(segment, offset);
}

function write(core: Core, segment: number, offset: number, size: Size, value: number): void {
  if (size === 4) core.access.write32(segment, offset, value);
  else if (size === 2) core.access.write16(segment, offset, value);
  else core.access.write8(segment, offset, value);
}

const accumulator = (core: Core, size: Size): Int32Array | Uint16Array | Uint8Array =>
  size === 4 ? core.gpr : size === 2 ? core.half : core.byte;

/**
 * What a string instruction leaves behind when an operand straddles the end of its segment in real mode: there, index
 * registers (and the counter) have already moved. Recorded on an 80286; protected mode is precise.
 */
interface Overrun {
  /** Reads the source before, after, or instead of the destination. */
  readonly order: 'source' | 'destination' | 'source-destination' | 'destination-source';
  /** What a repeated one has taken off the counter, by the operand that faulted. */
  readonly counted: { readonly source: number; readonly destination: number };
}

function inRealMode(core: Core): boolean {
  return (core.state[WORD.CR0]! & CR0_PE) === 0;
}

/** An iteration that behaves as `Overrun` says when it faults in real mode. */
function withOverrun(
  site: Site,
  o: StringOperands,
  iterate: Iteration,
  overrun: Overrun,
): Iteration {
  const { core, ins, size } = site;
  if (size === 1) return iterate;
  const straddles = (offset: number): boolean => (offset & 0xffff) + size > 0x10000;
  const recover = (): void => {
    const operands = overrun.order.split('-') as ('source' | 'destination')[];
    for (const operand of operands) {
      const bad = straddles(operand === 'source' ? o.source() : o.destination());
      if (bad && ins.repeat !== 'none') {
        for (let i = 0; i < overrun.counted[operand]; i++) o.countDown();
      }
      if (operand === 'source') o.advanceSource();
      else o.advanceDestination();
      if (bad) return;
    }
  };
  return () => {
    try {
      iterate();
    } catch (thrown) {
      if (!(thrown instanceof FaultSignal) || !inRealMode(core)) throw thrown;
      recover();
      // Interrupt 13 even through SS.
      raise(VECTOR.GP, 0);
    }
  };
}

/**
 * Wraps an iteration in the repeat prefix. `stopOn`: for CMPS and SCAS, the ZF that ends the loop under REPE/REPNE.
 */
function repeated(
  site: Site,
  operands: StringOperands,
  iterate: Iteration,
  comparing: boolean,
  single: typeof plain,
  /** Does many iterations at once if nothing can happen between them. @returns how many it did */
  bulk: () => number = () => 0,
): ReturnType<Lowering> {
  const { core, ins } = site;
  if (ins.repeat === 'none') return single(iterate);
  const r = core.state;
  const endsOnZero = ins.repeat === 'repne';
  const { clock } = core;
  return alone(() => {
    while (operands.counter() !== 0) {
      const many = core.attention & ATTENTION.TRAP ? 0 : bulk();
      if (many > 0) operands.countDownBy(many);
      else {
        iterate();
        operands.countDown();
        core.observing?.iterated();
      }
      if (operands.counter() === 0) return;
      if (comparing && isZero(r) === endsOnZero) return;
      // One cycle is ours for retiring; whatever else the walks cost may have made something due.
      if (clock.cycles >= clock.deadline || core.attention & PAUSES) {
        // What comes between two iterations pushes RF = 1.
        r[WORD.EFLAGS]! |= EFLAGS_RF;
        core.attention |= ATTENTION.RESUME;
        throw RESYNC;
      }
    }
  });
}

const moves: Lowering = (site) => {
  const { core, size } = site;
  const o = new StringOperands(core, site, size);
  const iterate = (): void => {
    write(core, SEG.ES, o.destination(), size, read(core, o.segment, o.source(), size));
    o.advanceSource();
    o.advanceDestination();
  };
  const overrun: Overrun = { order: 'source-destination', counted: { source: 1, destination: 2 } };
  const { access, state } = core;
  const { u8 } = core.memory;
  const bulk = (): number => {
    if (!o.upwards) return 0;
    const from = o.source();
    const to = o.destination();
    const count = Math.min(
      o.runLength(state[WORD.BASE + o.segment]!, from),
      o.runLength(state[WORD.BASE + SEG.ES]!, to),
    );
    if (count < 2) return 0;
    const bytes = count * size;
    const source = access.fastRange(o.segment, from, bytes, false);
    const target = access.fastRange(SEG.ES, to, bytes, true);
    // A target just above its source repeats a pattern: one by one.
    if (source < 0 || target < 0 || (target > source && target < source + bytes)) return 0;
    u8.copyWithin(target, source, source + bytes);
    core.gpr[6]! += bytes;
    core.gpr[7]! += bytes;
    return count;
  };
  return repeated(site, o, withOverrun(site, o, iterate, overrun), false, plain, bulk);
};

const stores: Lowering = (site) => {
  const { core, size } = site;
  const o = new StringOperands(core, site, size);
  const a = accumulator(core, size);
  const iterate = (): void => {
    write(core, SEG.ES, o.destination(), size, a[0]!);
    o.advanceDestination();
  };
  const overrun: Overrun = { order: 'destination', counted: { source: 0, destination: 2 } };
  const { access, state } = core;
  const { u8, view } = core.memory;
  const bulk = (): number => {
    if (!o.upwards) return 0;
    const to = o.destination();
    const count = o.runLength(state[WORD.BASE + SEG.ES]!, to);
    if (count < 2) return 0;
    const bytes = count * size;
    const target = access.fastRange(SEG.ES, to, bytes, true);
    if (target < 0) return 0;
    const value = a[0]!;
    if (size === 1) u8.fill(value, target, target + bytes);
    else if (size === 2) {
      for (let at = target; at < target + bytes; at += 2) view.setInt16(at, value, true);
    } else for (let at = target; at < target + bytes; at += 4) view.setInt32(at, value, true);
    core.gpr[7]! += bytes;
    return count;
  };
  return repeated(site, o, withOverrun(site, o, iterate, overrun), false, plain, bulk);
};

const loads: Lowering = (site) => {
  const { core, size } = site;
  const o = new StringOperands(core, site, size);
  const a = accumulator(core, size);
  const iterate = (): void => {
    a[0] = read(core, o.segment, o.source(), size);
    o.advanceSource();
  };
  const overrun: Overrun = { order: 'source', counted: { source: 1, destination: 0 } };
  return repeated(site, o, withOverrun(site, o, iterate, overrun), false, plain);
};

const compares: Lowering = (site) => {
  const { core, size } = site;
  const o = new StringOperands(core, site, size);
  const shift = shiftOf(size);
  const iterate = (): void => {
    const right = read(core, SEG.ES, o.destination(), size);
    const left = read(core, o.segment, o.source(), size);
    sub(core.state, left, right, shift);
    o.advanceSource();
    o.advanceDestination();
  };
  const overrun: Overrun = { order: 'destination-source', counted: { source: 0, destination: 0 } };
  return repeated(site, o, withOverrun(site, o, iterate, overrun), true, plain);
};

const scans: Lowering = (site) => {
  const { core, size } = site;
  const o = new StringOperands(core, site, size);
  const a = accumulator(core, size);
  const shift = shiftOf(size);
  const iterate = (): void => {
    sub(core.state, a[0]!, read(core, SEG.ES, o.destination(), size), shift);
    o.advanceDestination();
  };
  const overrun: Overrun = { order: 'destination', counted: { source: 0, destination: 1 } };
  return repeated(site, o, withOverrun(site, o, iterate, overrun), true, plain);
};

const inputs: Lowering = (site) => {
  const { core, size } = site;
  const o = new StringOperands(core, site, size);
  const iterate = (): void => {
    const port = core.half[4]!;
    checkPort(core, port, size);
    core.access.probeWrite(SEG.ES, o.destination(), size);
    write(core, SEG.ES, o.destination(), size, core.ports.read(port, size));
    o.advanceDestination();
  };
  return repeated(site, o, iterate, false, alone);
};

const outputs: Lowering = (site) => {
  const { core, size } = site;
  const o = new StringOperands(core, site, size);
  const iterate = (): void => {
    const port = core.half[4]!;
    checkPort(core, port, size);
    core.ports.write(port, size, read(core, o.segment, o.source(), size));
    o.advanceSource();
  };
  const overrun: Overrun = { order: 'source', counted: { source: 1, destination: 0 } };
  return repeated(site, o, withOverrun(site, o, iterate, overrun), false, alone);
};

const sized = (lowering: Lowering, size: Size): Lowering => {
  return (site) => lowering({ ...site, size });
};

export const STRINGS: LoweringTable = {};
for (const [stem, lowering] of [
  ['Movs', moves],
  ['Stos', stores],
  ['Lods', loads],
  ['Cmps', compares],
  ['Scas', scans],
  ['Ins', inputs],
  ['Outs', outputs],
] as const) {
  STRINGS[`${stem}b`] = sized(lowering, 1);
  STRINGS[`${stem}w`] = sized(lowering, 2);
  STRINGS[`${stem}d`] = sized(lowering, 4);
}
