/**
 * This machine, run as the session runs it: ahead in slices with pauses between, recording events and leaving
 * checkpoints.
 */
import { invariant } from '../../../src/base/assert';
import { openWorld } from '../../../src/session/run';
import type { Contestant } from './contestant';
import type { SpeedGuest } from './guest';
import { worldOf } from './world';

/** The session's own (`RUN_SLICE` in src/session/session.ts). */
const SLICE_INSTRUCTIONS = 100_000;

/** @param yieldNow lets other work happen, as a session's does */
export function ours(guest: SpeedGuest, yieldNow: () => Promise<void>): Contestant {
  const opened = openWorld(worldOf(guest.image));
  if (!opened.ok) throw new Error(opened.error.message);
  const { recording, cursor } = opened.value;
  return {
    name: 'ringside',
    async run(milliseconds) {
      const end = performance.now() + milliseconds;
      while (performance.now() < end) {
        recording.extend(recording.frontier + SLICE_INSTRUCTIONS);
        await yieldNow();
      }
      invariant(recording.end === null, 'the guest runs for ever');
    },
    instructions: () => recording.frontier,
    iterations() {
      // The other machine of the session goes there by the checkpoints left behind: history is really there.
      cursor.goTo(recording.frontier);
      return cursor.machine.memory.read32(guest.iterationsAt);
    },
    close: async () => {},
  };
}
