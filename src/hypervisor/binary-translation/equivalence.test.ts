import { describe, expect, it } from 'vitest';
import { assemble, toElf } from '../../assembler/index';
import { shippedGuest } from '../../guests/registry';
import { meantRun } from '../../guests/shipped-guest';
import { runToEnd } from '../testing/equivalence';
import { bareOn, interruptsOf, partingOf, translatedOn } from '../testing/systems';

const LIMIT = 1_000_000;

function imageOf(name: string): Uint8Array {
  const guest = shippedGuest(name)!;
  const assembly = assemble(guest.source, { name: guest.fileName });
  if (!assembly.ok) throw new Error(JSON.stringify(assembly.error[0]));
  return toElf(assembly.value);
}

/** The technique's run, replayed on bare hardware and compared at every guest instruction. */
function compare(image: Uint8Array, options: { readonly cacheBytes?: number } = {}) {
  const first = translatedOn(image, options);
  const outcome = runToEnd(first, LIMIT);
  const facts = first.timedFacts();
  const bare = bareOn(image);
  const replay = bare.replay(facts);
  const again = translatedOn(image, options);
  const divergence = partingOf(again, bare, LIMIT);
  return { outcome, divergence, replay, first, bare, interrupts: interruptsOf(facts).size };
}

// All shipped guests under every technique: src/guests/runs.test.ts.
describe('hello-rings under binary translation', () => {
  const guest = shippedGuest('hello-rings')!;
  const expected = meantRun(guest, 'binary-translation');

  it('prints and ends as on bare hardware', () => {
    const image = imageOf(guest.name);
    const system = translatedOn(image);
    expect(runToEnd(system, LIMIT)).toEqual({ kind: 'exited', code: expected.exitCode });
    expect(system.serial()).toBe(expected.console);
  });

  it('has the registers, flags and memory of bare hardware at every guest instruction', () => {
    const { outcome, divergence, replay, first, bare, interrupts } = compare(imageOf(guest.name));
    expect(outcome.kind).toBe('exited');
    expect(divergence).toBeNull();
    expect(replay.divergence).toBeNull();
    expect(replay.remaining).toEqual({ interrupts: 0, reads: 0 });
    expect(bare.guestRetired).toBe(first.guestRetired);
    expect(interrupts).toBeGreaterThan(2);
    expect(bare.serial()).toBe(expected.console);
  }, 240_000);

  it('stays equal when the cache is so small that it is flushed again and again', () => {
    const { divergence, first } = compare(imageOf(guest.name), { cacheBytes: 2048 });
    expect(divergence).toBeNull();
    expect(first.counts()['cache-flushed']).toBeGreaterThan(0);
  }, 240_000);
});

describe('binary translation of hello-rings', () => {
  const system = translatedOn(imageOf('hello-rings'));
  runToEnd(system, LIMIT);
  const counts = system.counts();

  it('hits the cache far more often than it misses', () => {
    expect(counts['cache-hit']!).toBeGreaterThan(10 * counts['cache-miss']!);
  });

  it('chains blocks, calls out, injects interrupts and runs user code directly', () => {
    for (const kind of ['translated', 'chained', 'callout', 'injected', 'direct-entered']) {
      expect(counts[kind] ?? 0, kind).toBeGreaterThan(0);
    }
  });

  it('a checkpoint restored has the same future, bit for bit', () => {
    const image = imageOf('hello-rings');
    const subject = translatedOn(image);
    subject.run(50_000);
    subject.memory.markAllDirty();
    const ram = subject.memory.takeDirtyPages();
    const saved = subject.save();
    const digest = () => {
      subject.run(90_000);
      return JSON.stringify([
        subject.real(),
        subject.guest(),
        subject.counts(),
        subject.cyclesByCause(),
      ]);
    };
    const future = digest();
    const futureRam = subject.memory.u8.slice();
    subject.memory.restorePages(ram);
    subject.restore(saved);
    expect(digest()).toBe(future);
    expect(Buffer.compare(subject.memory.u8, futureRam)).toBe(0);
  });

  it('trying an instruction untranslated leaves the machine as it was', () => {
    const subject = translatedOn(imageOf('hello-rings'));
    let tried = 0;
    while (tried < 3 && subject.run(subject.moment + 1).kind === 'budget') {
      const guest = subject.guest();
      if (!subject.atGuestBoundary() || guest.cpl !== 0) continue;
      if (subject.readGuest(guest.eip, 1)?.[0] !== 0x9d) continue; // popf
      const before = JSON.stringify([subject.real(), subject.guest(), subject.counts()]);
      const ram = subject.memory.u8.slice();
      const run = subject.runUntranslated(guest.eip);
      expect(run?.exception).toBeNull();
      expect(run!.after.eflags & 0x200, 'IF stays 1 whatever POPF pops').toBe(0x200);
      expect(run!.after.eip).toBe(guest.eip + 1);
      expect(JSON.stringify([subject.real(), subject.guest(), subject.counts()])).toBe(before);
      expect(Buffer.compare(subject.memory.u8, ram)).toBe(0);
      tried++;
      subject.run(subject.moment + 100);
    }
    expect(tried).toBe(3);
  });
});
