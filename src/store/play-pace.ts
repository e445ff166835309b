/**
 * How many steps play at full speed runs between two pictures. Making a picture costs about as much as running
 * some ten thousand instructions, and a key typed meanwhile waits for the next one: so as many as fit into the time of
 * one picture, which differs by guest, technique and computer.
 */
import type { MachineView } from '../session/view';
import type { Speed } from './app-state';

/** Twenty pictures a second look alive; more would take their time from the guest. */
const PICTURE_MS = 50;
const LEAST = 10_000;
const MOST = 2_000_000;
/** One slow slice (a block is translated, memory is collected) must not end the haste for long. */
const LARGEST_CHANGE = 2;

type InstructionSpeed = Extract<Speed, { kind: 'instructions' }>;

export interface PlayPace {
  run(speed: InstructionSpeed): Promise<MachineView>;
}

/**
 * @param play runs so many machine steps
 * @param now milliseconds of real time; without it slices have the length that the speed says
 */
export function playPace(
  play: (instructions: number) => Promise<MachineView>,
  now?: () => number,
): PlayPace {
  let slice: number | null = null;
  return {
    async run(speed) {
      if (!speed.adapts || !now) return play(speed.slice);
      const instructions = slice ?? speed.slice;
      const before = now();
      const view = await play(instructions);
      const factor = PICTURE_MS / Math.max(1, now() - before);
      const change = Math.min(LARGEST_CHANGE, Math.max(1 / LARGEST_CHANGE, factor));
      slice = Math.round(Math.min(MOST, Math.max(LEAST, instructions * change)));
      return view;
    },
  };
}
