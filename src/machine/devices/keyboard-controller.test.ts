import { describe, expect, it } from 'vitest';
import { Clock } from '../clock';
import { COSTS } from '../costs';
import { NotImplemented } from '../outcome';
import { unmarked } from '../ports';
import { KEYBOARD_BYTE_CYCLES, KeyboardController } from './keyboard-controller';

function controller() {
  const edges: boolean[] = [];
  const marker = unmarked();
  const clock = new Clock(COSTS.modern);
  const resets: string[] = [];
  const a20 = {
    open: true,
    set(open: boolean) {
      this.open = open;
    },
  };
  const device = new KeyboardController(
    clock,
    'keyboard',
    marker,
    (high) => {
      if (high !== (edges.at(-1) ?? false)) edges.push(high);
    },
    { a20, resetCpu: (by) => resets.push(by) },
  );
  const command = (value: number) => device.writePort(0x64, value);
  const data = (value: number) => device.writePort(0x60, value);
  const read = () => device.readPort(0x60);
  const full = () => (device.readPort(0x64) & 1) === 1;
  /** Lets time pass. */
  const wait = (cycles: number) => {
    clock.cycles += cycles;
    clock.onDeadline();
  };
  /** Everything there is to read, and what the keyboard sends meanwhile. */
  const drain = () => {
    const bytes: number[] = [];
    for (;;) {
      if (!full()) wait(2 * KEYBOARD_BYTE_CYCLES);
      if (!full()) return bytes;
      bytes.push(read());
    }
  };
  const press = (...codes: string[]) => {
    for (const code of codes) device.stroke({ code, down: true });
  };
  const release = (code: string) => device.stroke({ code, down: false });
  return {
    ...{ device, edges, marker, clock, resets, a20 },
    ...{ command, data, read, full, drain, wait, press, release },
  };
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
    const { press, release, wait, command, data, edges, read, full } = controller();
    press('KeyA');
    wait(KEYBOARD_BYTE_CYCLES);
    expect(edges).toEqual([]);
    expect(read()).toBe(0x1e);
    command(0x60);
    data(0x45);
    press('KeyA');
    wait(KEYBOARD_BYTE_CYCLES);
    release('KeyA');
    expect(edges).toEqual([true]);
    expect(read()).toBe(0x1e);
    // The break code takes two bytes on the cable, 0xf0 and the code, which become one.
    expect([edges, full()]).toEqual([[true, false], false]);
    wait(KEYBOARD_BYTE_CYCLES);
    expect(full()).toBe(false);
    wait(KEYBOARD_BYTE_CYCLES);
    expect(edges).toEqual([true, false, true]);
    expect([read(), full()]).toEqual([0x9e, false]);
  });

  it('fetches the next byte only after the output buffer was read; an empty one reads as before', () => {
    const { press, wait, read, full } = controller();
    press('KeyA', 'KeyB');
    wait(KEYBOARD_BYTE_CYCLES - 1);
    expect(full()).toBe(false);
    wait(1);
    expect(full()).toBe(true);
    wait(10 * KEYBOARD_BYTE_CYCLES);
    expect([read(), full(), read()]).toEqual([0x1e, false, 0x1e]);
    wait(KEYBOARD_BYTE_CYCLES);
    expect(read()).toBe(0x30);
  });

  it('gives set 2 as it is without translation, and set 1 when the keyboard is told to', () => {
    const { press, release, command, data, drain } = controller();
    command(0x60);
    data(0x04);
    press('KeyA', 'ArrowUp');
    release('ArrowUp');
    expect(drain()).toEqual([0x1c, 0xe0, 0x75, 0xe0, 0xf0, 0x75]);
    data(0xf0);
    data(0x01);
    expect(drain()).toEqual([0xfa, 0xfa]);
    press('KeyA');
    release('ArrowUp');
    expect(drain()).toEqual([0x1e, 0xe0, 0xc8]);
  });

  it('keeps 16 bytes, then one overrun code', () => {
    const { press, command, drain } = controller();
    command(0xad);
    press(...Array.from({ length: 20 }, () => 'KeyA'));
    command(0xae);
    expect(drain()).toEqual([...new Array<number>(16).fill(0x1e), 0xff]);
  });

  it('keeps the keyboard waiting while its interface is disabled, and still answers itself', () => {
    const { press, command, drain } = controller();
    command(0xad);
    press('KeyA');
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
    ['which scan code set, translated', [0xf0, 0x00], [0xfa, 0xfa, 0x41]],
    ['an unknown command: resend', [0xe1], [0xfe]],
  ])('the keyboard answers %s', (_name, bytes, answers) => {
    const { data, drain } = controller();
    for (const byte of bytes) data(byte);
    expect(drain()).toEqual(answers);
  });

  it('the keyboard says the last byte again when asked to resend', () => {
    const { data, drain, press } = controller();
    press('KeyA');
    expect(drain()).toEqual([0x1e]);
    data(0xfe);
    expect(drain()).toEqual([0x1e]);
  });

  it('hears no keys after the keyboard was told to stop scanning', () => {
    const { press, data, drain } = controller();
    data(0xf5);
    press('KeyA');
    expect(drain()).toEqual([0xfa]);
    data(0xf4);
    press('KeyS');
    expect(drain()).toEqual([0xfa, 0x1f]);
  });

  it('shows and moves the A20 gate in its output port', () => {
    const { command, data, drain, a20 } = controller();
    command(0xd0);
    expect(drain()).toEqual([0x03]);
    command(0xd1);
    data(0x01);
    expect(a20.open).toBe(false);
    command(0xd0);
    expect(drain()).toEqual([0x01]);
    command(0xdf);
    expect(a20.open).toBe(true);
    command(0xdd);
    expect(a20.open).toBe(false);
  });

  it('pulses the reset line of the CPU by command 0xFE, and by bit 0 of the output port', () => {
    const { command, data, resets } = controller();
    command(0xff);
    expect(resets).toEqual([]);
    command(0xfe);
    command(0xd1);
    data(0x02);
    expect(resets.length).toBe(2);
  });

  it('is loud about commands it does not know and scan code set 3', () => {
    const { command, data } = controller();
    expect(() => command(0xc8)).toThrow(NotImplemented);
    data(0xf0);
    expect(() => data(0x03)).toThrow(/set 3/);
  });

  it('marks reads as time-dependent once the keyboard had something to say', () => {
    const { press, marker, drain } = controller();
    drain();
    expect(marker.timeDependent).toBe(false);
    press('KeyA');
    drain();
    expect(marker.timeDependent).toBe(true);
  });

  it('is ready for another key when the guest has used it and nothing is left to read', () => {
    const { device, press, wait, read } = controller();
    expect(device.ready).toBe(false);
    device.readPort(0x64);
    expect(device.ready).toBe(true);
    press('KeyA');
    wait(KEYBOARD_BYTE_CYCLES);
    expect(device.ready).toBe(false);
    read();
    expect(device.ready).toBe(true);
  });

  it('comes back exactly from save and restore, in the middle of a byte', () => {
    const { device, clock, press, command, wait, drain } = controller();
    press('KeyA', 'KeyB', 'KeyC');
    wait(100);
    command(0x60);
    const saved = structuredClone({ device: device.save(), clock: clock.save() });
    drain();
    clock.restore(saved.clock);
    device.restore(saved.device);
    expect(device.save()).toEqual(saved.device);
    expect(drain()).toEqual([0x1e, 0x30, 0x2e]);
  });
});
