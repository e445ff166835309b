/** What is measured: an emulator with the guest loaded, which can be run for a while and says how far it came. */
import type { SpeedGuest } from './guest';

export interface Contestant {
  readonly name: string;
  /** Runs for about this long, then stands still. */
  run(milliseconds: number): Promise<void>;
  /** Instructions retired since power-on. Right while standing still. */
  instructions(): number;
  /** What the guest has counted: finished rounds of its work. */
  iterations(): number;
  close(): Promise<void>;
}

/** How far apart emulators may begin to count: one counts its loader's own instructions, another does not. */
const SLACK = 64;

/**
 * Holds an emulator's count of instructions against the guest's own count of rounds.
 * @throws Error if they contradict each other
 */
export function checkCount(contestant: Contestant, guest: SpeedGuest): void {
  const iterations = contestant.iterations();
  const instructions = contestant.instructions();
  const least = guest.firstIteration + (iterations - 1) * guest.perIteration;
  const most = least + guest.perIteration;
  if (iterations > 1 && instructions >= least - SLACK && instructions <= most + SLACK) return;
  throw new Error(
    `${contestant.name} says ${instructions} instructions, but the guest has finished ${iterations} rounds: ` +
      `${least} to ${most} instructions`,
  );
}
