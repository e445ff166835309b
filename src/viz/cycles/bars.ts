/** Cycles by cause as bars: the largest cause fills the room, the others in proportion. */
import { scaleLinear } from 'd3';
import type { CyclesView } from '../../session/view';

/** Whose time it was: the guest's own work, the silicon's, the hypervisor's, or nobody's. */
export type Payer = 'guest' | 'silicon' | 'hypervisor' | 'idle';

export interface CycleBar {
  readonly id: string;
  readonly label: string;
  readonly cycles: number;
  /** 0 to 1 of the room for bars. */
  readonly length: number;
  /** Share of the total, 0 to 1. */
  readonly share: number;
  readonly payer: Payer;
}

const PAYERS: Readonly<Record<string, Payer>> = {
  instructions: 'guest',
  traps: 'silicon',
  returns: 'silicon',
  syscalls: 'silicon',
  'tlb-walks': 'silicon',
  idle: 'idle',
};

/** Causes that cost something, in the session's order. */
export function cycleBars(cycles: CyclesView): readonly CycleBar[] {
  const spent = cycles.causes.filter((cause) => cause.cycles > 0);
  const most = spent.reduce((max, cause) => Math.max(max, cause.cycles), 1);
  const length = scaleLinear().domain([0, most]).range([0, 1]);
  return spent.map((cause) => ({
    ...cause,
    length: length(cause.cycles),
    share: cycles.total > 0 ? cause.cycles / cycles.total : 0,
    payer: PAYERS[cause.id] ?? 'hypervisor',
  }));
}

/** `612`, `61.2k`, `3.40M`: three digits at most before the unit. */
export function shortCount(n: number): string {
  if (n < 1000) return `${n}`;
  if (n < 1_000_000) return `${(n / 1000).toFixed(n < 99_950 ? 1 : 0)}k`;
  if (n < 1_000_000_000) return `${(n / 1_000_000).toFixed(2)}M`;
  return `${(n / 1_000_000_000).toFixed(2)}G`;
}
