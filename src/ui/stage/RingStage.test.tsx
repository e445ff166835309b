import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, it } from 'vitest';
import {
  bareView,
  calloutView,
  directView,
  translatedView,
  trapView,
} from '../testing/fixture-panels';
import { RingStage } from './RingStage';

const html = (view: typeof bareView) => renderToStaticMarkup(<RingStage view={view} />);
const token = (markup: string) => /class="token"[^>]*data-place="(\w+)"/.exec(markup)?.[1];

describe('the ring stage', () => {
  it('puts the token where the real CPU is', () => {
    expect(token(html(translatedView))).toBe('ring1');
    expect(token(html(directView))).toBe('ring3');
    expect(token(html(bareView))).toBe('ring0');
    expect(token(html(trapView(2)))).toBe('hardware');
    expect(token(html(calloutView(1)))).toBe('ring0');
    expect(token(html(calloutView(3)))).toBe('ring1');
  });

  it('offers every phase as a labelled button, the current one marked and the only tab stop', () => {
    const markup = html(trapView(3));
    const buttons = markup.match(/<button[^>]*aria-label="Phase [^>]*>/g) ?? [];
    expect(buttons).toHaveLength(9);
    const current = buttons.filter((b) => b.includes('aria-current="step"'));
    expect(current).toHaveLength(1);
    expect(current[0]).toContain('Phase 4 of 9, current: frame pushed.');
    expect(buttons.filter((b) => b.includes('tabindex="0"'))).toEqual(current);
  });

  it('draws what was executed solid and the rest dashed', () => {
    const hops = html(calloutView(1)).match(/<g class="hop[^"]*"/g) ?? [];
    expect(hops).toEqual(['<g class="hop reached"', '<g class="hop"', '<g class="hop"']);
  });

  it('says in red what the instruction would do untranslated, and that nothing trapped', () => {
    const markup = html(translatedView);
    expect(markup).toContain('If popf ran untranslated here');
    expect(markup).toMatch(
      /card-note bad"><strong>No trap\.<\/strong> IF before 1, popped 0, after 1/,
    );
    expect(html(directView)).not.toContain('untranslated here');
    const traps = { ...translatedView, whatIf: { ...translatedView.whatIf!, trapped: '#GP(0)' } };
    expect(html(traps)).toMatch(/card-note good"><strong>#GP\(0\): it traps/);
  });

  it('has the guest kernel in ring 0 and an unused ring 1 without a hypervisor', () => {
    const markup = html(bareView);
    expect(markup).toContain('unused: no hypervisor');
    expect(markup).toMatch(/stage-card kernel running" data-band="ring0"/);
    expect(markup).not.toContain('Hypervisor');
  });

  it('lists all phases with details and costs in its text twin', () => {
    const twin = /<details.*<\/details>/s.exec(html(trapView(3)))?.[0] ?? '';
    expect(twin).toContain('Ring 0, the real kernel mode: hypervisor');
    expect(twin).toContain('TSS gives SS:ESP 0x0010:ffc02ff0 for ring 0. 40 cycles.');
    expect(twin.match(/Phase \d+ of 9/g)).toHaveLength(9);
  });
});
