import { describe, expect, it } from 'vitest';
import { assemble, toElf } from '../../assembler/index';
import { VECTOR } from '../../machine/cpu/state';
import { translatedOn } from '../testing/systems';
import type { BinaryTranslationSystem } from './system';

const HEADER = `
        bits 32
        org 0x100000
        section .text
        dd 0x1badb002, 0, -0x1badb002
        global _start
_start:
`;

function guest(body: string): BinaryTranslationSystem {
  const assembly = assemble(HEADER + body, { name: 'guest.asm' });
  if (!assembly.ok) throw new Error(assembly.error[0]?.message);
  return translatedOn(toElf(assembly.value));
}

/** Runs to the guest's first instruction and tries it untranslated. */
function tryFirst(body: string) {
  const system = guest(body);
  while (!(system.actor() === 'translated-kernel' && system.atGuestBoundary())) {
    expect(system.run(system.moment + 1).kind).toBe('budget');
  }
  return system.runUntranslated(system.guest().eip);
}

describe('runUntranslated', () => {
  it('works for a guest that has not set ESP: a stack in the top 4 MiB is out of its segment', () => {
    const run = tryFirst('cli\n jmp $\n');
    expect(run?.exception).toEqual({ vector: VECTOR.GP, errorCode: 0 });
  });

  it('tells that POPF with a stack inside the monitor faults: the truncated segment protects it', () => {
    const run = tryFirst('popf\n jmp $\n');
    // ESP 0: the image would come from linear 0, which is the guest's own.
    expect(run?.exception).toBeNull();
    const system = guest('mov esp, 0xffffff00\n popf\n jmp $\n');
    while (system.guest().eip !== 0x100011 || !system.atGuestBoundary()) {
      expect(system.run(system.moment + 1).kind).toBe('budget');
    }
    expect(system.runUntranslated(0x100011)?.exception?.vector).toBe(VECTOR.SS);
  });
});
