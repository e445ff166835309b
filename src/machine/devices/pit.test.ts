import { describe, expect, it } from 'vitest';
import { Clock, CYCLES_PER_PIT_TICK } from '../clock';
import { COSTS } from '../costs';
import { unmarked } from '../ports';
import { Pit } from './pit';
import { SystemControl } from './system-control';

function timer() {
  const clock = new Clock(COSTS.pentium4);
  const marker = unmarked();
  const edges: string[] = [];
  let level: boolean | null = null;
  const pit = new Pit(clock, 'pit', marker, (high) => {
    if (high !== level) edges.push(`${high ? 'up' : 'down'}@${clock.cycles / CYCLES_PER_PIT_TICK}`);
    level = high;
  });
  const control = new SystemControl(clock, pit, marker);
  /** Lets ticks pass as the CPU does: deadline by deadline. */
  const pass = (ticks: number) => {
    const end = clock.cycles + ticks * CYCLES_PER_PIT_TICK;
    while (clock.deadline <= end) {
      clock.cycles = Math.max(clock.cycles, clock.deadline);
      clock.onDeadline();
    }
    clock.cycles = end;
  };
  const load = (counter: number, controlWord: number, count: number) => {
    pit.writePort(0x43, controlWord);
    pit.writePort(0x40 + counter, count & 0xff);
    pit.writePort(0x40 + counter, count >> 8);
  };
  const read16 = (counter: number) =>
    pit.readPort(0x40 + counter) | (pit.readPort(0x40 + counter) << 8);
  return { clock, pit, control, edges, pass, load, read16, marker };
}

describe('8254', () => {
  it('mode 2: the pulse is not lost when the clock looks up several ticks late', () => {
    const { clock, edges, load } = timer();
    load(0, 0x34, 100);
    clock.cycles = 150 * CYCLES_PER_PIT_TICK;
    clock.onDeadline();
    expect(edges).toEqual(['up@0', 'down@150', 'up@150']);
  });

  it('mode 0: OUT is low until N + 1 ticks after the count is written, then stays high', () => {
    const { edges, pass, load } = timer();
    pass(10);
    load(0, 0x30, 5);
    pass(100);
    expect(edges).toEqual(['up@0', 'down@10', 'up@16']);
  });

  it('mode 0: the count wraps after the terminal count and goes on', () => {
    const { pass, load, read16 } = timer();
    load(0, 0x30, 5);
    pass(3);
    expect(read16(0)).toBe(3);
    pass(5);
    expect(read16(0)).toBe(0xfffe);
  });

  it('mode 2: OUT goes low for one tick every N ticks', () => {
    const { edges, pass, load } = timer();
    load(0, 0x34, 10);
    pass(32);
    expect(edges).toEqual(['up@0', 'down@10', 'up@11', 'down@20', 'up@21', 'down@30', 'up@31']);
  });

  it('mode 2: a new count takes effect at the end of the current period', () => {
    const { edges, pass, load, pit } = timer();
    load(0, 0x34, 10);
    pass(15);
    pit.writePort(0x40, 4);
    pit.writePort(0x40, 0);
    pass(12);
    expect(edges.slice(1)).toEqual(['down@10', 'up@11', 'down@20', 'up@21', 'down@24', 'up@25']);
  });

  it('mode 3: a square wave, one tick longer high than low for odd counts', () => {
    for (const [count, expected] of [
      [8, ['up@0', 'down@5', 'up@9', 'down@13', 'up@17']],
      [7, ['up@0', 'down@5', 'up@8', 'down@12', 'up@15', 'down@19']],
    ] as const) {
      const { edges, pass, load } = timer();
      load(0, 0x36, count);
      pass(19);
      expect(edges).toEqual(expected);
    }
  });

  it('mode 3: the count goes down by two', () => {
    const { pass, load, read16 } = timer();
    load(0, 0x36, 100);
    pass(1);
    const seen = [read16(0)];
    pass(1);
    seen.push(read16(0));
    pass(48);
    seen.push(read16(0));
    pass(1);
    seen.push(read16(0));
    expect(seen).toEqual([100, 98, 2, 100]);
  });

  it('mode 4: one low tick when the count is over', () => {
    const { edges, pass, load } = timer();
    load(0, 0x38, 6);
    pass(50);
    expect(edges).toEqual(['up@0', 'down@7', 'up@8']);
  });

  it('modes 1 and 5 wait for their gate, which counter 0 never gets', () => {
    const { edges, pass, load } = timer();
    load(0, 0x32, 6);
    load(0, 0x3a, 6);
    pass(50);
    expect(edges).toEqual(['up@0']);
  });

  it('a count of 0 means 65536, or 10000 in BCD', () => {
    const { edges, pass, load } = timer();
    load(0, 0x34, 0);
    pass(65537);
    expect(edges).toEqual(['up@0', 'down@65536', 'up@65537']);
    const bcd = timer();
    bcd.load(0, 0x35, 0);
    bcd.pass(10001);
    expect(bcd.edges).toEqual(['up@0', 'down@10000', 'up@10001']);
  });

  it('BCD counts in decimal digits', () => {
    const { pass, load, read16 } = timer();
    load(0, 0x31, 0x1000);
    pass(2);
    expect(read16(0)).toBe(0x0999);
  });

  it('the counter latch holds one moment for both bytes, and a second latch is ignored', () => {
    const { pass, load, pit, read16 } = timer();
    load(0, 0x34, 0x1000);
    pass(1);
    pit.writePort(0x43, 0x00);
    pass(0x101);
    pit.writePort(0x43, 0x00);
    expect(read16(0)).toBe(0x1000);
    expect(read16(0)).toBe(0x1000 - 0x101);
  });

  it('read-back latches status first, then count', () => {
    const { pass, load, pit } = timer();
    load(0, 0x34, 0x1234);
    pit.writePort(0x43, 0xe2); // status of counter 0 only
    expect(pit.readPort(0x40)).toBe(0x80 | 0x40 | 0x34); // OUT high, count not loaded yet
    pass(1);
    pit.writePort(0x43, 0xc2); // status and count
    expect([pit.readPort(0x40), pit.readPort(0x40), pit.readPort(0x40)]).toEqual([
      0xb4, 0x34, 0x12,
    ]);
  });

  it('one-byte access reads and writes one byte', () => {
    const { pass, pit } = timer();
    pit.writePort(0x43, 0x14);
    pit.writePort(0x40, 0x80);
    pass(1);
    expect([pit.readPort(0x40), pit.readPort(0x40)]).toEqual([0x80, 0x80]);
    pit.writePort(0x43, 0x24);
    pit.writePort(0x40, 0x80);
    pass(2);
    expect(pit.readPort(0x40)).toBe(0x7f);
  });

  it('reads are time-dependent, writes are not', () => {
    const { pit, marker } = timer();
    pit.writePort(0x43, 0x34);
    expect(marker.timeDependent).toBe(false);
    pit.readPort(0x40);
    expect(marker.timeDependent).toBe(true);
  });

  it('counter 2 counts only while the gate in port 0x61 is open, and shows OUT in bit 5', () => {
    const { control, pass, load, read16 } = timer();
    load(2, 0xb0, 20);
    pass(50);
    expect(control.readPort() & 0x23).toBe(0);
    control.writePort(0x61, 0x01);
    pass(19);
    expect([control.readPort() & 0x21, read16(2)]).toEqual([0x01, 1]);
    control.writePort(0x61, 0x00);
    pass(100);
    expect([control.readPort() & 0x21, read16(2)]).toEqual([0x00, 1]);
    control.writePort(0x61, 0x01);
    pass(1);
    expect(control.readPort() & 0x21).toBe(0x21);
  });

  it('counter 2 in mode 1 is a one-shot that the gate triggers', () => {
    const { control, pass, load } = timer();
    load(2, 0xb2, 4);
    pass(10);
    expect(control.readPort() & 0x20).toBe(0x20);
    control.writePort(0x61, 0x01);
    pass(1);
    expect(control.readPort() & 0x20).toBe(0);
    pass(4);
    expect(control.readPort() & 0x20).toBe(0x20);
  });

  it('counter 2 in mode 3 stops high when the gate closes and starts over when it opens', () => {
    const { control, pass, load, read16 } = timer();
    control.writePort(0x61, 0x03);
    load(2, 0xb6, 10);
    pass(8);
    expect(control.readPort() & 0x20).toBe(0);
    control.writePort(0x61, 0x02);
    expect(control.readPort() & 0x20).toBe(0x20);
    pass(100);
    control.writePort(0x61, 0x03);
    pass(1);
    expect(read16(2)).toBe(10);
  });

  it('the refresh bit of port 0x61 toggles every 18 ticks', () => {
    const { control, pass } = timer();
    const seen = [0, 17, 1, 17, 1].map((ticks) => {
      pass(ticks);
      return control.readPort() & 0x10;
    });
    expect(seen).toEqual([0, 0, 0x10, 0x10, 0]);
  });

  it('has the same edges after save and restore', () => {
    const { clock, pit, edges, pass, load } = timer();
    load(0, 0x36, 12);
    pass(7);
    pit.writePort(0x40, 0x05); // half a count waits in the checkpoint
    const saved = structuredClone({ pit: pit.save(), clock: clock.save() });
    const run = () => {
      edges.length = 0;
      pit.writePort(0x40, 0x00);
      pass(40);
      return edges.slice();
    };
    const first = run();
    pit.restore(saved.pit);
    clock.restore(saved.clock);
    expect(run()).toEqual(first);
    expect(first.length).toBeGreaterThan(8);
  });
});
