/**
 * Somebody who looks at a CPU while it runs at full speed, and changes nothing: a debugger's watches.
 *
 * Watched instructions always begin a block of their own, so the run loop can ask before it enters one. Pages with watched
 * bytes lose the fast path, so every access there comes through `Access`'s slow functions, which tell. All else runs
 * as ever. What is told during an instruction is followed up at the boundary behind it (`boundary`), where registers and
 * counters are exact.
 */

/** Pages without a fast path, by linear page number and by page of RAM. */
export interface SlowPages {
  readonly readPages: ReadonlySet<number>;
  /** Holds what `readPages` holds too: a read-modify-write asks for write permission alone. */
  readonly writePages: ReadonlySet<number>;
  readonly readFrames: ReadonlySet<number>;
  readonly writeFrames: ReadonlySet<number>;
}

export interface ObservedPages extends SlowPages {
  /**
   * Whether an access may touch watched bytes: asked for every access on the slow path, so it has to be quick, and
   * only where it says yes is `touches` asked. Parameters as in `ObservedAccess`.
   */
  meets(linear: number, size: number, first: number, second: number): boolean;
}

/** Who makes an access: the instruction, the delivery of an interrupt, or a page walk that sets bits. */
export type AccessBy = 'instruction' | 'delivery' | 'page-walk';

export interface ObservedAccess {
  readonly kind: 'read' | 'write';
  /** Linear address of the first byte, unsigned; 0 for a page walk. */
  readonly linear: number;
  readonly size: number;
  /** RAM address of the first byte, and of the part on a second page (-1: none). May lie beyond RAM. */
  readonly first: number;
  readonly second: number;
  readonly by: AccessBy;
  /** Half of a read-modify-write. */
  readonly modifying: boolean;
  /** The counters are exact now; else at the boundary behind the instruction. */
  readonly settled: boolean;
}

export interface CpuObserver {
  readonly pages: ObservedPages;
  /** Asked when an instruction is decoded: shall `executes` be asked before it executes? */
  isWatched(linear: number): boolean;
  /** The instruction at a watched address is next, with nothing else before it. @returns true to stop here */
  executes(linear: number): boolean;
  /** An access on an observed page (or one that took the slow path anyway). @returns true to look up behind it */
  touches(access: ObservedAccess): boolean;
  /** One iteration of a repeated string instruction is done and will not be undone. */
  iterated(): void;
  /** The instruction in progress raised a fault: what it did counts for nothing, but for bits that walks have set. */
  faulted(): void;
  /**
   * The boundary behind an instruction that `touches` wanted to look up after.
   * @param last the run ends here whatever the answer
   * @returns 'wait' to be asked again behind the next instruction
   */
  boundary(last: boolean): 'go' | 'wait' | 'stop';
  /** The TLB was flushed: the paging registers may have changed. */
  flushed(): void;
}

export const NO_PAGES: ReadonlySet<number> = new Set();
