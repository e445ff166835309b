import { describe, expect, it } from 'vitest';
import type { MachineEventBody } from './events';
import { NotImplemented } from './outcome';
import { PortBus, type PortDevice } from './ports';

function bus() {
  const events: MachineEventBody[] = [];
  return { bus: new PortBus({ emit: (e) => events.push(e) }, 'virtual'), events };
}

describe('port bus', () => {
  it('splits a 32-bit access into four byte accesses, lowest port first, and tells of it once', () => {
    const { bus: b, events } = bus();
    const seen: string[] = [];
    const device: PortDevice = {
      readPort: (port) => port & 0xff,
      writePort: (port, value) => seen.push(`${port.toString(16)}=${value.toString(16)}`),
    };
    b.register(0x10, 4, device);
    b.write(0x10, 4, 0x88776655 | 0);
    expect(seen).toEqual(['10=55', '11=66', '12=77', '13=88']);
    expect(b.read(0x10, 4)).toBe(0x13121110);
    expect(events).toEqual([
      { kind: 'port', direction: 'out', port: 0x10, size: 4, value: 0x88776655, device: 'virtual' },
      { kind: 'port', direction: 'in', port: 0x10, size: 4, value: 0x13121110, device: 'virtual' },
    ]);
  });

  it('is loud about a port nobody answers, before any byte of a wide access is written', () => {
    const { bus: b, events } = bus();
    let writes = 0;
    b.register(0x3f8, 1, { readPort: () => 0, writePort: () => writes++ });
    expect(() => b.write(0x3f8, 2, 0)).toThrow(NotImplemented);
    expect(() => b.write(0x3f8, 2, 0)).toThrow(/0x03f8 \(out, 16 bits, byte at port 0x03f9\)/);
    expect(() => b.read(0x1f0, 1)).toThrow('no device at I/O port 0x01f0 (in, 8 bits)');
    expect(writes).toBe(0);
    expect(events).toEqual([]);
  });

  it('shows every read to the recorder, marked when a device says it depends on time', () => {
    const { bus: b, events } = bus();
    b.register(0x40, 2, {
      readPort: (port) => {
        if (port === 0x40) b.timeDependent = true;
        return 0x99;
      },
      writePort: () => {},
    });
    const reads: [number, number, boolean][] = [];
    b.onRead = (port, value, timed) => {
      reads.push([port, value, timed]);
      return timed ? 0x11 : value;
    };
    expect(b.read(0x40, 1)).toBe(0x11);
    expect(b.read(0x41, 1)).toBe(0x99);
    expect(reads).toEqual([
      [0x40, 0x99, true],
      [0x41, 0x99, false],
    ]);
    expect(events.map((e) => e.kind === 'port' && e.value)).toEqual([0x11, 0x99]);
  });
});
