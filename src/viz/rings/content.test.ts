import { describe, expect, it } from 'vitest';
import type { Outcome } from '../../machine/outcome';
import { calloutView } from '../../ui/testing/fixture-panels';
import { stageContent } from './content';

const ended = (outcome: Outcome) => stageContent({ ...calloutView(3), outcome });

describe('the end of a run', () => {
  it.each([
    [{ kind: 'exited', code: 16 }, 'Exited', 'The guest exited with code 16.'],
    [
      { kind: 'triple-fault', message: 'No stack at 0x10.' },
      'Triple fault: the CPU has shut down',
      'No stack at 0x10.',
    ],
    [{ kind: 'stopped', message: 'fninit is missing.' }, 'Stopped', 'fninit is missing.'],
    [{ kind: 'halted' }, 'Halted for ever', 'The CPU has halted, and nothing can wake it.'],
  ] as const)('goes before the phase it happened in: %j', (outcome, word, text) => {
    const content = ended(outcome);
    expect(content.outcome?.word).toBe(word);
    expect(content.caption).toBe(text);
    expect(content.hypervisor).toMatchObject({ running: false, detail: text });
    expect([content.user.running, content.kernel.running]).toEqual([false, false]);
  });

  it('is not a spent budget', () => {
    expect(ended({ kind: 'budget' }).outcome).toBeNull();
    expect(ended({ kind: 'budget' }).caption).toMatch(/jmp next/);
  });
});
