/**
 * The shipped guests on QEMU: the same image must print the same text and end the same way on another PC. Skipped, by
 * name, where `qemu-system-i386` is not installed.
 */
import { describe, expect, it } from 'vitest';
import { SHIPPED_GUESTS } from './registry';
import { HAS_QEMU, QEMU_SKIPPED, runOnQemu, screenOnQemu, TIMEOUT_MS } from './testing/qemu';

/** QEMU has no way to start bare bytes. */
const GUESTS = SHIPPED_GUESTS.flatMap((guest) => {
  const run = guest.runs.bare;
  return 'notMeant' in run || guest.format.kind === 'flat'
    ? []
    : [{ name: guest.name, guest, run }];
});

describe.skipIf(!HAS_QEMU)(`on QEMU${QEMU_SKIPPED}`, () => {
  it.each(GUESTS)(
    '$name prints its text on the serial port and ends as on bare hardware',
    async ({ guest, run }) => {
      const found = await runOnQemu(guest);
      expect(found.serial).toBe(run.console);
      // A triple fault resets the PC, which ends QEMU with status 0.
      expect(found.status).toBe(run.exitCode === undefined ? 0 : run.exitCode * 2 + 1);
    },
    TIMEOUT_MS,
  );

  // A PC that has reset itself shows nothing, and what is typed comes when it likes.
  it.each(
    GUESTS.filter(({ run, guest }) => run.outcome === 'exited' && run.screen && !guest.input),
  )(
    '$name shows the same rows on the VGA screen',
    async ({ guest, run }) => {
      const lastLine = run.console.trimEnd().split('\n').at(-1)!;
      expect(await screenOnQemu(guest, lastLine)).toEqual(run.screen);
    },
    TIMEOUT_MS,
  );
});
