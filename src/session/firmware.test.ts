/** Guests that firmware starts: where a session opens, and what lies before. */
import { describe, expect, it } from 'vitest';
import { bootSector } from '../machine/firmware/testing/boot';
import { Session } from './session';
import { DEFAULT_WORLD } from './world';

describe.each(['bare', 'binary-translation'] as const)('a boot sector on %s', (technique) => {
  it('opens at its own first instruction, with the firmware behind it in time', async () => {
    const session = new Session({ yieldNow: async () => {} });
    const bytes = bootSector('nop');
    const loaded = await session.load({
      ...DEFAULT_WORLD,
      technique,
      guest: { kind: 'image', name: 'boot.img', bytes },
    });
    if (!loaded.ok) throw new Error(loaded.error.message);
    const { moment, guest } = loaded.value.view;
    expect(moment.retired).toBeGreaterThan(1000);
    expect(guest.eip).toBe(0x7c00);
    const back = await session.step('guest', 'backward');
    expect(back.moment.retired).toBeLessThan(moment.retired);
    // An offset in segment F000, below the boot sector's own.
    expect(back.guest.eip).toBeLessThan(0x7c00);
    const again = await session.step('guest', 'forward');
    expect(again.moment).toEqual(moment);
  }, 30_000);
});
