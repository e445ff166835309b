import { describe, expect, it, vi } from 'vitest';
import { CommandQueue } from './command-queue';

function setUp(patience?: () => Promise<void>) {
  const log: string[] = [];
  const interrupt = vi.fn();
  const errors: unknown[] = [];
  const slow: boolean[] = [];
  let busy = false;
  const queue = new CommandQueue({
    interrupt,
    ...(patience ? { patience } : {}),
    onSlow: (value) => slow.push(value),
    onBusy: (value) => {
      busy = value;
    },
    onError: (error) => errors.push(error),
  });
  const gates = new Map<string, () => void>();
  /** A task that logs its name when it starts and ends when its gate is opened. */
  const gated = (name: string) => () => {
    log.push(name);
    return new Promise<void>((resolve) => gates.set(name, resolve));
  };
  const instant = (name: string) => async () => {
    log.push(name);
  };
  return { queue, log, slow, interrupt, errors, gates, gated, instant, isBusy: () => busy };
}

describe('CommandQueue', () => {
  it('runs one command at a time, in order', async () => {
    const t = setUp();
    const first = t.queue.push(t.gated('a'));
    const second = t.queue.push(t.instant('b'));
    expect(t.log).toEqual(['a']);
    t.gates.get('a')?.();
    await first;
    await second;
    expect(t.log).toEqual(['a', 'b']);
  });

  it('lets at most one command with a key wait: a held key does not pile up', async () => {
    const t = setUp();
    const running = t.queue.push(t.gated('step 1'), { key: 'scrub' });
    for (const n of [2, 3, 4, 5]) void t.queue.push(t.instant(`step ${n}`), { key: 'scrub' });
    t.gates.get('step 1')?.();
    await running;
    await vi.waitFor(() => expect(t.isBusy()).toBe(false));
    expect(t.log).toEqual(['step 1', 'step 5']);
  });

  it('interrupts background work when a command arrives, and runs the command next', async () => {
    const t = setUp();
    t.queue.setBackground(t.gated('explore'));
    const step = t.queue.push(t.instant('step'));
    expect(t.interrupt).toHaveBeenCalledTimes(1);
    t.gates.get('explore')?.();
    await step;
    expect(t.log).toEqual(['explore', 'step']);
  });

  it('is busy from the push until the last command has run', async () => {
    const t = setUp();
    const running = t.queue.push(t.gated('a'));
    expect(t.isBusy()).toBe(true);
    t.gates.get('a')?.();
    await running;
    await vi.waitFor(() => expect(t.isBusy()).toBe(false));
  });

  it('tells a task started before a new generation that it is late', async () => {
    const t = setUp();
    let late: boolean | null = null;
    let open = () => {};
    const done = t.queue.push(async (isCurrent) => {
      await new Promise<void>((resolve) => {
        open = resolve;
      });
      late = !isCurrent();
    });
    t.queue.newGeneration();
    open();
    await done;
    expect(late).toBe(true);
  });

  it('goes on after a task that throws', async () => {
    const t = setUp();
    const bad = t.queue.push(async () => {
      throw new Error('worker gone');
    });
    const good = t.queue.push(t.instant('next'));
    await bad;
    await good;
    expect(t.errors).toHaveLength(1);
    expect(t.log).toEqual(['next']);
  });

  it('clear drops what waits and interrupts what runs', async () => {
    const t = setUp();
    const running = t.queue.push(t.gated('play'));
    const dropped = t.queue.push(t.instant('never'));
    t.queue.clear();
    await dropped;
    expect(t.interrupt).toHaveBeenCalledTimes(1);
    t.gates.get('play')?.();
    await running;
    expect(t.log).toEqual(['play']);
  });

  describe('with a command that takes long', () => {
    /** A queue whose patience ends when told. */
    function impatient() {
      let give = () => {};
      const t = setUp(() => new Promise<void>((resolve) => (give = resolve)));
      const passed = async () => {
        give();
        await Promise.resolve();
        await Promise.resolve();
      };
      return { ...t, passed };
    }

    it('interrupts it for the next command, at once and as soon as it counts as slow', async () => {
      const t = impatient();
      void t.queue.push(t.gated('search'));
      void t.queue.push(t.instant('step'));
      expect(t.interrupt).not.toHaveBeenCalled();
      await t.passed();
      expect(t.slow).toEqual([true]);
      expect(t.interrupt).toHaveBeenCalledTimes(1);
      void t.queue.push(t.instant('seek'));
      expect(t.interrupt).toHaveBeenCalledTimes(2);
      t.gates.get('search')?.();
      await vi.waitFor(() => expect(t.isBusy()).toBe(false));
      expect(t.log).toEqual(['search', 'step', 'seek']);
      expect(t.slow).toEqual([true, false]);
    });

    it('lets it go on under its own held key, and beside commands that only look', async () => {
      const t = impatient();
      void t.queue.push(t.gated('search'), { key: 'held' });
      await t.passed();
      void t.queue.push(t.instant('search again'), { key: 'held' });
      void t.queue.push(t.instant('block'), { key: 'block', looks: true });
      expect(t.interrupt).not.toHaveBeenCalled();
      t.gates.get('search')?.();
      await vi.waitFor(() => expect(t.isBusy()).toBe(false));
    });

    it('calls a command that ended in time not slow, nor the one after it', async () => {
      const t = impatient();
      void t.queue.push(t.gated('a'));
      const late = t.passed;
      const second = t.queue.push(t.gated('b'));
      t.gates.get('a')?.();
      await vi.waitFor(() => expect(t.log).toEqual(['a', 'b']));
      t.gates.get('b')?.();
      await second;
      await late();
      expect(t.slow).toEqual([]);
    });
  });
});
