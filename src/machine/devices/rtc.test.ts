import { describe, expect, it } from 'vitest';
import { Clock, CYCLES_PER_SECOND } from '../clock';
import { COSTS } from '../costs';
import { unmarked } from '../ports';
import { Rtc } from './rtc';

function rtc(memoryBytes = 8 * 0x100000) {
  const clock = new Clock(COSTS.modern);
  const marker = unmarked();
  const edges: [high: boolean, cycles: number][] = [];
  const device = new Rtc(
    clock,
    'rtc',
    marker,
    (high) => {
      if (high !== (edges.at(-1)?.[0] ?? false)) edges.push([high, clock.cycles]);
    },
    memoryBytes,
  );
  const read = (index: number) => {
    device.writePort(0x70, index);
    return device.readPort(0x71);
  };
  const write = (index: number, value: number) => {
    device.writePort(0x70, index);
    device.writePort(0x71, value);
  };
  /** Lets time pass up to a second, one deadline after the other. */
  const until = (seconds: number) => {
    const to = seconds * CYCLES_PER_SECOND;
    while (clock.deadline <= to) {
      clock.cycles = clock.deadline;
      clock.onDeadline();
    }
    clock.cycles = to;
  };
  return { clock, marker, device, edges, read, write, until };
}

const DATE = [0x32, 0x09, 0x08, 0x07, 0x06, 0x04, 0x02, 0x00];
const A = 0x0a;
const B = 0x0b;
const C = 0x0c;

describe('real-time clock', () => {
  it('starts at noon on Saturday, 21 October 2006, in BCD', () => {
    const { read, marker } = rtc();
    expect(DATE.map(read)).toEqual([0x20, 0x06, 0x10, 0x21, 0x07, 0x12, 0x00, 0x00]);
    expect(marker.timeDependent).toBe(true);
  });

  it('goes with the cycles, in binary and 12-hour format if register B says so', () => {
    const { clock, read, write } = rtc();
    clock.cycles = CYCLES_PER_SECOND * (3 * 3600 + 25 * 60 + 59.5);
    write(B, 0x04);
    expect(DATE.map(read)).toEqual([20, 6, 10, 21, 7, 3 | 0x80, 25, 59]);
  });

  it('says an update is in progress during the last two milliseconds of a second', () => {
    const { clock, read } = rtc();
    clock.cycles = CYCLES_PER_SECOND * 0.997;
    expect(read(A)).toBe(0x26);
    clock.cycles = CYCLES_PER_SECOND * 0.999;
    expect(read(A)).toBe(0xa6);
  });

  it('can be set: SET holds the time, and it goes on from what was written', () => {
    const { read, write, until } = rtc();
    write(B, 0x82);
    for (const [index, value] of [
      [0x07, 0x28],
      [0x08, 0x02],
      [0x09, 0x24],
      [0x04, 0x23],
      [0x02, 0x59],
      [0x00, 0x58],
    ] as const) {
      write(index, value);
    }
    until(5);
    expect([read(0x00), read(0x07)]).toEqual([0x58, 0x28]);
    write(B, 0x02);
    until(8);
    // 2024 is a leap year; 29 February was a Thursday.
    expect(DATE.map(read)).toEqual([0x20, 0x24, 0x02, 0x29, 0x05, 0x00, 0x00, 0x01]);
  });

  it('interrupts at the end of every update when UIE is set, until register C is read', () => {
    const { read, write, until, edges } = rtc();
    write(B, 0x12);
    until(1.5);
    expect(edges).toEqual([[true, CYCLES_PER_SECOND]]);
    expect(read(C) & 0xf0).toBe(0xd0);
    expect(edges.length).toBe(2);
    expect(read(C)).toBe(0);
    until(4.5);
    // Not read in between: the line stayed high.
    expect(edges.length).toBe(3);
  });

  it('makes periodic interrupts at the rate of register A', () => {
    const { read, write, until, edges } = rtc();
    write(A, 0x2f);
    write(B, 0x42);
    for (let half = 1; half <= 4; half++) {
      until(half / 2);
      expect(read(C)).toBe(half % 2 === 0 ? 0xd0 : 0xc0);
    }
    const rises = edges.filter(([high]) => high).map(([, cycles]) => cycles / CYCLES_PER_SECOND);
    expect(rises).toEqual([0.5, 1, 1.5, 2]);
  });

  it('sets the flags without interrupts too, for guests that poll', () => {
    const { read, until, edges } = rtc();
    until(1);
    expect(read(C)).toBe(0x50);
    expect(edges).toEqual([]);
  });

  it('goes off at the alarm time, with bytes from 0xC0 on matching anything', () => {
    const { read, write, until, edges } = rtc();
    write(0x05, 0xc0);
    write(0x03, 0x02);
    write(0x01, 0x30);
    write(B, 0x22);
    until(3600);
    expect(edges).toEqual([[true, 150 * CYCLES_PER_SECOND]]);
    expect(read(C) & 0xa0).toBe(0xa0);
    until(2 * 3600);
    expect(edges.at(-1)).toEqual([true, (3600 + 150) * CYCLES_PER_SECOND]);
  });

  it('interrupts for no alarm that no time matches', () => {
    const { write, until, edges } = rtc();
    write(0x01, 0x77);
    write(B, 0x22);
    until(100_000);
    expect(edges).toEqual([]);
  });

  it('keeps CMOS bytes, ignores the NMI bit of the index, and marks only the time', () => {
    const { device, read, write, marker } = rtc();
    write(0x80 | 0x33, 0x5a);
    expect([read(0x33), read(0x0d)]).toEqual([0x5a, 0x80]);
    expect(marker.timeDependent).toBe(false);
    const saved = structuredClone(device.save());
    write(0x33, 0);
    device.restore(saved);
    expect(read(0x33)).toBe(0x5a);
  });

  it('notes the size of memory as firmware does', () => {
    const { read } = rtc(8 * 0x100000);
    expect(read(0x15) | (read(0x16) << 8)).toBe(640);
    expect(read(0x30) | (read(0x31) << 8)).toBe(7 * 1024);
  });

  it('comes back exactly from save and restore', () => {
    const { clock, device, read, write, until, edges } = rtc();
    write(A, 0x2c);
    write(B, 0x52);
    until(0.07);
    const saved = structuredClone({ device: device.save(), clock: clock.save() });
    const before = edges.length;
    const readAndWait = () => {
      read(C);
      until(1);
      return edges.slice(before).map(([high, cycles]) => `${high} ${cycles}`);
    };
    const first = readAndWait();
    expect(first.length).toBeGreaterThan(1);
    clock.restore(saved.clock);
    device.restore(saved.device);
    edges.length = before;
    expect(device.save()).toEqual(saved.device);
    expect(readAndWait()).toEqual(first);
  });
});
