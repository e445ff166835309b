/**
 * Edits: the same change at the same guest instruction has the same future on bare hardware and under the translator.
 * `EDITED_GUESTS=first:count npx vitest run src/hypervisor/edits.test.ts` tries other seeds.
 */
import { describe, expect, it } from 'vitest';
import { hex32 } from '../base/hex';
import { buildGuest } from '../guests/image';
import { shippedGuest } from '../guests/registry';
import { EFLAGS_ARITHMETIC, EFLAGS_DF, EFLAGS_IF, EFLAGS_TF } from '../machine/cpu/state';
import type { Registers, Sighting, System } from './core/system';
import { type TimedEdit, withEdits } from './testing/edited';
import { imageOf } from './testing/random-guest/compare';
import { guestOf, randomGuest } from './testing/random-guest/generate';
import { Random } from './testing/random-guest/random';
import { bareOn, interruptsOf, partingOf, translatedOn } from './testing/systems';
import { NOTHING, type Start, sightingsOf, startsOf } from './testing/watching';

const MEMORY = 4 * 1024 * 1024;
const LIMITS = { guest: 3000, machine: 200_000 };
const [first, count] = (process.env.EDITED_GUESTS ?? '1:6').split(':').map(Number) as [
  number,
  number,
];

type Outcome =
  | { readonly kind: 'same'; readonly answers: readonly (string | null)[]; readonly first: System }
  /** An interrupt is delivered at the very moment of an edit: the techniques may order the two differently. */
  | { readonly kind: 'ambiguous' }
  | { readonly kind: 'different'; readonly what: string };

function compareEdited(image: Uint8Array, edits: readonly TimedEdit[]): Outcome {
  const plain = translatedOn(image);
  const { system: one, answers } = withEdits(plain, edits);
  sightingsOf(one, null, LIMITS);
  const facts = plain.timedFacts();
  const interruptedAt = interruptsOf(facts);
  if (edits.some(({ at }) => interruptedAt.has(at))) return { kind: 'ambiguous' };
  const again = translatedOn(image);
  const bare = bareOn(image);
  const replay = bare.replay(facts);
  const other = withEdits(bare, edits);
  const divergence = partingOf(withEdits(again, edits).system, other.system, plain.guestRetired);
  if (divergence || replay.divergence) {
    const at = `after ${divergence?.guestRetired} at ${hex32(divergence?.guestEip ?? 0)}`;
    const what = `${at}: ${divergence?.differences.join('; ')} ${replay.divergence ?? ''}`;
    return { kind: 'different', what };
  }
  expect(other.answers).toEqual(answers);
  return { kind: 'same', answers, first: plain };
}

/** An edit of any kind, somewhere the guest goes. */
function randomEdit(
  random: Random,
  starts: readonly Start[],
  accesses: readonly Sighting[],
): { readonly what: string; readonly timed: TimedEdit } {
  const at = random.below(starts.length);
  const describeWith = (what: string, edit: TimedEdit['edit']) => ({
    what: `${what} after ${at}`,
    timed: { at, edit },
  });
  const kind = random.below(6);
  if (kind === 0) {
    const register = random.below(8);
    const value = random.oneIn(2) ? random.pick(accesses).linear : random.next();
    return describeWith(`r${register} = ${hex32(value)}`, () => ({
      kind: 'register',
      register,
      value,
    }));
  }
  if (kind === 1) {
    const { linear } = random.pick(starts);
    return describeWith(`eip = ${hex32(linear)}`, () => ({
      kind: 'register',
      register: 'eip',
      value: linear,
    }));
  }
  if (kind === 2) {
    const flags = EFLAGS_ARITHMETIC | EFLAGS_DF | EFLAGS_IF | (random.oneIn(3) ? EFLAGS_TF : 0);
    const mask = random.next() & flags;
    return describeWith(`eflags ^= ${hex32(mask)}`, ({ eflags }) => ({
      kind: 'register',
      register: 'eflags',
      value: (eflags ^ mask) >>> 0,
    }));
  }
  const isCode = random.oneIn(2);
  const physical = isCode ? random.pick(starts).linear : random.pick(accesses).physical;
  const bytes = Array.from({ length: random.pick([1, 1, 2, 4]) }, () =>
    isCode ? random.pick([0x90, 0x40, 0xcc, 0xf4, 0x9c, random.below(256)]) : random.below(256),
  );
  return describeWith(`${hex32(physical)}: ${bytes.map(hex32)}`, () => ({
    kind: 'memory',
    physical: physical & (MEMORY - 1),
    bytes,
  }));
}

describe('a random edit of a random guest', () => {
  for (let seed = first; seed < first + count; seed++) {
    it(`has one future under both techniques, seed ${seed}`, () => {
      const guest = randomGuest(seed);
      const image = imageOf(guest.source(guest.parts));
      const bare = bareOn(image);
      const starts = startsOf(bare, LIMITS);
      const data = [{ space: 'physical', address: 0, length: MEMORY, on: 'access' }] as const;
      const accesses = sightingsOf(bareOn(image), { ...NOTHING, data }, LIMITS);
      const random = new Random(seed);
      let compared = 0;
      for (let tries = 0; compared < 4 && tries < 12; tries++) {
        const edits = Array.from({ length: random.between(1, 2) }, () =>
          randomEdit(random, starts, accesses),
        ).sort((a, b) => a.timed.at - b.timed.at);
        const outcome = compareEdited(
          image,
          edits.map(({ timed }) => timed),
        );
        if (outcome.kind === 'ambiguous') continue;
        const what = edits.map((edit) => edit.what).join(', ');
        expect(outcome.kind === 'different' ? `${what}\n${outcome.what}` : null).toBeNull();
        compared++;
      }
      expect(compared).toBeGreaterThan(0);
    });
  }
});

/** Where the guest's body begins in `guestOf`: runs until its first instruction, which is recognised by its bytes. */
function standAt(system: System, opcode: number): void {
  for (;;) {
    const { eip } = system.guest();
    if (system.atGuestBoundary() && system.readGuest(eip, 1)?.[0] === opcode) return;
    if (system.run(system.moment + 1).kind !== 'budget') throw new Error('never there');
  }
}

const BOTH = [
  ['bare', (image: Uint8Array): System => bareOn(image)],
  ['binary translation', (image: Uint8Array): System => translatedOn(image)],
] as const;

describe.each(BOTH)('an edit on %s', (_, make) => {
  const at = (body: Parameters<typeof guestOf>[0], opcode = 0x9b): System => {
    const system = make(imageOf(guestOf(body)));
    standAt(system, opcode);
    return system;
  };
  const steps = (system: System, until: (guest: Registers) => boolean): Registers => {
    for (let i = 0; i < 5000 && !until(system.guest()); i++) system.run(system.moment + 1);
    return system.guest();
  };

  it.each([0, 1, 2, 3, 4, 5, 6, 7])('of register %i is there at once and stays', (register) => {
    const system = at({ kernel: 'wait\n nop\n nop' });
    expect(system.edit({ kind: 'register', register, value: 0x12345678 })).toBeNull();
    expect(system.guest().gpr[register]).toBe(0x12345678);
    const { guestRetired } = system;
    while (system.guestRetired < guestRetired + 2) system.run(system.moment + 1);
    expect(system.guest().gpr[register]).toBe(0x12345678);
  });

  it('of EIP goes on there', () => {
    const system = at({ kernel: 'wait\n mov ebx,1\n mov ecx,0x77\n hlt' });
    const { eip } = system.guest();
    expect(system.edit({ kind: 'register', register: 'eip', value: eip + 6 })).toBeNull();
    expect(system.guest().eip).toBe(eip + 6);
    expect(system.atGuestBoundary()).toBe(true);
    const { gpr } = steps(system, (guest) => guest.eip === eip + 11);
    expect(gpr[1]).toBe(0x77);
  });

  it('of user registers, EIP included, goes on in ring 3', () => {
    const system = at({ user: 'wait\n mov ebx,1\n mov ecx,0x77\n inc ecx\n inc ecx' });
    const { eip, cpl } = system.guest();
    expect(cpl).toBe(3);
    system.edit({ kind: 'register', register: 'eip', value: eip + 11 });
    system.edit({ kind: 'register', register: 1, value: 0x100 });
    const { gpr } = steps(system, (guest) => guest.eip === eip + 12);
    expect(gpr[1]).toBe(0x101);
  });

  it('of the zero flag changes the next branch', () => {
    const system = at({ kernel: 'cmp eax,eax\n wait\n jz .no\n mov edx,0x55\n .no: nop' });
    const { eflags, eip } = system.guest();
    const value = (eflags & ~0x40) >>> 0;
    expect(system.edit({ kind: 'register', register: 'eflags', value })).toBeNull();
    expect(system.guest().eflags).toBe(value);
    const { gpr } = steps(system, (guest) => guest.eip === eip + 8);
    expect(gpr[2]).toBe(0x55);
  });

  it('of IF and TF is what PUSHF then shows', () => {
    const system = at({ kernel: 'cli\n wait\n pushf\n pop ecx\n nop' });
    const { eflags, eip } = system.guest();
    expect(eflags & EFLAGS_IF).toBe(0);
    const value = eflags | EFLAGS_IF;
    expect(system.edit({ kind: 'register', register: 'eflags', value })).toBeNull();
    expect(system.guest().eflags & EFLAGS_IF).toBe(EFLAGS_IF);
    const { gpr } = steps(system, (guest) => guest.eip === eip + 3);
    expect(gpr[1]! & EFLAGS_IF).toBe(EFLAGS_IF);
  });

  it('of IOPL is refused in words', () => {
    const system = at({ kernel: 'wait' });
    const value = system.guest().eflags ^ 0x3000;
    const answer = system.edit({ kind: 'register', register: 'eflags', value });
    expect(answer).toContain('0x00003000');
    expect(answer).toContain('IF and TF');
  });

  it('of code that has run is executed the next time', () => {
    const kernel = 'mov ecx,3\n .loop: wait\n mov ebx,1\n nop\n loop .loop\n nop';
    const system = at({ kernel });
    const { eip } = system.guest();
    steps(system, (guest) => guest.eip === eip + 6 && guest.gpr[1] === 2);
    while (!system.atGuestBoundary()) system.run(system.moment + 1);
    expect(system.edit({ kind: 'memory', physical: eip + 2, bytes: [9] })).toBeNull();
    expect(system.readGuest(eip + 2, 1)).toEqual(Uint8Array.of(9));
    const { gpr } = steps(system, (guest) => guest.eip === eip + 6 && guest.gpr[1] === 1);
    expect(gpr[3]).toBe(9);
  });

  it('of the instruction it stands before is what executes', () => {
    const system = at({ kernel: 'wait\n nop\n nop' });
    const { eip, gpr } = system.guest();
    expect(system.edit({ kind: 'memory', physical: eip, bytes: [0x43] })).toBeNull(); // inc ebx
    expect(system.atGuestBoundary()).toBe(true);
    expect(system.guest().eip).toBe(eip);
    const after = steps(system, (guest) => guest.eip === eip + 1);
    expect(after.gpr[3]).toBe((gpr[3]! + 1) >>> 0);
  });

  it('beyond RAM is refused in words, and changes nothing', () => {
    const system = at({ kernel: 'wait' });
    const answer = system.edit({ kind: 'memory', physical: MEMORY - 1, bytes: [1, 2] });
    expect(answer).toContain(hex32(MEMORY));
    expect(system.guestPage(MEMORY / 4096 - 1)[4095]).toBe(0);
  });

  it('counts neither instructions nor cycles', () => {
    const system = at({ kernel: 'wait\n nop' });
    const { retired, guestRetired, cycles } = system;
    system.edit({ kind: 'register', register: 0, value: 1 });
    system.edit({ kind: 'register', register: 'eip', value: system.guest().eip + 1 });
    system.edit({ kind: 'memory', physical: 0x2000, bytes: [1] });
    expect([system.retired, system.guestRetired, system.cycles]).toEqual([
      retired,
      guestRetired,
      cycles,
    ]);
  });

  it('of a page-table entry holds from the next access on', () => {
    const kernel = `mov dword [low_table + 0x208*4], 0x208003
        mov ebx, [0x208000]
        mov dword [0x208000], 0x1111
        wait
        mov ebx, [0x208000]
        nop`;
    const system = at({ kernel });
    const entry = sightingsOfTable(system, 0x208);
    const frame = 0x209;
    system.edit({ kind: 'memory', physical: entry, bytes: [0x03, 0x90, 0x20, 0] });
    system.edit({ kind: 'memory', physical: frame * 4096, bytes: [0x22, 0x22, 0, 0] });
    const { eip } = system.guest();
    const { gpr } = steps(system, (guest) => guest.eip === eip + 7);
    expect(gpr[3]).toBe(0x2222);
  });
});

/** Guest-physical address of the page-table entry of a linear page below 4 MiB. */
function sightingsOfTable(system: System, page: number): number {
  const { cr3 } = system.guest();
  const directory = system.guestPage(cr3 >>> 12);
  const table = new DataView(directory.buffer, directory.byteOffset).getUint32(0, true);
  return (table & ~0xfff) + page * 4;
}

describe('what a debugger asks of the machine', () => {
  const built = buildGuest(shippedGuest('hello-rings')!);
  if (!built.ok) throw new Error('hello-rings does not assemble');
  const { image } = built.value;

  it('a TLB entry is what silicon would use, and nothing once flushed', () => {
    const system = bareOn(image);
    system.run(2000);
    const { eip } = system.guest();
    expect(system.tlbEntry(eip)).toEqual({ frame: eip >>> 12, writable: true, user: true });
    system.edit({ kind: 'memory', physical: 0x1000, bytes: [0] });
    expect(system.tlbEntry(eip)).toBeNull();
  });

  it('under a monitor it leads to the machine page behind the guest page', () => {
    const system = translatedOn(image);
    let entry = null;
    for (let linear = 0x100000; linear < 0x120000 && !entry; linear += 0x1000) {
      system.run(20_000);
      entry = system.tlbEntry(linear);
      if (entry) expect(entry.frame).toBe(system.machinePage(linear >>> 12));
    }
    expect(entry).not.toBeNull();
  });

  it('a page beyond RAM has no machine page', () => {
    for (const system of [bareOn(image), translatedOn(image)]) {
      expect(system.machinePage(MEMORY / 4096 - 1)).not.toBeNull();
      expect(system.machinePage(MEMORY / 4096)).toBeNull();
    }
  });

  it('an edit inside the monitor is refused in words', () => {
    const system = translatedOn(image);
    while (system.atGuestBoundary()) system.run(system.moment + 1);
    expect(system.edit({ kind: 'register', register: 0, value: 0 })).toContain('step');
  });
});
