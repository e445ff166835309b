/**
 * A *board*: every device of the PC, wired to one port bus and one clock. The silicon has one; a monitor builds
 * another for its guest from the same classes. It knows no CPU: `pic.pending` is the INTR pin.
 */
import type { Scheduler } from './clock';
import { A20Gate } from './devices/a20';
import { DebugExit } from './devices/debug-exit';
import { KeyboardController } from './devices/keyboard-controller';
import { Pic } from './devices/pic';
import { Pit } from './devices/pit';
import { PostPort } from './devices/post';
import { Rtc } from './devices/rtc';
import { SystemControl } from './devices/system-control';
import { Uart } from './devices/uart';
import { VgaText } from './devices/vga-text';
import type { EventSink, PortBus } from './ports';
import type { Snapshotable } from './snapshot';

const TIMER_IRQ = 0;

export interface BoardOptions {
  readonly bus: PortBus;
  readonly clock: Scheduler;
  readonly events: EventSink;
  readonly device: 'physical' | 'virtual';
  /** The debug-exit port was written. */
  readonly onExit: (code: number) => void;
}

export class Board implements Snapshotable<ReturnType<Board['save']>> {
  readonly pic: Pic;
  readonly pit: Pit;
  readonly systemControl: SystemControl;
  readonly uart: Uart;
  readonly vga: VgaText;
  readonly rtc: Rtc;
  readonly keyboard: KeyboardController;
  readonly debugExit: DebugExit;
  readonly post = new PostPort();
  readonly a20 = new A20Gate();
  /** Every byte the guest sent over the serial line, as Latin-1 text. */
  serial = '';

  constructor({ bus, clock, events, device, onExit }: BoardOptions) {
    this.pic = new Pic(events, bus, device);
    const line = (irq: number) => (high: boolean) => this.pic.setLine(irq, high);
    this.pit = new Pit(clock, `${device} pit`, bus, line(TIMER_IRQ));
    this.systemControl = new SystemControl(clock, this.pit, bus);
    const transmit = (byte: number): void => {
      const text = String.fromCharCode(byte);
      this.serial += text;
      events.emit({ kind: 'console', text });
    };
    this.uart = new Uart(bus, transmit, line(Uart.irq));
    this.vga = new VgaText(clock, bus);
    this.rtc = new Rtc(clock, bus);
    this.keyboard = new KeyboardController(bus, line(KeyboardController.irq));
    this.debugExit = new DebugExit(events, onExit);
    const places = [
      [Pic.ports, this.pic],
      [Pit.ports, this.pit],
      [SystemControl.ports, this.systemControl],
      [Uart.ports, this.uart],
      [VgaText.ports, this.vga],
      [Rtc.ports, this.rtc],
      [KeyboardController.ports, this.keyboard],
      [DebugExit.ports, this.debugExit],
      [PostPort.ports, this.post],
      [A20Gate.ports, this.a20],
    ] as const;
    for (const [ports, part] of places) {
      for (const [first, count] of ports) bus.register(first, count, part);
    }
  }

  save() {
    return {
      pic: this.pic.save(),
      pit: this.pit.save(),
      systemControl: this.systemControl.save(),
      uart: this.uart.save(),
      vga: this.vga.save(),
      rtc: this.rtc.save(),
      keyboard: this.keyboard.save(),
      debugExit: this.debugExit.save(),
      post: this.post.save(),
      a20: this.a20.save(),
      serial: this.serial,
    };
  }

  restore(state: ReturnType<Board['save']>): void {
    this.pic.restore(state.pic);
    this.pit.restore(state.pit);
    this.systemControl.restore(state.systemControl);
    this.uart.restore(state.uart);
    this.vga.restore(state.vga);
    this.rtc.restore(state.rtc);
    this.keyboard.restore(state.keyboard);
    this.debugExit.restore(state.debugExit);
    this.post.restore(state.post);
    this.a20.restore(state.a20);
    this.serial = state.serial;
  }
}
