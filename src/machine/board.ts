/**
 * A *board*: every device of the PC, wired to one port bus and one clock. The silicon has one; a monitor builds
 * another for its guest from the same classes. It knows no CPU: `pic.pending` is the INTR pin.
 */
import { invariant } from '../base/assert';
import { CYCLES_PER_SECOND, type Scheduler } from './clock';
import { A20Gate } from './devices/a20';
import { Ata } from './devices/ata';
import { AtaDisk } from './devices/ata-disk';
import { DebugExit } from './devices/debug-exit';
import { KeyboardController } from './devices/keyboard-controller';
import type { KeyStroke } from './devices/keys';
import { LogPort } from './devices/log-port';
import { Pic } from './devices/pic';
import { Pit } from './devices/pit';
import { PostPort } from './devices/post';
import { ResetControl } from './devices/reset-control';
import { Rtc } from './devices/rtc';
import { SystemControl } from './devices/system-control';
import { Typist } from './devices/typist';
import { Uart } from './devices/uart';
import { VgaText } from './devices/vga-text';
import { NotImplemented } from './outcome';
import type { EventSink, PortBus } from './ports';
import type { Snapshotable } from './snapshot';

const TIMER_IRQ = 0;

const MILLISECOND = Math.round(CYCLES_PER_SECOND / 1000);
/** A typist waits this long after the guest showed that it listens, then between two strokes, or two bytes. */
const KEYBOARD_PACE = { first: 20 * MILLISECOND, between: 5 * MILLISECOND };
const SERIAL_PACE = { first: 20 * MILLISECOND, between: MILLISECOND };

export interface BoardOptions {
  readonly bus: PortBus;
  readonly clock: Scheduler;
  readonly events: EventSink;
  readonly device: 'physical' | 'virtual';
  /** The debug-exit port was written. */
  readonly onExit: (code: number) => void;
  /** What CMOS memory says about the size of memory. */
  readonly memoryBytes: number;
  /** The A20 gate is about to move. Absent: it cannot be closed, and trying to is loud. */
  readonly onA20?: (open: boolean) => void;
  /** The guest resets the CPU, and perhaps the devices. Absent: loud. */
  readonly onReset?: (by: string, devices: boolean) => void;
  /** A port whose bytes go to the console too. */
  readonly logPort?: number;
}

/** Things from outside the machine. */
export interface OutsideInput {
  readonly keys?: readonly KeyStroke[];
  /** Bytes on the serial line. */
  readonly serial?: readonly number[];
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
  readonly a20: A20Gate;
  readonly resetControl: ResetControl;
  /** The primary disk channel; null on a machine without disk, where its ports are nobody's. */
  ata: Ata | null = null;
  /** At the keyboard, and at the other end of the serial line. */
  readonly typist: Typist<KeyStroke>;
  readonly terminal: Typist<number>;
  /** Every byte the guest sent over the serial line or to the log port, as Latin-1 text. */
  serial = '';
  private readonly events: EventSink;
  private readonly plugIn: (image: Uint8Array) => Ata;

  constructor({ bus, clock, events, device, onExit, ...options }: BoardOptions) {
    this.events = events;
    this.plugIn = (image) => {
      const ata = new Ata(new AtaDisk(image), clock, `${device} disk`, bus, line(Ata.irq));
      for (const [first, count] of Ata.ports) bus.register(first, count, ata);
      bus.registerWord(Ata.wordPort, ata);
      return ata;
    };
    const reset = options.onReset ?? refuseReset;
    const resetCpu = (by: string) => reset(by, false);
    this.a20 = new A20Gate(options.onA20 ?? refuseA20, resetCpu);
    this.resetControl = new ResetControl(reset);
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
    this.rtc = new Rtc(clock, `${device} rtc`, bus, line(Rtc.irq), options.memoryBytes);
    const { a20 } = this;
    this.keyboard = new KeyboardController(
      clock,
      `${device} keyboard`,
      bus,
      line(KeyboardController.irq),
      { a20, resetCpu },
    );
    const { keyboard, uart } = this;
    this.typist = new Typist(clock, `${device} typist`, KEYBOARD_PACE, {
      get ready() {
        return keyboard.ready;
      },
      give: (stroke) => keyboard.stroke(stroke),
    });
    keyboard.onReady = () => this.typist.deviceReady();
    this.terminal = new Typist(clock, `${device} terminal`, SERIAL_PACE, {
      get ready() {
        return uart.ready;
      },
      give: (byte) => uart.input([byte]),
    });
    uart.onReady = () => this.terminal.deviceReady();
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
      [ResetControl.ports, this.resetControl],
    ] as const;
    for (const [ports, part] of places) {
      for (const [first, count] of ports) bus.register(first, count, part);
    }
    const { logPort } = options;
    if (logPort !== undefined && logPort !== Uart.ports[0][0]) {
      bus.cover(logPort, (inner) => new LogPort(inner, transmit));
    }
  }

  /** Gives the machine a disk, once, before it runs. */
  attachDisk(image: Uint8Array): void {
    invariant(this.ata === null, 'a machine has one disk');
    this.ata = this.plugIn(image);
  }

  /** Somebody outside begins to type or to send; when it arrives is up to the guest and the machine's time. */
  receive({ keys = [], serial = [] }: OutsideInput): void {
    this.events.emit({ kind: 'input', strokes: keys.length, bytes: serial.length });
    this.typist.type(keys);
    this.terminal.type(serial);
  }

  /** Whether anything that will happen by itself could interrupt the CPU as the 8259 pair is programmed now. */
  couldWake(): boolean {
    const { pic, typist, terminal, keyboard, rtc, ata } = this;
    return (
      pic.couldDeliver(TIMER_IRQ) ||
      (rtc.isAbout && pic.couldDeliver(Rtc.irq)) ||
      (ata?.isAbout === true && pic.couldDeliver(Ata.irq)) ||
      ((keyboard.isAbout || typist.isAbout) && pic.couldDeliver(KeyboardController.irq)) ||
      (terminal.isAbout && pic.couldDeliver(Uart.irq))
    );
  }

  /** Devices back to power-on, as the reset line of the system does it. */
  reset(): void {
    this.pic.reset();
    this.pit.reset();
    this.systemControl.reset();
    this.uart.reset();
    this.vga.reset();
    this.rtc.reset();
    this.keyboard.reset();
    this.a20.reset();
    this.resetControl.reset();
    this.ata?.reset();
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
      resetControl: this.resetControl.save(),
      ata: this.ata?.save() ?? null,
      typist: this.typist.save(),
      terminal: this.terminal.save(),
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
    this.resetControl.restore(state.resetControl);
    if (state.ata) this.ata?.restore(state.ata);
    this.typist.restore(state.typist);
    this.terminal.restore(state.terminal);
    this.serial = state.serial;
  }
}

function refuseA20(open: boolean): void {
  if (!open) throw new NotImplemented('closing the A20 gate');
}

function refuseReset(by: string): void {
  throw new NotImplemented(`resetting the CPU (${by})`);
}
