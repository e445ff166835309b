/** The three lanes, drawn from geometry. Every kind has a shape of its own besides its colour. */
import { memo } from 'react';
import type { BlockMarkKind, TimelineGeometry, TrapKind } from '../../viz/timeline/layout';

/** Where the lanes are, in pixels from the top: the cursor's handle needs the first 12. */
export const LANES = { ring: 12, ringHeight: 18, traps: 46, blocks: 70, height: 84 } as const;

/** Bars reach lower for inner rings: the privilege level can be read without colour. */
const BAR_HEIGHT: Readonly<Record<0 | 1 | 3, number>> = { 3: 10, 1: 14, 0: 18 };

/** Shapes around (0, 0): dot, diamond, triangle, square on its edge. */
const TRAP_SHAPES: Readonly<Record<TrapKind, string>> = {
  trap: 'M-4,0 a4,4 0 1,0 8,0 a4,4 0 1,0 -8,0 z',
  callout: 'M0,-4.5 L4.5,0 0,4.5 -4.5,0 z',
  interrupt: 'M0,-4.5 L4.5,3.5 -4.5,3.5 z',
  fault: 'M-4,-4 h8 v8 h-8 z',
};

const BLOCK_SHAPES: Readonly<Record<BlockMarkKind, string>> = {
  translated: 'M-1.5,-6 h3 v12 h-3 z',
  chained: 'M-1.5,0 h3 v6 h-3 z',
  invalidated: 'M-3,-5 L3,5 M3,-5 L-3,5',
  flushed: 'M-3.5,-6 h7 M0,-6 v12 M-3.5,6 h7',
};

/** One mark as the lanes draw it, for the legend. */
export function LegendMark({ kind }: { readonly kind: TrapKind | BlockMarkKind }) {
  const trap = kind in TRAP_SHAPES;
  const d = trap ? TRAP_SHAPES[kind as TrapKind] : BLOCK_SHAPES[kind as BlockMarkKind];
  return (
    <svg width={10} height={14} viewBox="-5 -7 10 14" aria-hidden="true">
      <path className={`${trap ? 'trap' : 'block'}-mark ${kind}`} d={d} />
    </svg>
  );
}

export const Lanes = memo(function Lanes({ geometry }: { readonly geometry: TimelineGeometry }) {
  return (
    <>
      {geometry.rings.map((bar) => (
        <rect
          key={bar.from}
          className={`ring-bar ring${bar.ring}`}
          x={bar.x}
          y={LANES.ring}
          width={bar.width + 0.25}
          height={BAR_HEIGHT[bar.ring]}
        />
      ))}
      {geometry.traps.map((mark) => (
        <path
          key={mark.at}
          className={`trap-mark ${mark.kind}`}
          d={TRAP_SHAPES[mark.kind]}
          transform={`translate(${mark.x.toFixed(1)},${LANES.traps})`}
        />
      ))}
      {geometry.blocks.map((mark) => (
        <path
          key={mark.at}
          className={`block-mark ${mark.kind}`}
          d={BLOCK_SHAPES[mark.kind]}
          transform={`translate(${mark.x.toFixed(1)},${LANES.blocks})`}
        />
      ))}
    </>
  );
});
