import { describe, expect, it } from 'vitest';
import { Clock, CYCLES_PER_SECOND } from '../clock';
import { COSTS } from '../costs';
import type { MachineEventBody } from '../events';
import { NotImplemented } from '../outcome';
import { unmarked } from '../ports';
import { A20Gate } from './a20';
import { DebugExit } from './debug-exit';
import { PostPort } from './post';
import { ResetControl } from './reset-control';
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
  it('is open; bit 1 of port 0x92 moves it; a rising bit 0 resets the CPU, once', () => {
    const moves: boolean[] = [];
    const resets: string[] = [];
    const gate = new A20Gate(
      (open) => moves.push(open),
      (by) => resets.push(by),
    );
    expect(gate.readPort()).toBe(0x02);
    gate.writePort(0x92, 0x02);
    gate.writePort(0x92, 0x00);
    expect([gate.open, gate.readPort(), moves]).toEqual([false, 0x00, [false]]);
    const saved = gate.save();
    gate.writePort(0x92, 0x03);
    gate.writePort(0x92, 0x03);
    expect([gate.open, resets]).toEqual([true, ['port 0x92']]);
    gate.restore(saved);
    expect(gate.readPort()).toBe(0x00);
  });

  it('shows what the other handle did', () => {
    const gate = new A20Gate(
      () => {},
      () => {},
    );
    gate.set(false);
    expect(gate.readPort()).toBe(0x00);
  });
});

describe('reset control', () => {
  it('resets at a rising bit 2, with the devices if bit 1 is set', () => {
    const resets: boolean[] = [];
    const device = new ResetControl((_by, devices) => resets.push(devices));
    for (const value of [0x02, 0x06, 0x06, 0x00, 0x04]) device.writePort(0xcf9, value);
    expect(resets).toEqual([true, false]);
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

  it('keeps attribute, sequencer, graphics and palette registers, starting as in mode 3', () => {
    const { device } = vga();
    const indexed = (index: number, data: number) => (register: number, value?: number) => {
      device.writePort(index, register);
      if (value !== undefined) device.writePort(data, value);
      return device.readPort(data);
    };
    const sequencer = indexed(0x3c4, 0x3c5);
    const graphics = indexed(0x3ce, 0x3cf);
    expect([sequencer(2), graphics(6), sequencer(2, 0x0f), graphics(8, 0x55)]).toEqual([
      0x03, 0x0e, 0x0f, 0x55,
    ]);
    device.writePort(0x3c8, 1);
    for (const value of [0xff, 2, 3]) device.writePort(0x3c9, value);
    device.writePort(0x3c7, 1);
    expect([1, 2, 3, 4].map(() => device.readPort(0x3c9))).toEqual([0x3f, 2, 3, 0]);
    device.writePort(0x3c7, 7);
    expect([1, 2, 3].map(() => device.readPort(0x3c9))).toEqual([42, 42, 42]);
  });

  it('takes index and data in turn at 0x3C0, and starts again after input status 1', () => {
    const { device } = vga();
    device.readPort(0x3da);
    device.writePort(0x3c0, 0x30);
    device.writePort(0x3c0, 0x04);
    expect(device.readPort(0x3c1)).toBe(0x04);
    device.writePort(0x3c0, 0x31);
    device.readPort(0x3da);
    device.writePort(0x3c0, 0x33);
    expect([device.readPort(0x3c0), device.readPort(0x3c1)]).toEqual([0x33, 0x08]);
  });

  it('is loud about graphics mode', () => {
    const { device } = vga();
    device.writePort(0x3ce, 6);
    expect(() => device.writePort(0x3cf, 0x05)).toThrow(NotImplemented);
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
