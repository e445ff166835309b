import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, it } from 'vitest';
import {
  bareView,
  bootView,
  calloutView,
  directView,
  translatedView,
} from '../testing/fixture-panels';
import { BlockPair } from './BlockPair';

const rows = (markup: string, side: string) => {
  const pane = markup.split(`data-side="${side}"`)[1]?.split('data-side=')[0] ?? '';
  return pane.match(/<tr.*?<\/tr>/gs) ?? [];
};
const html = (view: typeof bareView, hovered: number | null = null) =>
  renderToStaticMarkup(<BlockPair view={view} hovered={hovered} />);

describe('the block pair', () => {
  it('marks the executed line and the next line in different ways, on both sides', () => {
    const markup = html(calloutView(3));
    for (const [side, executed, next] of [
      ['guest', 4, 5],
      ['translation', 5, 6],
    ] as const) {
      const all = rows(markup, side);
      expect(all.map((r) => r.includes('just executed')).indexOf(true)).toBe(executed);
      expect(all.map((r) => r.includes('aria-current="step"')).indexOf(true)).toBe(next);
      expect(all[next]).toContain('▶');
      expect(all[executed]).not.toContain('▶');
    }
  });

  it('marks what a guest line became', () => {
    const markup = html(translatedView, 4);
    const linked = (side: string) =>
      rows(markup, side).flatMap((r, i) => (/class="[^"]*linked/.test(r) ? [i] : []));
    expect(linked('guest')).toEqual([4]);
    expect(linked('translation')).toEqual([4, 5]);
  });

  it('tells the correspondence in words', () => {
    const markup = html(translatedView);
    expect(rows(markup, 'guest')[4]).toContain('becomes line 5, 6 of the translation');
    expect(rows(markup, 'translation')[5]).toContain('from guest line 5');
  });

  it('tags lines', () => {
    const markup = html(translatedView);
    const tag = (row: string | undefined) => /class="tag-long">([^<]*)</.exec(row ?? '')?.[1];
    expect(rows(markup, 'guest').map(tag)).toEqual([
      'same',
      'same',
      'same',
      'same',
      'sensitive',
      'ends block',
    ]);
    expect(rows(markup, 'translation').map(tag)).toEqual([
      'same',
      'same',
      'same',
      'same',
      'rewritten',
      'hypervisor call',
      'chained',
    ]);
  });

  it('has one tab stop a side', () => {
    const markup = html(translatedView);
    for (const side of ['guest', 'translation']) {
      expect(
        rows(markup, side).filter((r) => r.startsWith('<tr') && /<tr[^>]*tabindex="0"/.test(r)),
      ).toHaveLength(1);
    }
  });

  it('says why there is no translation', () => {
    expect(html(directView)).toContain('Ring 3 code runs directly, unmodified.');
    expect(html(bareView)).toContain('No hypervisor: the CPU runs the guest');
    expect(html(bootView)).toContain('No guest block is being executed.');
  });
});
