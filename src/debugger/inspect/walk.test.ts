import { describe, expect, it } from 'vitest';
import type { BareSystem } from '../../hypervisor/bare/bare-system';
import type { BinaryTranslationSystem } from '../../hypervisor/binary-translation/system';
import { Random } from '../../hypervisor/testing/random-guest/random';
import { CR0_PG, CR0_WP, CR4_PSE, WORD } from '../../machine/cpu/state';
import { boot, deliveries } from '../../machine/cpu/testing/boot';
import type { MachineEvent } from '../../machine/events';
import type { WalkRequest, WalkView } from '../../session/debug';
import { lookAt } from './cpu';
import { helloRings, type Looked } from './testing/machine';
import { walk, walkTables } from './walk';

const DIRECTORY = 0x30000;
const LOW_TABLE = 0x31000;
const TABLE = 0x32000;

/** One access to random page tables, as the walk tells it and as the CPU makes it. */
function compare(random: Random) {
  const write = random.oneIn(2);
  const user = random.oneIn(2);
  const cpl = user ? 3 : random.pick([0, 0, 1]);
  const machine = boot(write ? 'mov byte [eax],0x5a' : 'mov bl,[eax]', { cpl });
  const { cpu, memory } = machine;
  const rights = () =>
    (random.oneIn(6) ? 0 : 1) | (random.oneIn(3) ? 0 : 2) | (random.oneIn(3) ? 0 : 4);
  memory.write32(DIRECTORY, LOW_TABLE | 7);
  for (let page = 0; page < 256; page++) memory.write32(LOW_TABLE + page * 4, (page << 12) | 7);
  const directory = random.between(1, 1023);
  const page = random.between(0x40, 0xff);
  const offset = random.between(0, 0xfff);
  const large = random.oneIn(3);
  const reserved = large && random.oneIn(5) ? 1 << random.between(12, 21) : 0;
  memory.write32(DIRECTORY + directory * 4, (large ? 0x80 | reserved : TABLE) | rights());
  memory.write32(TABLE + page * 4, (random.between(0x40, 0xff) << 12) | rights());
  const pse = large && !random.oneIn(5) ? CR4_PSE : 0;
  cpu.state[WORD.CR3] = DIRECTORY;
  cpu.state[WORD.CR4] = pse;
  cpu.state[WORD.CR0]! |= CR0_PG | (random.oneIn(2) ? CR0_WP : 0);
  cpu.flushTlb();
  for (let at = 0x40000; at < 0x100000; at += 4) memory.write32(at, at * 2654435761);
  machine.events.length = 0;
  const address = ((directory << 22) | (page << 12) | offset) >>> 0;
  cpu.gpr[0] = address | 0;
  const paging = {
    cr0: cpu.state[WORD.CR0]! >>> 0,
    cr3: DIRECTORY,
    cr4: cpu.state[WORD.CR4]! >>> 0,
  };
  const reader = {
    byte: (at: number) => memory.read8(at),
    dword: (at: number) => memory.read32(at) >>> 0,
  };
  const { outcome } = walkTables(reader, paging, address, { write, user });
  const inRam = (physical: number) => physical < memory.ramBytes;
  const before = outcome.kind === 'mapped' ? memory.read8(outcome.physical) : 0;
  cpu.step();
  if (outcome.kind === 'fault') {
    expect(deliveries(machine)).toEqual([[14, outcome.errorCode]]);
    expect(cpu.state[WORD.CR2]! >>> 0).toBe(address);
  } else {
    expect(deliveries(machine)).toEqual([]);
    if (write) expect(memory.read8(outcome.physical)).toBe(inRam(outcome.physical) ? 0x5a : 0xff);
    else expect(cpu.gpr[3]! & 0xff).toBe(before);
  }
  return outcome.kind === 'fault' ? outcome.errorCode : 'mapped';
}

const walked = (looked: Looked, request: WalkRequest): WalkView => {
  const found = walk(looked.context, request);
  if ('unreadable' in found) throw new Error(found.unreadable);
  return found;
};

describe('the walk of an address', () => {
  it('ends as the access really ends, over random page tables', () => {
    const seen = new Map<number | string, number>();
    for (let seed = 1; seed <= 160; seed++) {
      const outcome = compare(new Random(seed));
      seen.set(outcome, (seen.get(outcome) ?? 0) + 1);
    }
    // Absent and protected pages, reads and writes, both privileges, reserved bits: all of them came up.
    expect([...seen.keys()].map(String).sort()).toEqual(
      expect.arrayContaining(['0', '2', '3', '4', '5', '6', '7', 'mapped']),
    );
  });

  it.each([
    [0, { write: false, user: true }, 4, /directory entry 1 is not present/],
    [
      0x32000 | 3,
      { write: false, user: true },
      5,
      /user access, but the directory entry has U\/S = 0/,
    ],
    [
      0x32000 | 5,
      { write: true, user: true },
      7,
      /user write, but the directory entry has R\/W = 0/,
    ],
  ])('says why: directory entry %i', (entry, access, errorCode, why) => {
    const entries = new Map([
      [DIRECTORY + 4, entry],
      [0x32000, 0x40007],
    ]);
    const reader = { byte: () => 0, dword: (at: number) => entries.get(at) ?? 0 };
    const paging = { cr0: CR0_PG >>> 0, cr3: DIRECTORY, cr4: 0 };
    const { outcome } = walkTables(reader, paging, 0x400123, access);
    expect(outcome).toMatchObject({ kind: 'fault', errorCode });
    expect(outcome.kind === 'fault' && outcome.why).toMatch(why);
  });

  it('foretells the page fault of hello-rings', () => {
    const once = helloRings('bare');
    const faults: MachineEvent[] = [];
    once.system.events.listener = (event) => {
      if (event.kind === 'trap' && event.vector === 14) faults.push(event);
    };
    once.system.run(3_000_000);
    const [fault] = faults;
    if (fault?.kind !== 'trap') throw new Error('no page fault');
    const again = helloRings('bare');
    again.system.run(fault.retired);
    const write = ((fault.errorCode ?? 0) & 2) !== 0;
    const view = walked(again, {
      cpu: 'guest',
      address: 0x300000,
      access: write ? 'write' : 'read',
      user: true,
    });
    expect(view.outcome).toMatchObject({ kind: 'fault', errorCode: fault.errorCode });
    expect(view.parts).toEqual({ directory: 0, table: 0x300, offset: 0 });
  });

  it('agrees with the MMU of the silicon and of the virtual CPU at many moments', () => {
    const random = new Random(7);
    const bare = helloRings('bare');
    const translated = helloRings('binary-translation');
    let faults = 0;
    let backed = 0;
    let shadowed = 0;
    for (let round = 0; round < 40; round++) {
      bare.system.run(bare.system.moment + 4_000);
      translated.system.run(translated.system.moment + 6_000);
      for (let i = 0; i < 20; i++) {
        const address =
          random.pick([0x100000, 0x300000, 0xb8000, 0x400000, 0]) + random.between(0, 0x1ffff);
        const access = random.pick(['read', 'write'] as const);
        const user = random.oneIn(2);
        const options = { write: access === 'write', user };
        const view = walked(bare, { cpu: 'guest', address, access, user });
        const { cpu } = (bare.system as BareSystem).pc;
        cpu.flushTlb(true);
        const physical = view.outcome.kind === 'mapped' ? view.outcome.physical : -1;
        expect(physical).toBe(cpu.translate(address, options));
        if (physical < 0) faults++;
        const system = translated.system as BinaryTranslationSystem;
        const guest = walked(translated, { cpu: 'guest', address, access, user });
        const virtual = system.virtual.cpu.translate(address, options);
        if (guest.outcome.kind === 'fault') expect(virtual).toBe(-1);
        else if (guest.machine !== null) {
          backed++;
          expect((guest.machine | (address & 0xfff)) >>> 0).toBe(virtual);
          expect(guest.outcome.byte).toBe(system.readGuest(address, 1)?.[0]);
        }
        const real = walked(translated, { cpu: 'real', address, access, user });
        if (real.outcome.kind !== 'mapped') continue;
        shadowed++;
        expect(real.outcome.physical).toBe(virtual);
      }
    }
    expect(faults).toBeGreaterThan(50);
    expect(backed).toBeGreaterThan(50);
    expect(shadowed).toBeGreaterThan(10);
  });

  it('shows what the TLB holds, even when it is stale', () => {
    const looked = helloRings('bare');
    looked.runTo('trap_entry');
    const { physical } = lookAt(looked.system, 'guest');
    const before = walked(looked, { cpu: 'guest', address: 'trap_entry', access: 'execute' });
    const entry = before.tableEntry?.entryAddress ?? 0;
    expect(before.tlb).toMatchObject({ user: false });
    looked.system.memory.write32(entry, 0);
    const after = walked(looked, { cpu: 'guest', address: 'trap_entry', access: 'execute' });
    expect(physical.dword(entry)).toBe(0);
    expect(after.outcome).toMatchObject({ kind: 'fault', errorCode: 0 });
    expect(after.tlb).toEqual(before.tlb);
  });

  it('says what is wrong with an expression', () => {
    const looked = helloRings('bare');
    expect(walk(looked.context, { cpu: 'guest', address: 'nowhere', access: 'read' })).toEqual({
      unreadable: "There is no 'nowhere'.",
    });
  });
});
