/** The timeline's kinds in words: for hover, the list and the legend. */
import type { BlockMarkKind, TrapKind } from '../../viz/timeline/layout';

export const RING_WORDS: Readonly<Record<0 | 1 | 3, string>> = {
  0: 'ring 0',
  1: 'ring 1, guest kernel',
  3: 'ring 3, user program',
};

export const TRAP_WORDS: Readonly<Record<TrapKind, string>> = {
  trap: 'trap',
  callout: 'callout',
  interrupt: 'interrupt',
  fault: 'fault',
};

export const BLOCK_WORDS: Readonly<Record<BlockMarkKind, string>> = {
  translated: 'translated',
  chained: 'chained',
  invalidated: 'invalidated',
  flushed: 'cache flushed',
};

/** 48211 as `48,211`. */
export const formatCount = (n: number): string => n.toLocaleString('en-US');
