/**
 * The port bus: finds the device behind an I/O port, splits wide accesses as an ISA bus does, and records each
 * access as one event. It checks no privilege: IOPL and the I/O permission bitmap are the CPU's business.
 */
import { invariant } from '../base/assert';
import { hex16 } from '../base/hex';
import type { MachineEventBody } from './events';
import { NotImplemented } from './outcome';

export type PortSize = 1 | 2 | 4;

/** A device on the bus: eight bits wide, as all of ours were. Ports are absolute numbers. */
export interface PortDevice {
  readPort(port: number): number;
  writePort(port: number, value: number): void;
}

/** The other kind: a port of 16 bits on which a wider access is not cut into bytes (a 32-bit one is two of 16). */
export interface WordPort {
  readWord(): number;
  writeWord(value: number): void;
}

/** Where a device says that what it is returning depends on time. */
export interface ReadMarker {
  timeDependent: boolean;
}

/** Takes events; `EventLog` is one. */
export interface EventSink {
  emit(body: MachineEventBody): void;
}

/** Something that never answered time-dependently: for devices tested alone. */
export const unmarked = (): ReadMarker => ({ timeDependent: false });

const PORTS = 0x10000;

export class PortBus implements ReadMarker {
  /** Set by a device while it answers a read whose value depends on time; cleared before every read. */
  timeDependent = false;
  /**
   * Sees every read and answers what the CPU gets: records time-dependent values, or puts recorded ones in
   * their place. `value` is the whole access, up to 32 bits, unsigned. Null: reads are as they are.
   */
  onRead: ((port: number, value: number, timeDependent: boolean) => number) | null = null;

  private readonly devices: (PortDevice | undefined)[] = [];
  private readonly wordPorts = new Map<number, WordPort>();

  constructor(
    private readonly events: EventSink,
    private readonly device: 'physical' | 'virtual',
  ) {}

  /** Puts a device behind `count` ports from `first`. Two devices on one port are our mistake. */
  register(first: number, count: number, device: PortDevice): void {
    for (let port = first; port < first + count; port++) {
      invariant(this.devices[port] === undefined, `port 0x${hex16(port)} has one device`);
      this.devices[port] = device;
    }
  }

  /** Accesses of 16 and 32 bits to this port go to `device` whole. Those of 8 bits go to the device registered there. */
  registerWord(port: number, device: WordPort): void {
    invariant(!this.wordPorts.has(port), `port 0x${hex16(port)} has one word device`);
    this.wordPorts.set(port, device);
  }

  /** Puts a device in front of whatever is at a port. */
  cover(port: number, make: (inner: PortDevice | undefined) => PortDevice): void {
    this.devices[port] = make(this.devices[port]);
  }

  /**
   * IN. A 16- or 32-bit access becomes byte accesses to consecutive ports, lowest first, unless the port is a wide one.
   * @returns unsigned, zero-extended
   * @throws NotImplemented naming port and size where no device answers
   */
  read(port: number, size: PortSize): number {
    this.requireDevices(port, size, 'in');
    this.timeDependent = false;
    const wide = size === 1 ? undefined : this.wordPorts.get(port);
    let value = wide ? readWords(wide, size) : this.readBytes(port, size);
    if (this.onRead) value = this.onRead(port, value, this.timeDependent);
    this.events.emit({ kind: 'port', direction: 'in', port, size, value, device: this.device });
    return value;
  }

  /** OUT; splits as `read` does. @throws NotImplemented before any byte is written */
  write(port: number, size: PortSize, value: number): void {
    this.requireDevices(port, size, 'out');
    const unsigned = size === 4 ? value >>> 0 : value & ((1 << (8 * size)) - 1);
    this.events.emit({
      kind: 'port',
      direction: 'out',
      port,
      size,
      value: unsigned,
      device: this.device,
    });
    const wide = size === 1 ? undefined : this.wordPorts.get(port);
    if (wide) {
      for (let bit = 0; bit < size * 8; bit += 16) wide.writeWord((unsigned >>> bit) & 0xffff);
      return;
    }
    for (let i = 0; i < size; i++) {
      this.at(port + i).writePort((port + i) % PORTS, (unsigned >>> (8 * i)) & 0xff);
    }
  }

  private readBytes(port: number, size: PortSize): number {
    let value = 0;
    for (let i = 0; i < size; i++) {
      const byte = this.at(port + i).readPort((port + i) % PORTS) & 0xff;
      value = (value | (byte << (8 * i))) >>> 0;
    }
    return value;
  }

  private at(port: number): PortDevice {
    const device = this.devices[port % PORTS];
    invariant(device !== undefined, 'the port was checked to have a device');
    return device;
  }

  /** Real machines float on a missing device (all ones); a guess here would hide what we do not emulate. */
  private requireDevices(port: number, size: PortSize, direction: 'in' | 'out'): void {
    for (let i = 0; i < size; i++) {
      if (this.devices[(port + i) % PORTS] !== undefined) continue;
      const missing = size > 1 ? `, byte at port 0x${hex16(port + i)}` : '';
      throw new NotImplemented(
        `no device at I/O port 0x${hex16(port)} (${direction}, ${size * 8} bits${missing})`,
      );
    }
  }
}

function readWords(device: WordPort, size: PortSize): number {
  let value = 0;
  for (let bit = 0; bit < size * 8; bit += 16) {
    value = (value | ((device.readWord() & 0xffff) << bit)) >>> 0;
  }
  return value;
}
