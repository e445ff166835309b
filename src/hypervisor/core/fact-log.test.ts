import { describe, expect, it } from 'vitest';
import { FactLog } from './fact-log';
import type { TimedFact } from './system';

const fact = (n: number): TimedFact => ({ kind: 'read', guestRetired: n, port: 0x40, value: n });
const ofLength = (n: number) => Array.from({ length: n }, (_, i) => fact(i));

describe('fact log', () => {
  it('keeps all facts in order, across chunks', () => {
    const log = new FactLog();
    for (const one of ofLength(600)) log.add(one);
    expect(log.length).toBe(600);
    expect(log.all()).toEqual(ofLength(600));
  });

  it('goes back, takes another future, and comes forward to the first one again', () => {
    const log = new FactLog();
    for (const one of ofLength(300)) log.add(one);
    const early = log.save();
    for (const one of ofLength(700).slice(300)) log.add(one);
    const late = log.save();
    log.restore(early);
    expect(log.all()).toEqual(ofLength(300));
    for (let i = 0; i < 500; i++) log.add(fact(-i));
    log.restore(late);
    expect(log.all()).toEqual(ofLength(700));
  });

  it('keeps the first interrupt of each kind only, where that is asked for', () => {
    const log = new FactLog('firsts');
    const interrupt = (vector: number, irq: number, guestRetired: number): TimedFact => ({
      kind: 'interrupt',
      guestRetired,
      vector,
      irq,
    });
    log.add(fact(1));
    for (let i = 0; i < 1000; i++) log.add(interrupt(0x20 + (i % 2), i % 2, i));
    log.add(interrupt(0x30, 0, 1000));
    expect(log.all()).toEqual([
      interrupt(0x20, 0, 0),
      interrupt(0x21, 1, 1),
      interrupt(0x30, 0, 1000),
    ]);
  });
});
