/**
 * Watches under both techniques, held against slower ways to know what a guest does, and against each other.
 * `WATCHED_GUESTS=first:count npx vitest run src/hypervisor/watching.test.ts` tries other seeds.
 */
import { beforeAll, describe, expect, it } from 'vitest';
import { buildGuest } from '../guests/image';
import { shippedGuest } from '../guests/registry';
import { SEG } from '../machine/cpu/state';
import type { BareSystem } from './bare/bare-system';
import type { BinaryTranslationSystem } from './binary-translation/system';
import type { Sighting, System, TimedFact, Watch } from './core/system';
import { imageOf } from './testing/random-guest/compare';
import { guestOf, randomGuest } from './testing/random-guest/generate';
import { Random } from './testing/random-guest/random';
import { bareOn, translatedOn } from './testing/systems';
import {
  inWords,
  NOTHING,
  ofCode,
  randomWatch,
  type Start,
  sightingsOf,
  startsOf,
  stateOf,
} from './testing/watching';

const MEMORY = 8 * 1024 * 1024;
const OPTIONS = { memoryBytes: MEMORY };
const LIMITS = { guest: 3000, machine: 200_000 };
const SMALL_CACHE = 2048;
/** All flags but RF, which only handlers' frames ever show. */
const SEEN_FLAGS = 0x3c7fd5;
const [first, count] = (process.env.WATCHED_GUESTS ?? '1:4').split(':').map(Number) as [
  number,
  number,
];

function translated(image: Uint8Array, cacheBytes?: number): BinaryTranslationSystem {
  return translatedOn(image, cacheBytes === undefined ? OPTIONS : { ...OPTIONS, cacheBytes });
}

/** @param facts what to replay; null: its own devices keep the time */
function bareRun(image: Uint8Array, facts: readonly TimedFact[] | null): BareSystem {
  const system = bareOn(image, OPTIONS);
  if (facts) system.replay(facts);
  return system;
}

function shipped(name: string): Uint8Array {
  const built = buildGuest(shippedGuest(name)!);
  if (!built.ok) throw new Error(JSON.stringify(built.error[0]));
  return built.value.image;
}

const random = (seed: number): Uint8Array => {
  const guest = randomGuest(seed);
  return imageOf(guest.source(guest.parts));
};

/** Everything read and everything written, wherever. */
const ALL: Watch = {
  ...NOTHING,
  data: [
    { space: 'physical', address: 0, length: MEMORY, on: 'read' },
    { space: 'physical', address: 0, length: MEMORY, on: 'write' },
  ],
};

const overlap = (from: number, length: number, at: number, size: number): boolean =>
  from < at + size && at < from + length;

describe.each<[string, () => Uint8Array]>([
  ['hello-rings', () => shipped('hello-rings')],
  ['page-tables', () => shipped('page-tables')],
  ...Array.from(
    { length: count },
    (_, i) => [`random guest ${first + i}`, () => random(first + i)] as [string, () => Uint8Array],
  ),
])('watching %s', (name, make) => {
  const seed = Number(name.replace(/\D/g, '')) || name.length * 1000;
  let image: Uint8Array;
  let facts: readonly TimedFact[];
  let state: string;
  let starts: Start[];
  let accesses: Sighting[];
  let watches: Watch[];
  let limits = LIMITS;
  /** The guest's steps in all. */
  let lastMoment = 0;

  beforeAll(() => {
    image = make();
    const plain = translated(image);
    sightingsOf(plain, null, LIMITS);
    facts = plain.timedFacts();
    state = stateOf(plain);
    limits = { ...LIMITS, guest: plain.guestRetired };
    lastMoment = plain.guestMoment;
    starts = startsOf(bareRun(image, facts), limits);
    accesses = sightingsOf(bareRun(image, facts), ALL, limits);
    const touched = accesses.filter(({ by }) => by !== 'page-walk');
    watches = [0, 1].map((i) => randomWatch(new Random(seed * 10 + i), starts, touched));
  });

  /** The run ends somewhere in the last instructions. */
  const isInside = ({ guestMoment }: { guestMoment: number }) => guestMoment < lastMoment - 1;

  it('tells every start of a watched instruction, as taken one by one on bare hardware', () => {
    for (const watch of watches) {
      const seen = sightingsOf(bareRun(image, facts), watch, limits)
        .filter((sighting) => sighting.kind === 'execute' && isInside(sighting))
        .map(({ linear, guestMoment }) => ({ linear, guestMoment }));
      expect(seen).toEqual(ofCode(starts, watch.code).filter(isInside));
    }
  });

  it('tells of a few bytes what watching all of memory tells of them', () => {
    for (const watch of watches) {
      const seen = sightingsOf(bareRun(image, facts), watch, limits);
      watch.data.forEach(({ space, address, length, on }, index) => {
        // Of a read-modify-write all of memory shows both halves, `access` the second.
        if (on === 'access') return;
        const expected = accesses.filter(({ kind, linear, physical, length: size, by }) => {
          if (kind !== on || (space === 'virtual' && by === 'page-walk')) return false;
          // An access that straddles pages is at two physical places.
          return overlap(address, length, space === 'virtual' ? linear : physical, size);
        });
        const whole = (s: Sighting): boolean => (s.physical & 0xfff) + s.length <= 0x1000;
        const bytes = (list: readonly Sighting[]) =>
          list.filter((s) => whole(s) && isInside(s)).map((s) => inWords({ ...s, watch: 0 }));
        expect(bytes(seen.filter((s) => s.watch === index))).toEqual(bytes(expected));
      });
    }
  });

  it('tells of a write wherever a byte of memory has changed', () => {
    const system = bareRun(image, facts);
    const written = new Set<string>();
    for (const { kind, physical, length, guestMoment } of accesses) {
      if (kind === 'read') continue;
      for (let i = 0; i < length; i++) written.add(`${guestMoment} ${physical + i}`);
    }
    const straddling = accesses.some((s) => (s.physical & 0xfff) + s.length > 0x1000);
    const pages = new Map<number, Uint8Array>();
    const missed: string[] = [];
    system.memory.takeDirtyPages();
    const before = system.memory.u8.slice();
    while (system.guestRetired < limits.guest) {
      const at = system.guestMoment;
      if (system.run(system.moment + 1).kind !== 'budget') break;
      for (const { page, bytes } of system.memory.takeDirtyPages()) {
        const was = pages.get(page) ?? before.subarray(page * 4096, (page + 1) * 4096);
        for (let i = 0; i < 4096; i++) {
          const address = page * 4096 + i;
          if (was[i] === bytes[i] || written.has(`${at} ${address}`)) continue;
          // A step ends behind the single-step trap of its instruction.
          if (written.has(`${at + 1} ${address}`)) continue;
          if (!straddling) missed.push(`${at}: ${address.toString(16)}`);
        }
        pages.set(page, bytes);
      }
    }
    expect(missed).toEqual([]);
  });

  it('is as if nobody looked, under both techniques', () => {
    const bare = bareRun(image, null);
    sightingsOf(bare, null, limits);
    for (const watch of [...watches, ALL]) {
      const watched = translated(image);
      sightingsOf(watched, watch, LIMITS);
      expect(stateOf(watched)).toBe(state);
      const onBare = bareRun(image, null);
      sightingsOf(onBare, watch, limits);
      expect(stateOf(onBare)).toBe(stateOf(bare));
    }
  });

  it('is as if nobody looked when runs are stopped and go on', () => {
    for (const watch of watches) {
      const watched = translated(image);
      let stops = 0;
      const seen = sightingsOf(watched, watch, LIMITS, () => ++stops % 3 !== 0);
      expect(stateOf(watched)).toBe(state);
      expect(seen.map(inWords)).toEqual(sightingsOf(translated(image), watch, LIMITS).map(inWords));
    }
  });

  it.each([undefined, SMALL_CACHE])('tells the same under both techniques, cache %s', (cache) => {
    const plain = translated(image, cache);
    sightingsOf(plain, null, LIMITS);
    /** Registers as the judge reads them when an instruction is about to execute. */
    const readWhen = (system: System, { kind }: Sighting): string => {
      if (kind !== 'execute') return '';
      const { gpr, eip, eflags, cpl, cr0, cr2, cr3 } = system.guest();
      return JSON.stringify([gpr, eip, eflags & SEEN_FLAGS, cpl, cr0, cr2, cr3]);
    };
    for (const watch of watches) {
      const bare = bareRun(image, plain.timedFacts());
      // Under translation user code loads segment registers from the monitor's copy of the GDT.
      const tables = new Set<string>();
      const registers = new Map<Sighting, string>();
      const onBare = sightingsOf(
        bare,
        watch,
        { ...limits, guest: plain.guestRetired },
        (sighting) => {
          const { base, limit } = bare.guest().gdtr;
          tables.add(`${base} ${limit}`);
          registers.set(sighting, readWhen(bare, sighting));
          return false;
        },
      );
      const gdts = [...tables].map((table) => table.split(' ').map(Number) as [number, number]);
      const isCompared = (s: Sighting): boolean => {
        if (s.guestMoment >= plain.guestMoment - 1 || s.by === 'page-walk') return false;
        const inGdt = gdts.some(([base, limit]) => overlap(base, limit + 1, s.linear, s.length));
        return !(s.kind === 'read' && s.by === 'instruction' && inGdt);
      };
      const subject = translated(image, cache);
      const seen = sightingsOf(subject, watch, LIMITS, (sighting) => {
        registers.set(sighting, readWhen(subject, sighting));
        return false;
      });
      for (const index of [-2, -1, ...watch.data.keys()]) {
        const of = (list: readonly Sighting[]) =>
          list
            .filter((s) => s.watch === index && isCompared(s))
            .map((s) => inWords(s) + registers.get(s));
        expect(of(seen), JSON.stringify(watch.data[index] ?? index)).toEqual(of(onBare));
      }
    }
  });
});

describe('a judge that says yes', () => {
  const image = shipped('hello-rings');

  /** Linear address of what the guest executes next. */
  const next = (system: System): number => {
    const { eip, segments } = system.guest();
    return (segments[SEG.CS]!.base + eip) >>> 0;
  };

  it.each([
    ['bare', () => bareRun(image, null)],
    ['binary translation', () => translated(image)],
  ])('stops %s before the watched instruction, at a guest boundary', (_, make) => {
    const starts = startsOf(bareRun(image, null), LIMITS);
    const { linear } = starts[500]!;
    const system = make();
    let met = 0;
    system.watch({ ...NOTHING, code: new Set([linear]) }, (sighting) => {
      met++;
      expect(next(system)).toBe(sighting.linear);
      expect(system.guestMoment).toBe(sighting.guestMoment);
      return true;
    });
    for (let stop = 1; stop <= 3; stop++) {
      expect(system.run(1_000_000)).toEqual({ kind: 'budget' });
      expect(met).toBe(stop);
      expect(next(system)).toBe(linear);
      expect(system.atGuestBoundary()).toBe(true);
    }
  });

  it.each([
    ['bare', () => bareRun(image, null)],
    ['binary translation', () => translated(image)],
  ])('stops %s behind the instruction that wrote', (_, make) => {
    const system = make();
    const wrote = sightingsOf(make(), ALL, LIMITS).filter((s) => s.kind === 'write');
    const { physical, length } = wrote[100]!;
    const data = [{ space: 'physical', address: physical, length, on: 'write' }] as const;
    let seen: Sighting | null = null;
    system.watch({ ...NOTHING, data }, (sighting) => {
      seen = sighting;
      return true;
    });
    expect(system.run(1_000_000)).toEqual({ kind: 'budget' });
    expect(system.atGuestBoundary()).toBe(true);
    expect(seen!.guestMoment).toBe(system.guestMoment - 1);
    expect(seen!.physical).toBeGreaterThan(physical - 4);
  });

  it('is asked anew after the machine was put back', () => {
    const system = bareRun(image, null);
    const starts = startsOf(bareRun(image, null), LIMITS);
    const { linear } = starts[0]!;
    const saved = system.save();
    let met = 0;
    system.watch({ ...NOTHING, code: new Set([linear]) }, () => ++met > 0);
    system.run(1);
    expect([met, system.retired]).toEqual([1, 0]);
    system.run(1);
    expect([met, system.retired]).toEqual([1, 1]);
    system.restore(saved);
    system.run(1);
    expect([met, system.retired]).toEqual([2, 0]);
  });

  it('is not asked by an instruction that is only tried untranslated', () => {
    const system = translated(image);
    let met = 0;
    let tried = 0;
    while (tried < 3 && system.run(system.moment + 1).kind === 'budget') {
      const { eip, cpl } = system.guest();
      if (cpl !== 0 || !system.atGuestBoundary() || system.actor() === 'monitor') continue;
      system.watch({ ...ALL, code: new Set([eip]) }, () => ++met > 0);
      expect(system.runUntranslated(eip)).not.toBeNull();
      system.watch(null, () => true);
      tried++;
    }
    expect([met, tried]).toEqual([0, 3]);
  });
});

describe('an instruction that is begun in a translation and carried out by the monitor', () => {
  it('is told once: a call through memory whose push hits a write trace', () => {
    const image = imageOf(
      guestOf({
        kernel: `jmp .go
        times 64 db 0
.stack: dd .target
.go:    mov esp, .stack
        call [.stack]
.target:
        nop`,
      }),
    );
    const subject = translated(image);
    const seen = sightingsOf(subject, ALL, LIMITS);
    expect(subject.counts()['trace-hit']).toBeGreaterThan(0);
    const onBare = sightingsOf(bareRun(image, subject.timedFacts()), ALL, LIMITS);
    const compared = (list: readonly Sighting[]) =>
      list.filter((s) => s.by !== 'page-walk' && isBefore(s)).map(inWords);
    const isBefore = ({ guestMoment }: Sighting) => guestMoment < subject.guestMoment - 1;
    expect(compared(seen)).toEqual(compared(onBare));
  });
});

describe('user code that sets TF for itself', () => {
  it('is told of as on bare hardware, though the trap leads into the monitor', () => {
    const image = imageOf(
      guestOf({
        user: `pushfd
        or dword [esp], 0x100
        popfd
        btc dword [uscratch + 0x78], 30
        mov dword [uscratch + 0x7c], 5
        nop`,
      }),
    );
    const subject = translated(image);
    const seen = sightingsOf(subject, ALL, LIMITS);
    const onBare = sightingsOf(bareRun(image, subject.timedFacts()), ALL, LIMITS);
    const modifications = (list: readonly Sighting[]) =>
      list.filter((s) => s.by === 'instruction' && s.kind === 'write' && isBefore(s)).map(inWords);
    const isBefore = ({ guestMoment }: Sighting) => guestMoment < subject.guestMoment - 1;
    expect(modifications(seen)).toEqual(modifications(onBare));
  });
});

describe('page tables', () => {
  const ENTRY = 0x20a003;
  const TABLE = 0x20a000;
  // Entry 0x200 of the directory names a table for three instructions.
  const image = imageOf(
    guestOf({
      kernel: `mov dword [low_table + 0x20a*4], ${ENTRY}
        mov eax, cr3
        mov dword [${TABLE}], 0
        mov dword [eax + 0x800], ${ENTRY}
        mov dword [${TABLE + 4}], 0
        mov dword [eax + 0x800], 0
        mov dword [${TABLE + 8}], 0
        mov dword [scratch], 0`,
    }),
  );

  it.each([
    ['bare', () => bareRun(image, null)],
    ['binary translation', () => translated(image)],
  ])('are watched on %s while the directory names them', (_, make) => {
    const system = make();
    const seen = sightingsOf(system, { ...NOTHING, pageTables: true }, LIMITS);
    const directory = system.guest().cr3;
    const offsets = seen.map(({ physical }) =>
      physical >>> 12 === directory >>> 12 ? `directory+${physical & 0xfff}` : physical,
    );
    const low = offsets[offsets.indexOf('directory+2048') - 1];
    expect(typeof low).toBe('number');
    expect(offsets).toEqual(expect.arrayContaining([low, 'directory+2048', TABLE + 4]));
    expect(offsets.filter((at) => at === 'directory+2048')).toHaveLength(2);
    expect(offsets).not.toContain(TABLE);
    expect(offsets).not.toContain(TABLE + 8);
  });
});
