import { describe, expect, it } from 'vitest';
import type { MachineEventBody } from '../events';
import { NotImplemented } from '../outcome';
import { unmarked } from '../ports';
import { Pic } from './pic';

/** ICW1..ICW4 as every PC system does it: edge-triggered cascade at vectors 0x20 and 0x28. */
function pair({ icw1 = 0x11, icw4 = 0x01 } = {}) {
  const events: MachineEventBody[] = [];
  const marker = unmarked();
  const pic = new Pic({ emit: (e) => events.push(e) }, marker, 'physical');
  const write = (...pairs: [number, number][]) => {
    for (const [port, value] of pairs) pic.writePort(port, value);
  };
  write([0x20, icw1], [0x21, 0x20], [0x21, 0x04], [0x21, icw4]);
  write([0xa0, icw1], [0xa1, 0x28], [0xa1, 0x02], [0xa1, icw4]);
  const raise = (...irqs: number[]) => {
    for (const irq of irqs) pic.setLine(irq, true);
  };
  const status = (port: number, ocw3: number) => {
    pic.writePort(port, ocw3);
    return pic.readPort(port);
  };
  return { pic, write, raise, events, marker, status };
}
const READ_IRR = 0x0a;
const READ_ISR = 0x0b;

describe('8259A', () => {
  it('tells of no interrupt that an uninitialized chip cannot hear', () => {
    const events: MachineEventBody[] = [];
    const pic = new Pic({ emit: (e) => events.push(e) }, unmarked(), 'virtual');
    pic.setLine(0, true);
    expect(events).toEqual([]);
  });

  it('asks for nothing before it is initialized, and does not go on with half a sequence', () => {
    const pic = new Pic({ emit: () => {} }, unmarked(), 'physical');
    pic.setLine(0, true);
    expect(pic.pending).toBe(false);
    pic.writePort(0x20, 0x11);
    pic.writePort(0x21, 0x20);
    pic.setLine(1, true);
    expect(pic.pending).toBe(false);
    pic.writePort(0x21, 0x04);
    pic.writePort(0x21, 0x01);
    expect(pic.pending).toBe(true);
  });

  it('answers with the vector base of ICW2 plus the line, and moves the request into service', () => {
    const { pic, raise, status, events } = pair();
    raise(3);
    expect([status(0x20, READ_IRR), status(0x20, READ_ISR)]).toEqual([0x08, 0]);
    expect(pic.pending).toBe(true);
    expect(pic.acknowledge()).toBe(0x23);
    expect([status(0x20, READ_IRR), status(0x20, READ_ISR)]).toEqual([0, 0x08]);
    expect(pic.pending).toBe(false);
    expect(events).toEqual([{ kind: 'interrupt-raised', irq: 3, device: 'physical' }]);
  });

  it('lets a better line interrupt a worse one in service, but no equal or worse one', () => {
    const { pic, raise } = pair();
    raise(4);
    expect(pic.acknowledge()).toBe(0x24);
    raise(6);
    expect(pic.pending).toBe(false);
    raise(1);
    expect(pic.acknowledge()).toBe(0x21);
  });

  it('holds masked requests back until they are unmasked', () => {
    const { pic, raise, write } = pair();
    write([0x21, 0x01]);
    raise(0);
    expect(pic.readPort(0x21)).toBe(0x01);
    expect(pic.pending).toBe(false);
    write([0x21, 0x00]);
    expect(pic.acknowledge()).toBe(0x20);
  });

  it('ends the best line in service on a nonspecific EOI and the named one on a specific EOI', () => {
    const { pic, raise, write, status } = pair();
    raise(5);
    pic.acknowledge();
    raise(1);
    pic.acknowledge();
    expect(status(0x20, READ_ISR)).toBe(0x22);
    write([0x20, 0x65]);
    expect(status(0x20, READ_ISR)).toBe(0x02);
    write([0x20, 0x20]);
    expect(status(0x20, READ_ISR)).toBe(0x00);
  });

  it('needs a new edge for a second interrupt from a line that stays high', () => {
    const { pic, raise, write } = pair();
    raise(0);
    pic.acknowledge();
    write([0x20, 0x20]);
    expect(pic.pending).toBe(false);
    pic.setLine(0, false);
    raise(0);
    expect(pic.pending).toBe(true);
  });

  it('asks again after EOI in level-triggered mode while the line is high', () => {
    const { pic, raise, write } = pair({ icw1: 0x19 });
    raise(4);
    pic.acknowledge();
    expect(pic.pending).toBe(false);
    write([0x20, 0x20]);
    expect(pic.pending).toBe(true);
    pic.setLine(4, false);
    expect(pic.pending).toBe(false);
  });

  it('answers a withdrawn request as IR7 without an in-service bit (spurious IRQ 7)', () => {
    const { pic, raise, status } = pair();
    const seen: unknown[] = [];
    pic.onAcknowledge = (what) => seen.push(what);
    raise(3);
    pic.setLine(3, false);
    expect(pic.pending).toBe(false);
    expect(pic.acknowledge()).toBe(0x27);
    expect(status(0x20, READ_ISR)).toBe(0);
    expect(seen).toEqual([{ vector: 0x27, irq: 7, spurious: true }]);
  });

  it('cascades the slave through IR2: both chips go into service, both need an EOI', () => {
    const { pic, raise, write, status } = pair();
    raise(12);
    expect(pic.pendingIrq).toBe(12);
    expect(pic.acknowledge()).toBe(0x2c);
    expect([status(0x20, READ_ISR), status(0xa0, READ_ISR)]).toEqual([0x04, 0x10]);
    raise(14);
    write([0x20, 0x20]);
    expect(pic.pending).toBe(false); // the slave still serves the better line 12
    write([0xa0, 0x20]);
    expect(pic.acknowledge()).toBe(0x2e);
  });

  it('ranks all slave lines at IR2: before IRQ 3, after IRQ 1', () => {
    const { pic, raise, write } = pair();
    raise(3, 9, 1);
    const order: number[] = [];
    for (let i = 0; i < 3; i++) {
      order.push(pic.acknowledge());
      write([0xa0, 0x20], [0x20, 0x20]);
    }
    expect(order).toEqual([0x21, 0x29, 0x23]);
  });

  it('keeps asking for the second slave line under automatic EOI', () => {
    const { pic, raise, status } = pair({ icw4: 0x03 });
    raise(10, 11);
    expect([pic.acknowledge(), pic.acknowledge()]).toEqual([0x2a, 0x2b]);
    expect(pic.pending).toBe(false);
    expect(status(0x20, READ_ISR)).toBe(0);
  });

  it('lets a better slave line through in special fully nested mode only', () => {
    for (const [icw4, through] of [
      [0x01, false],
      [0x11, true],
    ] as const) {
      const { pic, raise } = pair({ icw4 });
      raise(12);
      pic.acknowledge();
      raise(8);
      expect(pic.pending).toBe(through);
    }
  });

  it('rotates: the line just served gets the lowest priority', () => {
    const { pic, raise, write } = pair();
    raise(0, 1);
    expect(pic.acknowledge()).toBe(0x20);
    write([0x20, 0xa0]); // rotate on nonspecific EOI
    pic.setLine(0, false);
    raise(0);
    expect(pic.acknowledge()).toBe(0x21);
    write([0x20, 0x20], [0x20, 0xc5]); // set priority: IR5 lowest, so IR6 best
    raise(6);
    expect(pic.acknowledge()).toBe(0x26);
  });

  it('rotates in automatic EOI mode once told to', () => {
    const { pic, raise, write } = pair({ icw4: 0x03 });
    write([0x20, 0x80]);
    raise(0);
    expect(pic.acknowledge()).toBe(0x20);
    pic.setLine(0, false);
    raise(0, 1);
    expect(pic.acknowledge()).toBe(0x21);
  });

  it('lets worse lines through a masked line in service in special mask mode', () => {
    const { pic, raise, write } = pair();
    raise(1);
    pic.acknowledge();
    raise(5);
    write([0x21, 0x02]);
    expect(pic.pending).toBe(false);
    write([0x20, 0x68]);
    expect(pic.acknowledge()).toBe(0x25);
    write([0x20, 0x48]);
  });

  it('acknowledges by poll: bit 7 and the line, or 0', () => {
    const { raise, status, marker } = pair();
    raise(6);
    expect(status(0x20, 0x0c)).toBe(0x86);
    expect(marker.timeDependent).toBe(true);
    expect(status(0x20, READ_ISR)).toBe(0x40);
    expect(status(0x20, 0x0c)).toBe(0x00);
  });

  it('marks reads of waiting requests as time-dependent, of masks and service not', () => {
    const { marker, status, pic } = pair();
    status(0x20, READ_ISR);
    pic.readPort(0x21);
    expect(marker.timeDependent).toBe(false);
    status(0x20, READ_IRR);
    expect(marker.timeDependent).toBe(true);
  });

  it('forgets masks, requests and service on ICW1', () => {
    const { pic, raise, write, status } = pair();
    raise(1, 2 + 1);
    pic.acknowledge();
    write([0x21, 0xff], [0x20, 0x11], [0x21, 0x40], [0x21, 0x04], [0x21, 0x01]);
    expect([status(0x20, READ_ISR), status(0x20, READ_IRR), pic.readPort(0x21)]).toEqual([0, 0, 0]);
    pic.setLine(1, false);
    raise(1);
    expect(pic.acknowledge()).toBe(0x41);
  });

  it('is loud about MCS-80 mode', () => {
    const { write } = pair();
    expect(() => write([0x20, 0x10])).toThrow(NotImplemented);
    expect(() => write([0x20, 0x11], [0x21, 0x20], [0x21, 4], [0x21, 0x00])).toThrow(/MCS-80/);
  });

  it.each([1, 9])('replays a recorded IRQ %i as if it had asked and been acknowledged', (irq) => {
    const recorded = pair();
    recorded.raise(irq);
    const vector = recorded.pic.acknowledge();
    recorded.pic.setLine(irq, false);

    const replay = pair();
    replay.pic.setLine(irq, true); // held high since before the chips were initialized
    replay.write([0x20, 0x11], [0x21, 0x20], [0x21, 0x04], [0x21, 0x01]);
    replay.write([0xa0, 0x11], [0xa1, 0x28], [0xa1, 0x02], [0xa1, 0x01]);
    replay.pic.linesCut = true;
    replay.raise(0); // its own timer must not be heard
    expect(replay.pic.pending).toBe(false);
    expect(replay.pic.acknowledgeRecorded(irq, false)).toEqual({ vector, irq, spurious: false });
    expect(replay.pic.save()).toEqual(recorded.pic.save());
  });

  it('knows whether a line could reach the CPU: not while masked, in service, or uninitialized', () => {
    const { pic, raise, write } = pair();
    expect([pic.couldDeliver(0), pic.couldDeliver(8)]).toEqual([true, true]);
    write([0x21, 0x04]);
    expect([pic.couldDeliver(0), pic.couldDeliver(8)]).toEqual([true, false]);
    raise(0);
    pic.acknowledge();
    expect(pic.couldDeliver(0)).toBe(false);
    write([0x20, 0x20]);
    expect(pic.couldDeliver(0)).toBe(true);
    write([0x20, 0x11]);
    expect(pic.couldDeliver(0)).toBe(false);
  });

  it('comes back exactly from save and restore', () => {
    const { pic, raise, write } = pair();
    raise(4, 11);
    pic.acknowledge();
    write([0x20, READ_ISR]);
    const saved = structuredClone(pic.save());
    const future = () => {
      const isr = pic.readPort(0x20);
      write([0xa0, 0x20], [0x20, 0x20]);
      return [isr, pic.acknowledge()];
    };
    const first = future();
    expect(first).toEqual([0x04, 0x24]);
    pic.restore(saved);
    expect(pic.save()).toEqual(saved);
    expect(future()).toEqual(first);
  });
});
