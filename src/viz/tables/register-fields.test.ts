import { describe, expect, it } from 'vitest';
import {
  CR0_PG,
  CR0_WP,
  CR4_PSE,
  EFLAGS_IF,
  EFLAGS_IOPL,
  EFLAGS_ZF,
} from '../../machine/cpu/state';
import { cr0Fields, cr3Fields, cr4Fields, eflagsFields } from './register-fields';

const setIn = (fields: ReturnType<typeof cr0Fields>) =>
  fields.filter(({ value }) => value !== 0).map(({ name }) => name);

describe('bits of registers', () => {
  it('stand where the machine has them', () => {
    expect(setIn(eflagsFields(EFLAGS_IF | EFLAGS_ZF | EFLAGS_IOPL))).toEqual(['IOPL', 'IF', 'ZF']);
    expect(setIn(cr0Fields(CR0_PG | CR0_WP | 1))).toEqual(['PG', 'WP', 'PE']);
    expect(setIn(cr4Fields(CR4_PSE))).toEqual(['PSE']);
    expect(cr3Fields(0x00123000)[0]?.value).toBe(0x123);
  });

  it('say what IOPL allows', () => {
    const meaning = (value: number) =>
      eflagsFields(value).find(({ name }) => name === 'IOPL')?.meaning;
    expect(meaning(0)).toContain('ring 0 only');
    expect(meaning(EFLAGS_IOPL)).toContain('any ring');
  });
});
