import { describe, expect, it, vi } from 'vitest';
import { Cursor } from '../history';
import type { GuestSource, TechniqueId } from './index';
import { DEFAULT_WORLD, Session } from './index';

const yieldNow = () => Promise.resolve();
const HELLO: GuestSource = { kind: 'shipped', name: 'hello-rings' };

async function open(technique: TechniqueId, guest = HELLO): Promise<Session> {
  const session = new Session({ yieldNow });
  const loaded = await session.load({ ...DEFAULT_WORLD, technique, guest });
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.error));
  return session;
}

/** A Multiboot guest around a few instructions. */
const assembly = (body: string): GuestSource => ({
  kind: 'assembly',
  name: 'g.asm',
  text: `bits 32
section .text
align 4
dd 0x1badb002, 0, -0x1badb002
global _start
_start:
${body}
`,
});

describe('load', () => {
  it('keeps what is open when the next guest has an error, and says where it is', async () => {
    const session = await open('bare');
    await session.seek({ retired: 100, phase: 0 });
    const failed = await session.load({
      ...DEFAULT_WORLD,
      guest: { kind: 'assembly', name: 'mine.asm', text: 'bits 32\nmov eax,1\nmvo ebx,2\n' },
    });
    expect(failed).toMatchObject({ ok: false, error: { file: 'mine.asm', line: 3, column: 1 } });
    expect((await session.view()).moment.retired).toBe(100);
  });

  it('names the accepted formats for a file that is no guest', async () => {
    const session = new Session({ yieldNow });
    const bytes = new TextEncoder().encode('not a guest');
    const failed = await session.load({
      ...DEFAULT_WORLD,
      guest: { kind: 'image', name: 'photo.png', bytes },
    });
    expect(failed.ok).toBe(false);
    if (!failed.ok) expect(failed.error.hint).toMatch(/Multiboot.*ELF32/s);
  });

  it('names the shipped guests for a name that is none', async () => {
    const session = new Session({ yieldNow });
    const failed = await session.load({ ...DEFAULT_WORLD, guest: { kind: 'shipped', name: 'x' } });
    expect(failed).toMatchObject({
      ok: false,
      error: { hint: expect.stringMatching('hello-rings') },
    });
  });
});

describe('runUntil', () => {
  it('stops behind an event forward and before it backward', async () => {
    const session = await open('bare');
    const condition = { kind: 'event', event: 'trap', where: { vector: 0x80 } } as const;
    const forward = await session.runUntil(condition, 'forward');
    expect(forward.found).toBe(true);
    expect(forward.view.events.map((event) => event.kind)).toContain('trap');
    const at = forward.view.moment.retired;
    const backward = await session.runUntil(condition, 'backward');
    expect(backward).toMatchObject({ found: true, view: { moment: { retired: at - 1 } } });
    expect((await session.runUntil(condition, 'backward')).found).toBe(false);
  });

  it.each(['bare', 'binary-translation'] as const)(
    'finds the same popf by mnemonic forward and backward on %s',
    async (technique) => {
      const session = await open(technique);
      const condition = { kind: 'guest-mnemonic', mnemonic: 'popf', ring: 0 } as const;
      const first = await session.runUntil(condition, 'forward');
      expect(first.found).toBe(true);
      expect(first.view.block?.guest.find((line) => line.next)?.text).toBe('popf');
      const second = await session.runUntil(condition, 'forward');
      expect(second.view.guestRetired).toBeGreaterThan(first.view.guestRetired);
      const back = await session.runUntil(condition, 'backward');
      expect(back.view.moment).toEqual(first.view.moment);
    },
    30_000,
  );

  it('finds a label, and the earlier of two conditions', async () => {
    const session = await open('bare');
    const label = { kind: 'guest-address', address: 'restore_interrupts' } as const;
    const found = await session.runUntil(label, 'forward');
    expect(found.view.block).toMatchObject({ label: 'restore_interrupts' });
    await session.seek({ retired: 0, phase: 0 });
    const any = { kind: 'any', of: [{ kind: 'event', event: 'exit' }, label] } as const;
    expect((await session.runUntil(any, 'forward')).view.moment).toEqual(found.view.moment);
  });

  it('says so when a label is not there', async () => {
    const session = await open('bare');
    const missing = { kind: 'guest-address', address: 'nowhere' } as const;
    await expect(session.runUntil(missing, 'forward')).rejects.toThrow("no label 'nowhere'");
  });
});

describe('seek', () => {
  it('takes a moment beyond the end, and more phases than there are, for the last', async () => {
    const session = await open('bare');
    const trap = await session.runUntil({ kind: 'event', event: 'trap' }, 'forward');
    const retired = trap.view.moment.retired - 1;
    const view = await session.seek({ retired, phase: 99 });
    expect(view.flow?.waypoints.at(view.moment.phase - 1)?.label).toBe('handler entered');
    expect((await session.step('phase', 'backward')).moment.phase).toBe(view.moment.phase - 1);
    const { end } = await session.explore(1e9);
    expect((await session.seek({ retired: 1e12, phase: 0 })).moment.retired).toBe(end);
  });
});

describe('endless guests', () => {
  it('can be interrupted while running and while exploring', async () => {
    let slices = 0;
    const session: Session = new Session({
      yieldNow: async () => {
        if (++slices % 3 === 0) await session.interrupt();
      },
    });
    await session.load({ ...DEFAULT_WORLD, technique: 'bare', guest: assembly('jmp _start') });
    expect(await session.explore(1e12)).toMatchObject({ end: null, outcome: null });
    const until = await session.runUntil({ kind: 'event', event: 'exit' }, 'forward');
    expect(until.found).toBe(false);
    expect(slices).toBeLessThan(20);
  });
});

describe('searches that find nothing', () => {
  const SPIN = assembly('mov esp,0x180000\ncli\njmp $');
  /** Yields as the worker does: what was posted meanwhile is handled first. */
  const macrotask = () => new Promise<void>((resolve) => setImmediate(resolve));

  it('gives up after a bounded stretch, says so, and does not move', async () => {
    const session = await open('bare', SPIN);
    const from = await session.step('guest', 'forward');
    const view = await session.step('event', 'forward');
    expect(view.sentence).toMatch(/^No further event in the next 5,\d{3},\d{3} machine steps/);
    expect(view.moment).toEqual(from.moment);
    const until = await session.runUntil({ kind: 'event', event: 'exit' }, 'forward');
    expect(until.found).toBe(false);
    expect(until.view.sentence).toMatch(/^Nothing of the kind in the next 5,000,000 machine/);
    expect(until.view.moment).toEqual(from.moment);
  }, 60_000);

  it.each(['bare', 'binary-translation'] as const)(
    'is stopped by an interrupt at the next slice on %s, whatever it looks for',
    async (technique) => {
      const session = new Session({ yieldNow: macrotask });
      await session.load({ ...DEFAULT_WORLD, technique, guest: SPIN });
      // What comes before the loop.
      await session.seek({ retired: 40_000, phase: 0 });
      const { moment } = await session.view();
      const until = session.runUntil({ kind: 'guest-address', address: 0x1000 }, 'forward');
      await macrotask();
      await session.interrupt();
      const stopped = await until;
      expect(stopped.found).toBe(false);
      expect(stopped.view.sentence).toMatch(/was stopped/);
      expect(stopped.view.moment).toEqual(moment);
      const step = session.step('event', 'forward');
      await session.interrupt();
      expect((await step).moment).toEqual(moment);
    },
    60_000,
  );
});

describe('play', () => {
  it('looks only at the last moments of a long run: it does not go through it step by step', async () => {
    const session = await open('bare', assembly('jmp $'));
    await session.play(10);
    const step = vi.spyOn(Cursor.prototype, 'runTo');
    await session.play(50_000);
    expect(step.mock.calls.length).toBeLessThan(1000);
    step.mockRestore();
  });
});

describe('the end', () => {
  it('names what is not implemented, and the machine stays inspectable there', async () => {
    const session = await open('bare', assembly('mov eax,5\nfld1\nhlt'));
    const explored = await session.explore(1000);
    expect(explored.outcome?.kind).toBe('stopped');
    const view = await session.seek({ retired: 1000, phase: 0 });
    expect(view.outcome?.kind).toBe('stopped');
    expect(view.sentence).toMatch(/fld1/);
    expect(view.real.gpr[0]).toBe(5);
    expect(view.next?.text).toBe('fld1');
    const back = await session.step('machine', 'backward');
    expect(back.outcome).toBeNull();
  });

  it('is reached by every unit and left again backward', async () => {
    const session = await open('bare', assembly('mov al,1\nout 0xf4,al\nhlt'));
    for (const unit of ['machine', 'guest', 'block', 'event', 'phase'] as const) {
      await session.seek({ retired: 0, phase: 0 });
      let view = await session.view();
      for (let i = 0; i < 5 && !view.outcome; i++) view = await session.step(unit, 'forward');
      expect(view.outcome, unit).toEqual({ kind: 'exited', code: 1 });
      expect(view.moment.retired).toBe(2);
      expect((await session.step(unit, 'backward')).outcome, unit).toBeNull();
    }
  });
});

describe('what is shown on binary translation', () => {
  it('marks the virtual flag and the real flag apart around popf', async () => {
    const session = await open('binary-translation');
    // The first ones, before the guest's own GDT is loaded, cannot run untranslated; they change nothing either.
    await session.seek({ retired: 22_000, phase: 0 });
    for (;;) {
      const at = await session.runUntil({ kind: 'guest-mnemonic', mnemonic: 'popf' }, 'forward');
      expect(at.found).toBe(true);
      if (at.view.guest.interruptFlag === 1) continue;
      const after = await session.step('guest', 'forward');
      if (after.guest.interruptFlag === 0) continue;
      expect(after.real.interruptFlag).toBe(1);
      expect(after.sentence).toBe(
        'popf called out to the hypervisor: virtual IF went from 0 to 1, the real IF stayed 1.',
      );
      expect(after.flow?.kind).toBe('callout');
      expect(after.flow?.waypoints.every((waypoint) => waypoint.reached)).toBe(true);
      const back = await session.step('guest', 'backward');
      expect(back.moment).toEqual(at.view.moment);
      expect(back.whatIf).toMatchObject({ text: 'popf', cpl: 1, trapped: null });
      return;
    }
  }, 60_000);

  it('has a timeline whose lanes fit the buckets and cover the run', async () => {
    const session = await open('binary-translation');
    const { end } = await session.explore(1e9);
    const timeline = await session.timeline(0, end!, 50);
    expect(timeline.ring[0]?.from).toBe(0);
    expect(timeline.ring.at(-1)?.to).toBe(end);
    for (let i = 1; i < timeline.ring.length; i++) {
      expect(timeline.ring[i]!.from).toBe(timeline.ring[i - 1]!.to);
    }
    expect(timeline.ring.length).toBeLessThanOrEqual(50);
    expect(timeline.traps.length).toBeLessThanOrEqual(50);
    expect(timeline.blocks.length).toBeLessThanOrEqual(50);
    expect(new Set(timeline.ring.map((run) => run.ring))).toEqual(new Set([0, 1, 3]));
  });
});
