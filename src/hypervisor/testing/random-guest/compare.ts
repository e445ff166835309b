/** Runs a random guest under the binary translator and on bare hardware, and says where they part. */
import { assemble, formatAsmError, toElf } from '../../../assembler/index';
import { hex32 } from '../../../base/hex';
import { format } from '../../../machine/codec/format';
import type { Outcome } from '../../../machine/outcome';
import type { TimedFact } from '../../core/system';
import { bareOn, partingOf, translatedOn } from '../systems';
import type { Part, RandomGuest } from './generate';

/** Guest instructions after which a guest is not followed any further. */
const LIMIT = 8000;
/** Machine instructions: a guest that loops in faults retires little. */
const MACHINE_LIMIT = 600_000;

export interface Comparison {
  /** What went wrong, in words for a person; null if nothing did. */
  readonly failure: string | null;
  readonly outcome: Outcome;
  readonly guestRetired: number;
  readonly counts: Readonly<Record<string, number>>;
}

export function imageOf(source: string): Uint8Array {
  const assembly = assemble(source, { name: 'random.asm' });
  if (!assembly.ok) {
    const lines = source.split('\n');
    const where = assembly.error
      .slice(0, 3)
      .map((error) => `${formatAsmError(error)}\n${lines[error.line - 1] ?? ''}`);
    throw new Error(where.join('\n'));
  }
  return toElf(assembly.value);
}

const describe = (outcome: Outcome): string =>
  outcome.kind === 'exited' ? `exited ${outcome.code}` : outcome.kind;

/** @param cacheBytes a small cache fills up and is flushed */
export function compareOn(image: Uint8Array, cacheBytes?: number): Comparison {
  const options = cacheBytes === undefined ? {} : { cacheBytes };
  const first = translatedOn(image, options);
  let outcome: Outcome = { kind: 'budget' };
  let failure: string | null = null;
  try {
    while (
      outcome.kind === 'budget' &&
      first.guestRetired < LIMIT &&
      first.retired < MACHINE_LIMIT
    ) {
      outcome = first.run(first.moment + 1000);
    }
  } catch (thrown) {
    const guest = first.guest();
    failure = `the monitor failed at guest instruction ${first.guestRetired}, EIP ${hex32(guest.eip)}: ${String(thrown)}`;
  }
  const { guestRetired } = first;
  const counts = first.counts();
  const done = (message: string | null): Comparison => ({
    failure: message,
    outcome,
    guestRetired,
    counts,
  });
  const facts = first.timedFacts();
  const bare = bareOn(image);
  const replay = bare.replay(facts);
  if (failure !== null) {
    bare.run(guestRetired);
    return done(`${failure}\n${lastInstructions(image, facts, guestRetired)}`);
  }
  const again = translatedOn(image, options);
  const divergence = partingOf(again, bare, guestRetired);
  if (divergence || replay.divergence) {
    const at = divergence?.guestRetired ?? bare.guestRetired;
    const what = divergence?.differences.join('; ') ?? '';
    return done(
      `after ${at} guest instructions (of ${guestRetired}, ${describe(outcome)}), EIP ${hex32(divergence?.guestEip ?? 0)}: ${what} ${replay.divergence ?? ''}\n${lastInstructions(image, facts, at)}`,
    );
  }
  if (outcome.kind === 'budget') return done(null);
  const ending = bare.run(bare.moment + 1000);
  if (describe(ending) !== describe(outcome)) {
    return done(
      `the outcome is ${JSON.stringify(outcome)}, bare ${JSON.stringify(ending)}\n${lastInstructions(image, facts, guestRetired)}`,
    );
  }
  if (bare.serial() !== first.serial())
    return done(`the console is ${first.serial()}, bare ${bare.serial()}`);
  return done(null);
}

/** Disassembly of what bare hardware executed just before. */
function lastInstructions(image: Uint8Array, facts: readonly TimedFact[], until: number): string {
  const bare = bareOn(image);
  bare.replay(facts);
  bare.run(Math.max(0, until - 12));
  const lines: string[] = [];
  for (;;) {
    const { eip, cpl, segments } = bare.guest();
    const code = segments[1]!;
    const bytes = bare.readGuest((code.base + eip) >>> 0, 15);
    const bits = code.rights & 0x4000 ? 32 : 16;
    const text = bytes ? format(bytes, eip, bits) : 'not mapped';
    lines.push(`  ${bare.retired} ring ${cpl} ${hex32(eip)}  ${text}`);
    if (bare.retired >= until + 1) break;
    if (bare.run(bare.moment + 1).kind !== 'budget') break;
  }
  return lines.join('\n');
}

/** The fewest parts that still fail, by leaving out one after the other. */
export function shrink(
  guest: RandomGuest,
  fails: (parts: readonly Part[]) => boolean,
): readonly Part[] {
  let parts = guest.parts;
  for (let index = 0; index < parts.length; ) {
    const fewer = parts.filter((_, i) => i !== index);
    if (fails(fewer)) parts = fewer;
    else index++;
  }
  return parts;
}
