import { describe, expect, it } from 'vitest';
import { unmarked } from '../ports';
import { Uart } from './uart';

const THR = 0x3f8;
const IER = 0x3f9;
const IIR = 0x3fa;
const FCR = 0x3fa;
const LCR = 0x3fb;
const MCR = 0x3fc;
const LSR = 0x3fd;
const MSR = 0x3fe;

function port() {
  const sent: number[] = [];
  const edges: boolean[] = [];
  const marker = unmarked();
  const uart = new Uart(
    marker,
    (byte) => sent.push(byte),
    (high) => {
      if (high !== (edges.at(-1) ?? false)) edges.push(high);
    },
  );
  const write = (at: number, value: number) => uart.writePort(at, value);
  const read = (at: number) => uart.readPort(at);
  return { uart, sent, edges, marker, write, read };
}

describe('16550', () => {
  it('sends what is written to THR, and is always ready for more', () => {
    const { sent, write, read } = port();
    expect(read(LSR)).toBe(0x60);
    write(THR, 0x48);
    write(THR, 0x69);
    expect(sent).toEqual([0x48, 0x69]);
    expect(read(LSR)).toBe(0x60);
  });

  it('shows the divisor latch instead of THR and IER while DLAB is 1', () => {
    const { sent, write, read } = port();
    write(LCR, 0x80);
    write(THR, 0x01);
    write(IER, 0x02);
    expect([read(THR), read(IER), read(LCR)]).toEqual([0x01, 0x02, 0x80]);
    write(LCR, 0x03);
    expect(sent).toEqual([]);
    expect(read(IER)).toBe(0);
  });

  it('raises THR-empty at once when enabled, once more after every byte, and clears it when IIR tells it', () => {
    const { edges, write, read } = port();
    write(MCR, 0x08);
    write(IER, 0x02);
    expect(edges).toEqual([true]);
    expect([read(IIR), read(IIR)]).toEqual([0x02, 0x01]);
    expect(edges).toEqual([true, false]);
    write(THR, 0x41);
    write(THR, 0x42);
    expect(edges).toEqual([true, false, true, false, true]);
  });

  it('interrupts only through OUT2', () => {
    const { edges, write } = port();
    write(IER, 0x03);
    expect(edges).toEqual([]);
    write(MCR, 0x08);
    expect(edges).toEqual([true]);
  });

  it('receives one byte at a time without FIFO, with one edge each', () => {
    const { uart, edges, write, read } = port();
    write(MCR, 0x08);
    write(IER, 0x01);
    uart.input([1, 2]);
    expect([read(LSR) & 1, read(IIR), read(THR)]).toEqual([1, 0x04, 1]);
    expect(edges).toEqual([true, false, true]);
    expect([read(THR), read(LSR) & 1, read(IIR)]).toEqual([2, 0, 0x01]);
  });

  it('holds sixteen bytes in FIFO mode and says so in IIR; the sender waits with the rest', () => {
    const { uart, write, read } = port();
    write(FCR, 0x01);
    expect(read(IIR)).toBe(0xc1);
    uart.input(Array.from({ length: 20 }, (_, i) => i));
    expect(uart.save().received.length).toBe(16);
    expect(Array.from({ length: 20 }, () => read(THR))).toEqual(
      Array.from({ length: 20 }, (_, i) => i),
    );
    expect(read(LSR) & 0x03).toBe(0);
  });

  it('tells the trigger level from the character timeout below it', () => {
    const { uart, write, read } = port();
    write(FCR, 0x41); // trigger at 4 bytes
    write(IER, 0x01);
    uart.input([1, 2, 3]);
    expect(read(IIR)).toBe(0xcc);
    uart.input([4]);
    expect(read(IIR)).toBe(0xc4);
  });

  it('empties the receive FIFO on FCR bit 1', () => {
    const { uart, write, read } = port();
    write(FCR, 0x01);
    uart.input([1, 2]);
    write(FCR, 0x03);
    expect(read(LSR) & 1).toBe(0);
  });

  it('loops sent bytes back instead of sending them, and modem outputs to inputs', () => {
    const { sent, write, read, marker } = port();
    expect(read(MSR)).toBe(0xb0);
    write(MCR, 0x10 | 0x0a); // RTS and OUT2
    expect(read(MSR) & 0xf0).toBe(0x90); // CTS and DCD
    write(THR, 0xae);
    expect([read(LSR) & 1, read(THR), sent.length]).toEqual([1, 0xae, 0]);
    expect(marker.timeDependent).toBe(false);
  });

  it('overruns when a byte arrives in a full receiver', () => {
    const { write, read } = port();
    write(IER, 0x04);
    write(MCR, 0x10);
    write(THR, 1);
    write(THR, 2);
    expect(read(IIR)).toBe(0x06);
    expect([read(LSR), read(LSR)]).toEqual([0x63, 0x61]);
    expect(read(THR)).toBe(2);
  });

  it('reports modem changes once', () => {
    const { write, read } = port();
    write(MCR, 0x10); // all lines fall
    expect([read(MSR), read(MSR)]).toEqual([0x0b, 0x00]);
  });

  it('marks receiver reads as time-dependent only once something came from outside', () => {
    const { uart, marker, read } = port();
    for (const at of [THR, IIR, LSR]) read(at);
    expect(marker.timeDependent).toBe(false);
    uart.input([7]);
    read(LSR);
    expect(marker.timeDependent).toBe(true);
  });

  it('comes back exactly from save and restore', () => {
    const { uart, write, read } = port();
    write(FCR, 0xc1);
    write(IER, 0x07);
    uart.input([5, 6, 7]);
    read(THR);
    const saved = structuredClone(uart.save());
    read(THR);
    write(LCR, 0x9b);
    uart.restore(saved);
    expect(uart.save()).toEqual(saved);
    expect([read(THR), read(LCR)]).toEqual([6, 0]);
  });
});
