import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, it } from 'vitest';
import { bootView, translatedView } from '../testing/fixture-panels';
import { ConsolePanel } from './ConsolePanel';

const html = (view: typeof bootView) => renderToStaticMarkup(<ConsolePanel view={view} />);

describe('the console', () => {
  it('shows the serial text as it was printed', () => {
    expect(html(translatedView)).toContain('hello from ring 0\nprimes below 100: 25\n</pre>');
  });

  it('draws the screen in its colours and says it in words', () => {
    const markup = html(translatedView);
    expect(markup).toMatch(/fill="#0000aa"/);
    expect(markup).toMatch(/<text[^>]*fill="#55ff55"/);
    expect(markup).toContain('aria-label="VGA text screen: hello-rings: a kernel in ring 0');
    expect(markup).toContain('cursor at row 5, column 1');
  });

  it('says when nothing was printed', () => {
    const markup = html(bootView);
    expect(markup).toContain('Nothing printed yet.');
    expect(markup).toContain('The screen is blank.');
    expect(markup).not.toContain('class="cursor"');
  });
});
