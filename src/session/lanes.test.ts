/** What is collected while a run is recorded, cut at a moment and filled again, is what it was. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SHIPPED_TEXTS } from '../guests/registry';
import { EventStops } from './event-stops';
import { Excursions } from './excursions';
import { openWorld } from './run';
import { Timeline } from './timeline';
import { DEFAULT_WORLD } from './world';

describe.each(['bare', 'binary-translation'] as const)('lanes on %s', (technique) => {
  it('cut anywhere and filled again give the same answers', () => {
    const guest = { kind: 'shipped', name: 'hello-rings' } as const;
    const opened = openWorld({ ...DEFAULT_WORLD, technique, guest }, SHIPPED_TEXTS);
    if (!opened.ok) throw new Error(opened.error.message);
    const { recording, map } = opened.value;
    recording.extend(1e9);
    const end = recording.end ?? 0;
    const events = recording.between(0, end);
    const whole = [EventStops.atStart(), new Excursions(), new Timeline(0, map)] as const;
    for (const event of events) for (const lane of whole) lane.take(event);
    fc.assert(
      fc.property(fc.integer({ min: 0, max: end }), (moment) => {
        const cut = [
          whole[0].until(moment),
          whole[1].until(moment),
          whole[2].until(moment),
        ] as const;
        for (const event of events) {
          if (event.retired >= moment) for (const lane of cut) lane.take(event);
        }
        for (let at = 0; at <= end; at += 97) {
          expect(cut[0].after(at)).toBe(whole[0].after(at));
          expect(cut[1].around(at, 1)).toEqual(whole[1].around(at, 1));
          expect(cut[1].endedIn(at, at + 500)).toEqual(whole[1].endedIn(at, at + 500));
        }
        expect(cut[2].cut(0, end, 200, end, end)).toEqual(whole[2].cut(0, end, 200, end, end));
      }),
      { numRuns: 6, seed: 3 },
    );
  }, 60_000);
});
