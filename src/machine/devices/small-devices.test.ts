import { describe, expect, it } from 'vitest';
import { Clock, CYCLES_PER_SECOND } from '../clock';
import { COSTS } from '../costs';
import type { MachineEventBody } from '../events';
import { NotImplemented } from '../outcome';
import { unmarked } from '../ports';
import { A20Gate } from './a20';
import { DebugExit } from './debug-exit';
import { PostPort } from './post';
import { Rtc } from './rtc';
import { VGA_TEXT_BASE, VgaText } from './vga-text';

describe('debug exit', () => {
  it('ends the run with the byte written to 0xF4; the upper ports of a wide write are ignored', () => {
    const events: MachineEventBody[] = [];
    const codes: number[] = [];
    const device = new DebugExit({ emit: (e) => events.push(e) }, (code) => codes.push(code));
    expect(device.code).toBe(null);
    device.writePort(0xf4, 0x10);
    device.writePort(0xf5, 0x99);
    expect([device.code, codes, events]).toEqual([0x10, [0x10], [{ kind: 'exit', code: 0x10 }]]);
    const saved = device.save();
    device.reset();
    expect(device.code).toBe(null);
    device.restore(saved);
    expect(device.code).toBe(0x10);
  });
});

describe('POST port', () => {
  it('holds the last code', () => {
    const post = new PostPort();
    post.writePort(0x80, 0x42);
    expect([post.readPort(), post.save()]).toEqual([0x42, { code: 0x42 }]);
  });
});

describe('A20 gate', () => {
  it('is open, may be opened again, and is loud about closing and resetting', () => {
    const gate = new A20Gate();
    expect(gate.readPort()).toBe(0x02);
    gate.writePort(0x92, 0x02);
    expect(() => gate.writePort(0x92, 0x00)).toThrow(NotImplemented);
    expect(() => gate.writePort(0x92, 0x03)).toThrow(/reset/);
    expect(gate.readPort()).toBe(0x02);
  });
});

describe('real-time clock', () => {
  function rtc() {
    const clock = new Clock(COSTS.modern);
    const marker = unmarked();
    const device = new Rtc(clock, marker);
    const read = (index: number) => {
      device.writePort(0x70, index);
      return device.readPort(0x71);
    };
    const write = (index: number, value: number) => {
      device.writePort(0x70, index);
      device.writePort(0x71, value);
    };
    return { clock, marker, device, read, write };
  }
  const DATE = [0x32, 0x09, 0x08, 0x07, 0x06, 0x04, 0x02, 0x00];

  it('starts at noon on Saturday, 21 October 2006, in BCD', () => {
    const { read, marker } = rtc();
    expect(DATE.map(read)).toEqual([0x20, 0x06, 0x10, 0x21, 0x07, 0x12, 0x00, 0x00]);
    expect(marker.timeDependent).toBe(true);
  });

  it('goes with the cycles, in binary and 12-hour format if register B says so', () => {
    const { clock, read, write } = rtc();
    clock.cycles = CYCLES_PER_SECOND * (3 * 3600 + 25 * 60 + 59.5);
    write(0x0b, 0x04);
    expect(DATE.map(read)).toEqual([20, 6, 10, 21, 7, 3 | 0x80, 25, 59]);
  });

  it('says an update is in progress during the last two milliseconds of a second', () => {
    const { clock, read } = rtc();
    clock.cycles = CYCLES_PER_SECOND * 0.997;
    expect(read(0x0a)).toBe(0x26);
    clock.cycles = CYCLES_PER_SECOND * 0.999;
    expect(read(0x0a)).toBe(0xa6);
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

  it('is loud about setting the time and about its interrupts', () => {
    const { write } = rtc();
    expect(() => write(0x00, 1)).toThrow(NotImplemented);
    expect(() => write(0x0b, 0x42)).toThrow(/interrupts/);
    expect(() => write(0x0b, 0x82)).toThrow(/setting/);
  });
});

describe('VGA text', () => {
  function vga() {
    const clock = new Clock(COSTS.modern);
    const marker = unmarked();
    const device = new VgaText(clock, marker);
    const crtc = (index: number, value: number) => {
      device.writePort(0x3d4, index);
      device.writePort(0x3d5, value);
    };
    return { clock, marker, device, crtc };
  }
  const memory =
    (text: string, at = 0) =>
    (physical: number) => {
      const offset = physical - VGA_TEXT_BASE - at * 2;
      if (offset < 0 || offset >= text.length * 2) return 0;
      return offset & 1 ? 0x1f : text.charCodeAt(offset >> 1);
    };

  it('shows 80 x 25 cells of character and attribute from 0xB8000', () => {
    const { device } = vga();
    const screen = device.screen(memory('Hi'));
    expect(screen.bytes.length).toBe(4000);
    expect(Array.from(screen.bytes.slice(0, 6))).toEqual([0x48, 0x1f, 0x69, 0x1f, 0, 0]);
  });

  it('has the cursor where registers 0x0E and 0x0F say, unless register 0x0A turns it off', () => {
    const { device, crtc } = vga();
    crtc(0x0e, 0x01);
    crtc(0x0f, 0x40);
    expect(device.screen(memory('')).cursor).toBe(0x140);
    expect(device.readPort(0x3d5)).toBe(0x40);
    crtc(0x0a, 0x2d);
    expect(device.screen(memory('')).cursor).toBe(null);
  });

  it('scrolls by the start address, cursor included', () => {
    const { device, crtc } = vga();
    crtc(0x0d, 80);
    crtc(0x0f, 85);
    const screen = device.screen(memory('second row', 80));
    expect([String.fromCharCode(screen.bytes[0] ?? 0), screen.cursor]).toEqual(['s', 5]);
    crtc(0x0f, 79);
    expect(device.screen(memory('')).cursor).toBe(null);
  });

  it('protects the horizontal timing until bit 7 of register 0x11 is cleared', () => {
    const { device, crtc } = vga();
    crtc(0x00, 0x11);
    device.writePort(0x3d4, 0x00);
    expect(device.readPort(0x3d5)).toBe(0x5f);
    crtc(0x11, 0x0e);
    crtc(0x00, 0x11);
    expect(device.readPort(0x3d5)).toBe(0x11);
  });

  it('shows the beam in input status 1, which depends on time', () => {
    const { device, clock, marker } = vga();
    const frame = CYCLES_PER_SECOND / 70;
    const at = (part: number) => {
      clock.cycles = frame * part;
      return device.readPort(0x3da);
    };
    expect([at(0.0001), at(410 / 449), at(413 / 449), at(0.9 / 449)]).toEqual([0, 1, 9, 1]);
    expect(marker.timeDependent).toBe(true);
  });

  it('comes back exactly from save and restore', () => {
    const { device, crtc } = vga();
    crtc(0x0f, 7);
    device.writePort(0x3c2, 0x63);
    const saved = structuredClone(device.save());
    crtc(0x0f, 9);
    device.reset();
    expect(device.readPort(0x3cc)).toBe(0x67);
    device.restore(saved);
    expect([device.screen(memory('')).cursor, device.readPort(0x3cc)]).toEqual([7, 0x63]);
  });
});
