import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, it } from 'vitest';
import { bareView, bootView, cacheOf, translatedView } from '../testing/fixture-panels';
import { CacheMap } from './CacheMap';
import { CacheTable, sortBlocks } from './CacheText';

const html = (view: typeof bareView, selected: number | null = null) =>
  renderToStaticMarkup(<CacheMap view={view} selected={selected} onSelect={() => {}} />);

describe('the cache map', () => {
  it('draws every block with a name, outlines the current one and crosses out the invalid one', () => {
    const markup = html(translatedView);
    expect(markup.match(/role="option"/g)).toHaveLength(41);
    expect(markup.match(/aria-label="Block \d+[^"]*ran [\d,]+ times?/g)).toHaveLength(41);
    expect(markup.match(/cell-ring current/g)).toHaveLength(1);
    expect(markup.match(/cell-cross/g)).toHaveLength(1);
    expect(markup).toMatch(/aria-label="Block 23 \(current\);/);
  });

  it('says what the step did and sums up', () => {
    const markup = html(translatedView);
    expect(markup).toContain('Hit: block 23');
    expect(markup).toContain(
      '41 blocks, 13 chained, 1 invalidated; area = bytes, shade = executions',
    );
  });

  it('draws the chains of the chosen block', () => {
    const chained = cacheOf(41).blocks.find((b) => b.chainedTo.length === 2)!;
    const markup = html(translatedView, chained.id);
    expect(markup.match(/class="arc"/g)).toHaveLength(2);
    expect(markup.match(/cell-ring target/g)).toHaveLength(2);
    expect(html(translatedView)).not.toContain('class="arc"');
  });

  it('is one tab stop that points at a block', () => {
    const markup = html(translatedView);
    expect(markup.match(/tabindex="0"/g)).toHaveLength(1);
    const active = /aria-activedescendant="([^"]*)"/.exec(markup)?.[1];
    expect(markup).toContain(`id="${active}" class="cell valid"`);
  });

  it('explains itself when there is nothing to draw', () => {
    expect(html(bareView)).toContain('nothing is translated without a hypervisor');
    expect(html(bootView)).toContain('nothing has been translated yet');
  });
});

describe('the table of blocks', () => {
  it('lists all of them and sorts by any column', () => {
    const cache = cacheOf(41);
    const markup = renderToStaticMarkup(<CacheTable cache={cache} onSelect={() => {}} />);
    expect(markup.match(/<tr/g)).toHaveLength(42);
    expect(markup).toContain('aria-sort="ascending"');
    const ran = sortBlocks(cache.blocks, 'executions', true).map((b) => b.executions);
    expect(ran).toEqual([...ran].sort((a, b) => b - a));
    expect(sortBlocks(cache.blocks, 'state', true)[0]?.state).toBe('invalid');
  });
});
