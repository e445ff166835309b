/** The contest: short rounds, everybody in turn, so that what else the computer does is felt by all alike. */
import { median } from '../numbers';
import { type Contestant, checkCount } from './contestant';
import type { SpeedGuest } from './guest';

export interface Contest {
  /** Rounds that count. */
  readonly rounds: number;
  /** Of one round of one contestant. */
  readonly milliseconds: number;
  /** Rounds before those: code is decoded and compiled, and the JavaScript engine has optimised. */
  readonly warmUps: number;
}

export const DEFAULT_CONTEST: Contest = { rounds: 9, milliseconds: 500, warmUps: 4 };

/** Plain data: it comes out of a browser's worker. */
export interface Standing {
  readonly name: string;
  /** Instructions per second: median, slowest and fastest of the rounds. */
  readonly perSecond: number;
  readonly slowest: number;
  readonly fastest: number;
  /** The first contestant's speed in units of this one's, each round: the median, the least and the most. */
  readonly ratio: number;
  readonly leastRatio: number;
  readonly mostRatio: number;
}

/**
 * Lets the contestants run, checks their counts and closes them.
 * @param contestants ours first
 */
export async function hold(
  contestants: readonly Contestant[],
  guest: SpeedGuest,
  { rounds, milliseconds, warmUps }: Contest,
): Promise<Standing[]> {
  const speeds = contestants.map((): number[] => []);
  for (let round = -warmUps; round < rounds; round++) {
    // Whoever comes first rotates: a disturbance that returns does not always meet the same one.
    for (let turn = 0; turn < contestants.length; turn++) {
      const index = (turn + round + warmUps) % contestants.length;
      const contestant = contestants[index]!;
      const before = contestant.instructions();
      const start = performance.now();
      await contestant.run(milliseconds);
      const seconds = (performance.now() - start) / 1000;
      if (round >= 0) speeds[index]!.push((contestant.instructions() - before) / seconds);
    }
  }
  for (const contestant of contestants) {
    checkCount(contestant, guest);
    await contestant.close();
  }
  const own = speeds[0]!;
  return contestants.map(({ name }, index) => {
    const values = speeds[index]!;
    const ratios = own.map((speed, round) => speed / values[round]!);
    return {
      name,
      perSecond: median(values),
      slowest: Math.min(...values),
      fastest: Math.max(...values),
      ratio: median(ratios),
      leastRatio: Math.min(...ratios),
      mostRatio: Math.max(...ratios),
    };
  });
}
