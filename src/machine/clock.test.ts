import { describe, expect, it } from 'vitest';
import { Clock } from './clock';
import { COSTS } from './costs';

const sum = (clock: Clock) => clock.cyclesByCause().reduce((total, c) => total + c.cycles, 0);
const of = (clock: Clock, id: string) => clock.cyclesByCause().find((c) => c.id === id)?.cycles;

describe('clock', () => {
  it('breaks every cycle down by cause: what nobody charged was an instruction', () => {
    const clock = new Clock(COSTS.pentium4);
    clock.cycles += 7;
    clock.charge('instructions', 3);
    clock.charge('traps', 550);
    clock.charge('traps', 550);
    clock.charge('idle', 64);
    expect(clock.cycles).toBe(1174);
    expect(of(clock, 'instructions')).toBe(10);
    expect(of(clock, 'traps')).toBe(1100);
    expect(sum(clock)).toBe(clock.cycles);
  });

  it('runs what is due, earliest first, and lets a handler schedule itself again', () => {
    const clock = new Clock(COSTS.modern);
    const ran: string[] = [];
    clock.register('a', () => {
      ran.push(`a@${clock.deadline}`);
      if (ran.length < 4) clock.schedule('a', 30);
    });
    clock.register('b', () => ran.push('b'));
    clock.schedule('a', 20);
    clock.schedule('b', 10);
    expect(clock.deadline).toBe(10);
    clock.cycles = 9;
    clock.onDeadline();
    expect(ran).toEqual([]);
    clock.cycles = 25;
    clock.onDeadline();
    expect(ran).toEqual(['b', 'a@Infinity']);
    expect(clock.deadline).toBe(30);
    clock.schedule('a', null);
    expect(clock.deadline).toBe(Number.POSITIVE_INFINITY);
  });

  it('sleeps exactly to the next deadline, as idle time, and says when nothing will ever come', () => {
    const clock = new Clock(COSTS.modern);
    let ran = 0;
    clock.register('timer', () => ran++);
    clock.schedule('timer', 100);
    clock.cycles = 40;
    expect(clock.idleToDeadline()).toBe(true);
    expect([clock.cycles, of(clock, 'idle'), ran]).toEqual([100, 60, 1]);
    expect(clock.idleToDeadline()).toBe(false);
    expect(clock.cycles).toBe(100);
  });

  it('does not sleep for a device that could not wake the CPU', () => {
    const clock = new Clock(COSTS.modern);
    clock.register('timer', () => {});
    clock.schedule('timer', 100);
    clock.canWake = () => false;
    expect(clock.idleToDeadline()).toBe(false);
    expect(clock.cycles).toBe(0);
  });

  it('makes nothing due while silent, and remembers what was scheduled', () => {
    const clock = new Clock(COSTS.modern);
    clock.register('timer', () => {});
    clock.silent = true;
    clock.schedule('timer', 100);
    expect(clock.deadline).toBe(Number.POSITIVE_INFINITY);
    expect(clock.save().due).toEqual({ timer: 100 });
  });

  it('has the same future after save and restore', () => {
    const clock = new Clock(COSTS.modern);
    const ran: string[] = [];
    for (const owner of ['x', 'y']) clock.register(owner, () => ran.push(owner));
    clock.schedule('y', 50);
    clock.schedule('x', 50);
    clock.charge('returns', 5);
    const saved = structuredClone(clock.save());
    clock.cycles = 60;
    clock.onDeadline();
    const first = ran.splice(0);
    clock.restore(saved);
    expect([clock.cycles, clock.deadline, of(clock, 'returns')]).toEqual([5, 50, 5]);
    clock.cycles = 60;
    clock.onDeadline();
    expect(ran).toEqual(first);
    expect(first).toEqual(['y', 'x']);
  });
});

describe('cost table', () => {
  it.each(['pentium4', 'modern'] as const)('%s keeps its derived values derived', (preset) => {
    const c = COSTS[preset];
    expect(c.trapEnter + c.emulDecode + c.iret).toBe(c.trapAndEmulate);
    expect(c.tlbMissNative).toBe(2 * c.walkRef);
    if (c.tlbMissNested !== null) expect(c.tlbMissNested).toBe(8 * c.walkRef);
    expect(c.inTcEmul).toBeLessThan(c.callout);
    expect(c.callout).toBeLessThan(c.trapAndEmulate);
  });
});
