/**
 * Which line of one text is which line of another: how breakpoints and marks follow edits. Equal lines are paired from
 * both ends, then by lines that occur once in each text (the "patience" way of comparing files).
 */

/** @param line 1-based @returns the line it became; for a line that is gone, the one that stands in its place */
export type LineMap = ((line: number) => number) & {
  /** Null for a line that is gone. */
  readonly still: (line: number) => number | null;
};

const same = (line: number): number => line;
const SAME: LineMap = Object.assign(same, { still: same });

export function lineMap(before: string, after: string): LineMap {
  if (before === after) return SAME;
  const known = recent.find((r) => r.before === before && r.after === after);
  if (known) return known.map;
  const map = compare(before, after);
  recent = [{ before, after, map }, ...recent.slice(0, REMEMBERED - 1)];
  return map;
}

/** Marks, breakpoints and the cursor ask about the same two texts at each key. */
const REMEMBERED = 6;
let recent: readonly {
  readonly before: string;
  readonly after: string;
  readonly map: LineMap;
}[] = [];

function compare(before: string, after: string): LineMap {
  const a = before.split('\n');
  const b = after.split('\n');
  /** By 0-based line of `before`: its line in `after`, or -1. */
  const pair = new Int32Array(a.length).fill(-1);
  pairUp(a, b, { from: 0, to: a.length }, { from: 0, to: b.length }, pair);
  const still = (line: number): number | null => {
    const found = pair[line - 1] ?? -1;
    return found >= 0 ? found + 1 : null;
  };
  const map = (line: number): number => {
    const at = Math.min(Math.max(line - 1, 0), a.length - 1);
    if ((pair[at] ?? -1) >= 0) return (pair[at] ?? 0) + 1;
    let previous = at;
    while (previous >= 0 && (pair[previous] ?? -1) < 0) previous--;
    let following = at;
    while (following < a.length && (pair[following] ?? -1) < 0) following++;
    const first = previous < 0 ? 0 : (pair[previous] ?? 0) + 1;
    const end = following < a.length ? (pair[following] ?? 0) : b.length - 1;
    return Math.min(first + (at - previous - 1), Math.max(end, 0)) + 1;
  };
  return Object.assign(map, { still });
}

interface Range {
  readonly from: number;
  readonly to: number;
}

function pairUp(
  a: readonly string[],
  b: readonly string[],
  inA: Range,
  inB: Range,
  pair: Int32Array,
): void {
  let { from: a0, to: a1 } = inA;
  let { from: b0, to: b1 } = inB;
  while (a0 < a1 && b0 < b1 && a[a0] === b[b0]) pair[a0++] = b0++;
  while (a0 < a1 && b0 < b1 && a[a1 - 1] === b[b1 - 1]) pair[--a1] = --b1;
  if (a0 === a1 || b0 === b1) return;
  let lastA = a0;
  let lastB = b0;
  const anchors = increasing(common(a, b, { from: a0, to: a1 }, { from: b0, to: b1 }));
  if (anchors.length === 0) return;
  for (const [x, y] of [...anchors, [a1, b1] as const]) {
    pairUp(a, b, { from: lastA, to: x }, { from: lastB, to: y }, pair);
    if (x === a1) break;
    pair[x] = y;
    lastA = x + 1;
    lastB = y + 1;
  }
}

type Anchor = readonly [number, number];

/** Lines that occur once in each range, by their place in `a`. */
function common(a: readonly string[], b: readonly string[], inA: Range, inB: Range): Anchor[] {
  const onceIn = (lines: readonly string[], { from, to }: Range): Map<string, number> => {
    const found = new Map<string, number>();
    for (let i = from; i < to; i++) {
      const text = lines[i] ?? '';
      found.set(text, found.has(text) ? -1 : i);
    }
    return found;
  };
  const theirs = onceIn(b, inB);
  return [...onceIn(a, inA)].flatMap(([text, i]) => {
    const j = theirs.get(text) ?? -1;
    return i >= 0 && j >= 0 ? [[i, j] as const] : [];
  });
}

/** The longest run of anchors that keeps the order in both texts. */
function increasing(anchors: readonly Anchor[]): Anchor[] {
  const previous: number[] = [];
  /** By length: the anchor that ends such a run lowest. */
  const ends: number[] = [];
  anchors.forEach(([, y], i) => {
    let low = 0;
    let high = ends.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((anchors[ends[middle] ?? 0]?.[1] ?? 0) < y) low = middle + 1;
      else high = middle;
    }
    previous[i] = low > 0 ? (ends[low - 1] ?? -1) : -1;
    ends[low] = i;
  });
  const run: Anchor[] = [];
  for (let i = ends.at(-1) ?? -1; i >= 0; i = previous[i] ?? -1) {
    const anchor = anchors[i];
    if (anchor) run.unshift(anchor);
  }
  return run;
}
