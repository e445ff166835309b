import { describe, expect, it } from 'vitest';
import { Session } from './session';
import { DEFAULT_WORLD } from './world';

async function opened(): Promise<Session> {
  const session = new Session({ yieldNow: async () => undefined });
  const world = { ...DEFAULT_WORLD, guest: { kind: 'shipped', name: 'hello-rings' } } as const;
  expect((await session.load(world)).ok).toBe(true);
  return session;
}

describe('fingerprint', () => {
  it('differs at every machine step and is the same again on the way back', async () => {
    const session = await opened();
    await session.seek({ retired: 20_000, phase: 0 });
    const out = [await session.fingerprint()];
    for (let i = 0; i < 12; i++) {
      await session.step('machine', 'forward');
      out.push(await session.fingerprint());
    }
    expect(new Set(out).size).toBe(out.length);
    for (const expected of out.slice(0, -1).reverse()) {
      await session.step('machine', 'backward');
      expect(await session.fingerprint()).toBe(expected);
    }
  });

  it('is the same in two sessions at the same moment, however they got there', async () => {
    const [one, other] = [await opened(), await opened()];
    await one.seek({ retired: 30_000, phase: 0 });
    await other.seek({ retired: 60_000, phase: 0 });
    await other.seek({ retired: 30_000, phase: 0 });
    expect(await one.fingerprint()).toBe(await other.fingerprint());
  });
});
