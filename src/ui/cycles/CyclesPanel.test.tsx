import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, it } from 'vitest';
import { bootView, translatedView } from '../testing/fixture-panels';
import { CyclesPanel } from './CyclesPanel';

describe('the cycles', () => {
  it('are listed by cause with numbers, total and preset', () => {
    const markup = renderToStaticMarkup(<CyclesPanel view={translatedView} />);
    expect(markup).toContain('data-value="61200">61.2k<');
    expect(markup).toContain('data-total="87540">87,540 modelled cycles in all');
    expect(markup).toContain('Pentium 4 costs');
    expect(markup).not.toContain('idle (HLT)');
  });

  it('are none before the first instruction', () => {
    expect(renderToStaticMarkup(<CyclesPanel view={bootView} />)).toContain('None yet');
  });
});
