import { describe, expect, it } from 'vitest';
import { NotImplemented } from '../outcome';
import { unmarked } from '../ports';
import { KeyboardController } from './keyboard-controller';

function controller() {
  const edges: boolean[] = [];
  const marker = unmarked();
  const device = new KeyboardController(marker, (high) => {
    if (high !== (edges.at(-1) ?? false)) edges.push(high);
  });
  const command = (value: number) => device.writePort(0x64, value);
  const data = (value: number) => device.writePort(0x60, value);
  const read = () => device.readPort(0x60);
  const full = () => (device.readPort(0x64) & 1) === 1;
  /** Everything there is to read. */
  const drain = () => {
    const bytes: number[] = [];
    while (full()) bytes.push(read());
    return bytes;
  };
  return { device, edges, marker, command, data, read, full, drain };
}

describe('8042 keyboard controller', () => {
  it('passes its self-test and interface test', () => {
    const { command, drain } = controller();
    command(0xaa);
    command(0xab);
    expect(drain()).toEqual([0x55, 0x00]);
  });

  it('reads and writes its configuration byte; there is no mouse', () => {
    const { command, data, drain, device } = controller();
    command(0x60);
    expect(device.readPort(0x64) & 0x08).toBe(0x08);
    data(0x45);
    expect(device.readPort(0x64) & 0x08).toBe(0);
    command(0x20);
    expect(drain()).toEqual([0x65]);
  });

  it('gives key codes in order, one interrupt each, when the interrupt is enabled', () => {
    const { device, command, data, edges, read, full } = controller();
    device.key([0x1e]);
    expect(edges).toEqual([]);
    expect(read()).toBe(0x1e);
    command(0x60);
    data(0x45);
    device.key([0x1e, 0x9e]);
    expect(edges).toEqual([true]);
    expect(read()).toBe(0x1e);
    expect(edges).toEqual([true, false, true]);
    expect([read(), full()]).toEqual([0x9e, false]);
  });

  it('keeps the keyboard waiting while its interface is disabled, and still answers itself', () => {
    const { device, command, drain } = controller();
    command(0xad);
    device.key([0x1e]);
    expect(drain()).toEqual([]);
    command(0xaa);
    expect(drain()).toEqual([0x55]);
    command(0xae);
    expect(drain()).toEqual([0x1e]);
  });

  it.each([
    ['echo', [0xee], [0xee]],
    ['identify, translated', [0xf2], [0xfa, 0xab, 0x41]],
    ['reset', [0xff], [0xfa, 0xaa]],
    ['set lights', [0xed, 0x02], [0xfa, 0xfa]],
    ['typematic rate', [0xf3, 0x20], [0xfa, 0xfa]],
    ['which scan code set', [0xf0, 0x00], [0xfa, 0xfa, 0x41]],
    ['an unknown command: resend', [0xe1], [0xfe]],
  ])('the keyboard answers %s', (_name, bytes, answers) => {
    const { data, drain } = controller();
    for (const byte of bytes) data(byte);
    expect(drain()).toEqual(answers);
  });

  it('hears no keys after the keyboard was told to stop scanning', () => {
    const { device, data, drain } = controller();
    data(0xf5);
    device.key([0x1e]);
    data(0xf4);
    device.key([0x1f]);
    expect(drain()).toEqual([0xfa, 0xfa, 0x1f]);
  });

  it('shows A20 open in its output port, and is loud about closing it or resetting the CPU', () => {
    const { command, data, drain } = controller();
    command(0xd0);
    expect(drain()).toEqual([0x03]);
    command(0xd1);
    data(0x03);
    command(0xd1);
    expect(() => data(0x01)).toThrow(/A20/);
    expect(() => command(0xfe)).toThrow(NotImplemented);
  });

  it('marks reads as time-dependent once a key was pressed', () => {
    const { device, marker, drain } = controller();
    drain();
    expect(marker.timeDependent).toBe(false);
    device.key([0x1e]);
    drain();
    expect(marker.timeDependent).toBe(true);
  });

  it('comes back exactly from save and restore', () => {
    const { device, command, drain } = controller();
    device.key([1, 2, 3]);
    command(0x60);
    const saved = structuredClone(device.save());
    drain();
    device.restore(saved);
    expect(device.save()).toEqual(saved);
    expect(drain()).toEqual([1, 2, 3]);
  });
});
