/**
 * A port whose bytes are printed: what `--log-port` asks for. It stands in front of the device that is at the port, if
 * there is one, and changes nothing for it.
 */
import type { PortDevice } from '../ports';

export class LogPort implements PortDevice {
  constructor(
    private readonly inner: PortDevice | undefined,
    private readonly print: (byte: number) => void,
  ) {}

  /** A port with nothing but a log behind it reads all ones. */
  readPort(port: number): number {
    return this.inner?.readPort(port) ?? 0xff;
  }

  writePort(port: number, value: number): void {
    this.print(value);
    this.inner?.writePort(port, value);
  }
}
