import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, it } from 'vitest';
import type { BitField, MemoryView, PageEntryView, WalkView } from '../../session/debug';
import { memoryRows } from '../../viz/memory/rows';
import { MemoryGrid } from './MemoryGrid';
import { BitRuler } from './parts/BitRuler';
import { expressionText, numberOrExpression } from './parts/ExpressionField';
import { WalkPicture } from './WalkPicture';

const nothing = () => {};

const memory: MemoryView = {
  space: 'virtual',
  address: 0x1000,
  bytes: [0x41, null, 0x42, 0, 0x00, 0x10, 0, 0],
  changed: [2],
  symbols: [{ offset: 0, name: 'text' }],
  pointers: [{ offset: 4, target: 0x1000, kind: 'data', label: 'text' }],
  registers: [{ offset: 4, name: 'esp' }],
};

const grid = (draft: { address: number; digits: string } | null = null) =>
  renderToStaticMarkup(
    <MemoryGrid
      ref={null}
      rows={memoryRows(memory, 8)}
      perRow={8}
      chosen={0x1002}
      draft={draft}
      onChoose={nothing}
      onKey={nothing}
      onWheel={nothing}
    />,
  );

describe('the bytes of the memory panel', () => {
  it('say in words what colour and marks say', () => {
    const html = grid();
    expect(html).toContain('aria-label="00001000: 41, label text, a pointer leads here"');
    expect(html).toContain('aria-label="00001001: not mapped"');
    expect(html).toContain('aria-label="00001002: 42, changed"');
    expect(html).toContain('00001004: 00, part of a pointer to text, esp points here');
  });

  it('give a pointer and its target the same mark', () => {
    expect(grid().match(/data-pair="1"/g)).toHaveLength(5);
  });

  it('have one tab stop: the chosen byte', () => {
    const html = grid();
    expect(html.match(/tabindex="0"/g)).toHaveLength(1);
    expect(html).toMatch(/tabindex="0" data-address="4098"/);
  });

  it('show digits as they are typed, over the bytes they would replace', () => {
    const html = grid({ address: 0x1002, digits: 'ab1' });
    expect(html).toMatch(/data-address="4098"[^>]*>ab</);
    expect(html).toMatch(/data-address="4099"[^>]*>1_</);
  });
});

const fields: readonly BitField[] = [
  { name: 'frame', high: 31, low: 12, value: 0x105, meaning: 'the page lies there' },
  { name: 'P', high: 0, low: 0, value: 1, meaning: 'present' },
];

describe('the bit ruler', () => {
  it('lists every field with its bits, value and meaning', () => {
    const html = renderToStaticMarkup(<BitRuler fields={fields} />);
    expect(html).toMatch(/31:12.*?frame.*?0x105.*?the page lies there/s);
    expect(html).not.toContain('clear it');
  });

  it('offers to change only the bits that may be changed', () => {
    const html = renderToStaticMarkup(
      <BitRuler fields={fields} onFlip={nothing} canFlip={({ name }) => name === 'P'} />,
    );
    expect(html.match(/clear it/g)).toHaveLength(1);
  });
});

const entry: PageEntryView = {
  index: 0,
  entryAddress: 0x2000,
  entry: 0x3001,
  linear: 0,
  target: 0x3000,
  present: true,
  large: false,
  writable: false,
  user: false,
  accessed: false,
  dirty: false,
  fields: [],
};

const walk: WalkView = {
  cpu: 'guest',
  address: 0x1234,
  access: 'write',
  user: true,
  enabled: true,
  cr3: 0x2000,
  parts: { directory: 0, table: 1, offset: 0x234 },
  directoryEntry: entry,
  tableEntry: null,
  outcome: { kind: 'fault', errorCode: 7, why: 'read-only' },
  tlb: null,
  machine: null,
};

describe('the picture of a walk', () => {
  it('marks the entry that stops it by a sign, not by colour alone', () => {
    const html = renderToStaticMarkup(
      <WalkPicture view={walk} width={480} chosen={null} onChoose={nothing} />,
    );
    expect(html.match(/class="walk-stop"/g)).toHaveLength(1);
    expect(html).toContain('not reached');
  });
});

describe('an address field', () => {
  it('takes numbers as numbers and all else as an expression', () => {
    expect(
      ['0x10', '16', 'esp', '[ebp+8]', '0x1 + 2', '0x123456789'].map(numberOrExpression),
    ).toEqual([16, 16, 'esp', '[ebp+8]', '0x1 + 2', '0x123456789']);
    expect([expressionText(0x10), expressionText('esp')]).toEqual(['0x00000010', 'esp']);
  });
});
