/**
 * What every shipped guest comes to, under every technique it is meant for. The expectations are data in its `guest.ts`; a
 * technique that is meant to show something else than bare hardware says there where and what.
 */
import { describe, expect, it } from 'vitest';
import { runToEnd } from '../hypervisor/testing/equivalence';
import { SHIPPED_GUESTS } from './registry';
import type { MeantDifference, ShippedGuest } from './shipped-guest';
import {
  built,
  compareWithBare,
  LIMIT,
  screenRows,
  systemFor,
  type Technique,
} from './testing/runs';

const SMALL_CACHE_BYTES = 1024;
/** Guest instructions compared with the small cache: enough for many flushes. */
const SMALL_CACHE_LIMIT = 60_000;
/** Their translated code fits the small cache. */
const TINY = ['boot-sector', 'triple-fault'];
const TECHNIQUES = ['bare', 'binary-translation'] as const;

const meant = (technique: Technique) =>
  SHIPPED_GUESTS.flatMap((guest) => {
    const run = guest.runs[technique];
    return 'notMeant' in run ? [] : [{ name: guest.name, guest, run }];
  });

describe.each(TECHNIQUES)('%s', (technique) => {
  it.each(meant(technique))('$name ends and prints as its guest.ts says', ({ guest, run }) => {
    const system = systemFor(guest, technique);
    const outcome = runToEnd(system, LIMIT);
    expect('message' in outcome && outcome.kind === 'stopped' ? outcome.message : '').toBe('');
    expect(system.serial()).toBe(run.console);
    expect(outcome.kind).toBe(run.outcome);
    expect('code' in outcome ? outcome.code : undefined).toBe(run.exitCode);
    if (run.screen) expect(screenRows(system.screen().bytes)).toEqual(run.screen);
  });
});

describe('binary translation beside bare hardware', () => {
  it.each(meant('binary-translation'))(
    '$name: registers, flags and memory are equal at every guest instruction, or differ as said',
    ({ guest, run }) => {
      const { outcome, divergence, replay, first, bare } = compareWithBare(guest);
      expect(outcome.kind).toBe(run.outcome);
      if (run.difference) {
        expect(divergence).not.toBeNull();
        expect(placeOf(guest, divergence!)).toEqual(said(run.difference));
        return;
      }
      expect(divergence).toBeNull();
      expect(replay.divergence).toBeNull();
      expect(replay.remaining).toEqual({ interrupts: 0, reads: 0 });
      expect(bare.guestRetired).toBe(first.guestRetired);
      expect(bare.serial()).toBe(run.console);
    },
    240_000,
  );

  it.each(
    meant('binary-translation').filter(({ name, run }) => !run.difference && !TINY.includes(name)),
  )(
    '$name stays equal with a cache so small that it is flushed again and again',
    ({ guest }) => {
      const { divergence, first } = compareWithBare(guest, SMALL_CACHE_BYTES, SMALL_CACHE_LIMIT);
      expect(first.counts()['cache-flushed']).toBeGreaterThan(0);
      expect(divergence).toBeNull();
    },
    240_000,
  );
});

const said = ({ behind, in: parts }: MeantDifference) => ({ behind, in: parts });

/** The divergence in the words of `MeantDifference`. */
function placeOf(
  guest: ShippedGuest,
  divergence: { readonly guestEip: number; readonly differences: readonly string[] },
) {
  const { symbols } = built(guest).assembly;
  const label = symbols.findLast(
    ({ name, address }) => address < divergence.guestEip && !name.includes('.'),
  );
  const parts = divergence.differences.map((text) => text.split(' ')[0]!);
  return { behind: label?.name, in: parts };
}
