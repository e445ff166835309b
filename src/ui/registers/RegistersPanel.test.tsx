import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, it } from 'vitest';
import { bareView, calloutView, translatedView } from '../testing/fixture-panels';
import { RegistersPanel } from './RegistersPanel';

const html = (view: typeof bareView) => renderToStaticMarkup(<RegistersPanel view={view} />);
const value = (markup: string, register: string, cpu: string) =>
  new RegExp(`data-register="${register}" data-cpu="${cpu}" data-value="([^"]*)"`).exec(
    markup,
  )?.[1];

describe('the registers', () => {
  it('can be read by name and CPU', () => {
    const markup = html(translatedView);
    expect(value(markup, 'cpl', 'real')).toBe('1');
    expect(value(markup, 'cpl', 'guest')).toBe('0');
    expect(value(markup, 'cr3', 'real')).toBe('003ff000');
    expect(value(markup, 'esp', 'guest')).toBe('0010cfe8');
    expect(value(markup, 'flags', 'real')).toBe('odItszapc');
  });

  it('shows a changed flag as old and new, in words too', () => {
    const markup = html(calloutView(1));
    expect(markup).toMatch(/0 <span class="arrow">→<\/span> 1/);
    expect(markup).toContain('1, changed from 0');
    expect(markup).toMatch(/data-register="if" data-cpu="guest" data-value="1" data-was="0"/);
    expect(markup).toMatch(/data-register="if" data-cpu="real" data-value="1">/);
  });

  it('keeps the old value of a changed register one hover or focus away', () => {
    expect(html(translatedView)).toMatch(/tabindex="0">0010cfe8.*?was 0010cfec/s);
  });

  it('marks rows that differ by a sign and a word, not by colour alone', () => {
    const row = /<tr class="differs"><th[^>]*>CR3.*?<\/tr>/s.exec(html(translatedView))?.[0];
    expect(row).toContain('≠');
    expect(row).toContain(' differs');
    expect(html(bareView)).not.toContain('≠');
  });

  it('sums the difference up', () => {
    expect(html(translatedView)).toContain('Two truths.');
    expect(html(bareView)).toContain('One truth.');
  });
});
