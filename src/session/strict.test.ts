import { describe, expect, it } from 'vitest';
import { SHIPPED_TEXTS } from '../guests/registry';
import { DEFAULT_WORLD, makeSystem, type World } from './index';

const world = (technique: World['technique']): World => ({
  ...DEFAULT_WORLD,
  guest: { kind: 'shipped', name: 'hello-rings' },
  technique,
  cpu: 'x86-strict',
});

describe('the CPU x86-strict', () => {
  it("raises #GP for the first sensitive instruction of a shipped guest's user code", () => {
    const made = makeSystem(world('bare'), SHIPPED_TEXTS);
    if (!made.ok) throw new Error(made.error.message);
    made.value.run(2_000_000);
    expect(made.value.serial()).toContain('tasks: entering ring 3');
    expect(made.value.serial()).toContain('panic: vector 0x0000000d');
  });

  it('is refused with binary translation, which needs the holes', () => {
    const made = makeSystem(world('binary-translation'), SHIPPED_TEXTS);
    expect(made.ok).toBe(false);
    expect(!made.ok && made.error.message).toContain('x86-strict');
  });
});
