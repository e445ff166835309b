import { describe, expect, it } from 'vitest';
import {
  bareView,
  bootView,
  directView,
  popfBlock,
  translatedView,
} from '../../ui/testing/fixture-panels';
import { guestTag, linesOf, whyUntranslated } from './correspondence';

describe('line-to-line correspondence', () => {
  it('gives one guest line all the lines it became', () => {
    expect(linesOf(popfBlock)).toEqual([[0], [1], [2], [3], [4, 5], [6]]);
  });

  it('leaves out exits that came from no guest line', () => {
    const block = {
      ...popfBlock,
      translation: popfBlock.translation.map((t) => ({ ...t, from: null })),
    };
    expect(linesOf(block).flat()).toEqual([]);
  });

  it('tags a copied line "same" and a sensitive one by its class', () => {
    expect(popfBlock.guest.map((_, i) => guestTag(popfBlock, i))).toEqual([
      'same',
      'same',
      'same',
      'same',
      'sensitive',
      'ends block',
    ]);
  });
});

describe('a missing translation', () => {
  it('is explained by what runs', () => {
    expect(whyUntranslated(translatedView)).toBeNull();
    expect(whyUntranslated(directView)).toBe('Ring 3 code runs directly, unmodified.');
    expect(whyUntranslated(bareView)).toContain('No hypervisor');
    expect(whyUntranslated(bootView)).toContain('No guest block');
  });
});
