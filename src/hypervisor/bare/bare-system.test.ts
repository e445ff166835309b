import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { COSTS } from '../../machine/costs';
import type { MachineEvent } from '../../machine/events';
import type { TimedFact } from '../core/system';
import { bareOn } from '../testing/systems';
import { type BareSystem, createBare } from './bare-system';
import { ASLEEP, BUSY, kernel, LOST, TICKING } from './testing/kernels';

const MEBIBYTE = 0x100000;
const LIMIT = 1_000_000;

function boot(source: string): BareSystem {
  return bareOn(kernel(source));
}

const digest = (bytes: Uint8Array) => createHash('sha1').update(bytes).digest('hex');

/** Everything there is to know about a system, RAM included. */
const whole = (system: BareSystem) => ({
  state: structuredClone(system.save()),
  ram: digest(system.memory.u8),
});

const interrupts = (facts: readonly TimedFact[]) => facts.filter((f) => f.kind === 'interrupt');

describe('a guest on the bare PC', () => {
  it('prints through the UART, takes timer interrupts through the 8259, exits through 0xF4', () => {
    const system = boot(TICKING);
    const events: MachineEvent[] = [];
    system.events.listener = (event) => events.push(event);
    expect(system.run(LIMIT)).toEqual({ kind: 'exited', code: 0x2a });
    expect(system.serial()).toBe('Hi.....');
    expect(interrupts(system.timedFacts()).map((f) => [f.vector, f.irq])).toEqual(
      Array.from({ length: 5 }, () => [0x20, 0]),
    );
    expect(system.counts()).toMatchObject({ trap: 5, iret: 5, halt: 5, wake: 5, exit: 1 });
    // One interrupt per 1000 ticks of 64 cycles; the CPU sleeps in between, so each comes on time.
    const raised = events.filter((e) => e.kind === 'trap').map((e) => e.cycles);
    const gaps = raised.slice(1).map((cycles, i) => cycles - (raised[i] ?? 0));
    expect(gaps).toEqual([64000, 64000, 64000, 64000]);
    expect(system.run(2 * LIMIT)).toEqual({ kind: 'exited', code: 0x2a });
  });

  it('breaks its cycles down by cause, and they add up', () => {
    const system = boot(TICKING);
    system.run(LIMIT);
    const by = Object.fromEntries(system.cyclesByCause().map((c) => [c.id, c.cycles]));
    expect(Object.values(by).reduce((a, b) => a + b, 0)).toBe(system.cycles);
    expect(by.instructions).toBe(system.retired);
    expect(system.guestRetired).toBe(system.retired);
    expect(by.idle).toBeGreaterThan(250_000);
    expect(by.translating).toBe(0);
  });

  it('starts as a Multiboot loader leaves it', () => {
    const { eip, gpr, cr0, cpl, eflags, segments, halted } = boot(TICKING).guest();
    expect([gpr[0], cpl, eflags, halted]).toEqual([0x2badb002, 0, 2, false]);
    expect(cr0).toBe(0x11);
    expect(segments[1]).toMatchObject({ base: 0, limit: 0xffffffff });
    expect(eip).toBe(boot(TICKING).symbols.find((s) => s.name === 'start')?.address);
  });

  it('shows its screen, its memory and its actor', () => {
    const system = boot(TICKING);
    system.run(LIMIT);
    expect(Array.from(system.screen().bytes.slice(0, 2))).toEqual([0x48, 0x1f]);
    expect(Array.from(system.guestPage(0xb8).slice(0, 2))).toEqual([0x48, 0x1f]);
    expect(Array.from(system.readGuest(0xb7fff, 3) ?? [])).toEqual([0, 0x48, 0x1f]);
    expect(system.readReal(0xb7fff, 3)).toEqual(system.readGuest(0xb7fff, 3));
    expect(system.actor()).toBe('guest-kernel');
  });

  it('sleeps for ever when only a masked timer is left', () => {
    const system = boot(ASLEEP);
    expect(system.run(LIMIT).kind).toBe('halted');
    const { cycles } = system;
    expect(system.run(LIMIT).kind).toBe('halted');
    expect(system.cycles).toBe(cycles);
  });

  it('wakes for a key pressed from outside, even then', () => {
    const system = boot(
      TICKING.replace('call timer', 'nop')
        .replace("'.'", "'k'")
        .replace('mov al, 0x20\n  out 0x20', 'in al, 0x60\n  mov al, 0x20\n  out 0x20')
        .replace('idt + 0x20 * 8', 'idt + 0x21 * 8')
        .replace(
          'sti\n',
          `mov al, 0x60
  out 0x64, al
  mov al, 0x45
  out 0x60, al
  sti
`,
        ),
    );
    expect(system.run(LIMIT).kind).toBe('halted');
    system.pc.board.keyboard.stroke({ code: 'KeyA', down: true });
    expect(system.run(LIMIT).kind).toBe('halted');
    expect(system.serial()).toBe('Hik');
    expect(system.timedFacts()).toContainEqual(
      expect.objectContaining({ kind: 'read', port: 0x60, value: 0x1e }),
    );
  });

  it('stops, names the port and stays inspectable when nobody answers', () => {
    const system = boot(LOST);
    const outcome = system.run(LIMIT);
    expect(outcome.kind === 'stopped' && outcome.message).toMatch(
      /no device at I\/O port 0x01f7 \(in, 8 bits\) at 0x[0-9a-f]{8}: in al,dx/,
    );
    expect(system.guest().gpr[2]).toBe(0x1f7);
  });

  it('refuses a file that is no kernel', () => {
    const made = createBare(new Uint8Array(100), { memoryBytes: MEBIBYTE, costs: COSTS.modern });
    expect(!made.ok && made.error.message).toMatch(/No Multiboot header/);
  });
});

describe('time', () => {
  it('is the same whether the machine steps or runs', () => {
    const running = boot(BUSY);
    const stepping = boot(BUSY);
    const end = running.run(LIMIT);
    expect(end.kind).toBe('exited');
    let outcome = stepping.run(1);
    while (outcome.kind === 'budget') outcome = stepping.run(stepping.moment + 1);
    expect(outcome).toEqual(end);
    expect(interrupts(running.timedFacts()).length).toBe(30);
    expect(whole(stepping)).toEqual(whole(running));
  });

  it.each([1, 500, 1777, 4000])('has the same future from a checkpoint after %i', (moment) => {
    const system = boot(BUSY);
    system.run(moment);
    const before = whole(system);
    const ram = system.memory.u8.slice();
    const end = system.run(LIMIT);
    const first = whole(system);
    const pages = Array.from({ length: ram.length / 4096 }, (_, page) => ({
      page,
      bytes: ram.subarray(page * 4096, page * 4096 + 4096),
    }));
    system.memory.restorePages(pages);
    system.restore(before.state);
    expect(whole(system)).toEqual(before);
    expect(system.run(LIMIT)).toEqual(end);
    expect(whole(system)).toEqual(first);
  });

  it('starts over at reset', () => {
    const system = boot(TICKING);
    system.run(LIMIT);
    system.pc.reset();
    expect([system.retired, system.cycles, system.serial()]).toEqual([0, 0, '']);
    expect(system.pc.board.pit.save()).toEqual(boot(TICKING).pc.board.pit.save());
  });
});

describe('replay', () => {
  /** Started at another time: by itself this machine takes its interrupts and reads its clocks elsewhere. */
  const later = (source: string) => {
    const system = boot(source);
    system.pc.clock.charge('idle', 12345);
    return system;
  };
  const replayOf = (facts: readonly TimedFact[], source = BUSY) => {
    const system = later(source);
    return { system, replay: system.replay(facts) };
  };

  it('puts interrupts and timed reads at the same guest instructions, whatever time it is', () => {
    const original = boot(BUSY);
    const end = original.run(LIMIT);
    const free = later(BUSY);
    free.run(LIMIT);
    expect(free.guest()).not.toEqual(original.guest());
    expect(interrupts(free.timedFacts())).not.toEqual(interrupts(original.timedFacts()));

    const { system, replay } = replayOf(original.timedFacts());
    expect(system.run(LIMIT)).toEqual(end);
    expect(replay.divergence).toBe(null);
    expect(replay.remaining).toEqual({ interrupts: 0, reads: 0 });
    expect(system.guest()).toEqual(original.guest());
    expect(system.retired).toBe(original.retired);
    expect(digest(system.memory.u8)).toBe(digest(original.memory.u8));
    const inService = (s: BareSystem) => s.pc.board.pic.save().master.isr;
    expect(inService(system)).toBe(inService(original));
  });

  it('is the same stepped or run, and wakes a sleeping guest', () => {
    const original = boot(TICKING);
    original.run(LIMIT);
    const { system } = replayOf(original.timedFacts(), TICKING);
    let outcome = system.run(1);
    while (outcome.kind === 'budget') outcome = system.run(system.moment + 1);
    expect(outcome).toEqual({ kind: 'exited', code: 0x2a });
    expect(system.serial()).toBe('Hi.....');
    const run = replayOf(original.timedFacts(), TICKING).system;
    run.run(LIMIT);
    expect(whole(system)).toEqual(whole(run));
  });

  it('notices an interrupt that the silicon could not take there', () => {
    const original = boot(BUSY);
    original.run(LIMIT);
    const facts = original
      .timedFacts()
      .map((f) => (f.kind === 'interrupt' ? { ...f, guestRetired: 20 } : f));
    const { system, replay } = replayOf(facts);
    const outcome = system.run(LIMIT);
    expect(outcome.kind).toBe('stopped');
    expect(replay.divergence).toMatch(/after 20 guest instructions could not be delivered/);
  });

  it('notices a timed read that was not recorded', () => {
    const original = boot(BUSY);
    original.run(LIMIT);
    const first = original.timedFacts().findIndex((f) => f.kind === 'read');
    const { system, replay } = replayOf(original.timedFacts().filter((_, i) => i !== first));
    expect(system.run(LIMIT).kind).toBe('stopped');
    expect(replay.divergence).toMatch(/port 64 is read, which depends on time/);
  });

  it('notices a different vector', () => {
    const original = boot(BUSY);
    original.run(LIMIT);
    const facts = original
      .timedFacts()
      .map((f) => (f.kind === 'interrupt' ? { ...f, vector: 0x28 } : f));
    const { system, replay } = replayOf(facts);
    system.run(LIMIT);
    expect(replay.divergence).toMatch(/answers IRQ 0 as vector 32/);
  });
});
