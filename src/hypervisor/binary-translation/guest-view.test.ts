import { describe, expect, it } from 'vitest';
import { assemble, toElf } from '../../assembler/index';
import { shippedGuest } from '../../guests/registry';
import { VECTOR } from '../../machine/cpu/state';
import { translatedOn } from '../testing/systems';
import { isEntering, vectorStub } from './entry-code';
import type { BinaryTranslationSystem } from './system';

function helloRings(): BinaryTranslationSystem {
  const assembly = assemble(shippedGuest('hello-rings')!.source, { name: 'hello-rings.asm' });
  if (!assembly.ok) throw new Error(assembly.error[0]?.message);
  return translatedOn(toElf(assembly.value));
}

/** What a student watches in the column "What the guest sees". */
function seen(system: BinaryTranslationSystem): string {
  const { gpr, eip, eflags, segments } = system.guest();
  return JSON.stringify([gpr, eip, eflags, segments.map(({ selector }) => selector)]);
}

describe('the guest CPU, seen while the monitor is entered', () => {
  it('does not change from the interrupted instruction up to the reserved opcode', () => {
    const system = helloRings();
    let before = seen(system);
    let entries = 0;
    while (system.retired < 200_000 && system.run(system.moment + 1).kind === 'budget') {
      const now = seen(system);
      const { cpl, eip } = system.real();
      // A single-step trap comes after its instruction, in the same step: the guest did go on.
      const hasStepped = eip === vectorStub(VECTOR.DB);
      if (cpl === 0 && isEntering(eip) && !hasStepped) {
        expect(now, `entry at machine instruction ${system.retired}`).toBe(before);
        entries++;
      }
      before = now;
    }
    expect(entries).toBeGreaterThan(5_000);
  });
});
