/**
 * BIOS services that are not there: their vectors lead to stubs (loader/real-mode.ts, and the first KiB of the firmware)
 * whose `out` ends here, and this stops the machine with the name of the service that was asked for.
 *
 * @see IBM PC/AT Technical Reference, "ROM BIOS and System Usage": "Interrupt Vectors"
 */
import { hex8 } from '../../base/hex';
import { BIOS_STUB_PORT, vectorOfStub } from '../loader/real-mode';
import { NotImplemented } from '../outcome';
import type { PortDevice } from '../ports';

/** What the vectors of BIOS services are for, to help whoever reads the message. */
const SERVICES: Readonly<Record<number, string>> = {
  16: 'video',
  17: 'equipment list',
  18: 'memory size',
  19: 'disk',
  20: 'serial port',
  21: 'system services',
  22: 'keyboard',
  23: 'printer',
  24: 'BASIC',
  25: 'bootstrap loader',
  26: 'time of day',
};

/** The CPU that runs the stub. */
interface StubCpu {
  readonly gpr: Int32Array;
  readonly eip: number;
}

export class MissingBios implements PortDevice {
  static readonly ports = [[BIOS_STUB_PORT, 1]] as const;

  /** @param hasFirmware there is a BIOS, which lacks just this; else there is none at all */
  constructor(
    private readonly cpu: () => StubCpu,
    private readonly hasFirmware: boolean,
  ) {}

  readPort(): number {
    return 0xff;
  }

  writePort(): void {
    const { gpr, eip } = this.cpu();
    const vector = vectorOfStub(eip & 0xffff);
    const upper = (n: number) => `${hex8(n).toUpperCase()}h`;
    const ah = `AH=${upper((gpr[0] ?? 0) >>> 8)}`;
    const service = SERVICES[vector];
    throw new NotImplemented(
      service === undefined
        ? `interrupt ${upper(vector)} (${ah}) has no handler: the guest set none and ${this.hasFirmware ? 'the BIOS has none' : 'there is no BIOS'}`
        : `BIOS service INT ${upper(vector)} ${ah} (${service}) is not there: ${this.hasFirmware ? "this machine's BIOS does not offer it" : 'this machine has no BIOS'}`,
    );
  }
}
