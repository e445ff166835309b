/** The known word a mistyped one most likely meant. */

/** Edit distance with insertions, deletions, substitutions and swaps of neighbours, capped at `limit + 1`. */
function distance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) > limit) return limit + 1;
  let previous2: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let best = Math.min(previous[j]! + 1, row[j - 1]! + 1, previous[j - 1]! + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        best = Math.min(best, previous2[j - 2]! + 1);
      }
      row.push(best);
    }
    previous2 = previous;
    previous = row;
  }
  return previous[b.length]!;
}

const MAX_LENGTH = 64;

/**
 * The nearest candidate: at most one edit for words up to four letters, two for longer ones; else undefined. Two letters
 * are near too much, so that only their swap counts.
 */
export function nearMiss(word: string, candidates: Iterable<string>): string | undefined {
  // Nobody mistypes names of that length, and to compare them takes long.
  if (word.length > MAX_LENGTH) return undefined;
  const lower = word.toLowerCase();
  const swapped = lower.length === 2 ? lower[1]! + lower[0]! : null;
  const limit = lower.length <= 4 ? 1 : 2;
  let best: string | undefined;
  let bestDistance = limit + 1;
  for (const candidate of candidates) {
    if (swapped !== null && candidate.toLowerCase() !== swapped) continue;
    const found = distance(lower, candidate.toLowerCase(), limit);
    if (found < bestDistance && found < lower.length && candidate !== word) {
      best = candidate;
      bestDistance = found;
    }
  }
  return best;
}
