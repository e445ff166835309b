import { describe, expect, it } from 'vitest';
import { screenRuns, screenText, VGA_COLOURS } from './vga';

const screen = (line: string, attributes: readonly number[]) => ({
  text: [line.padEnd(80), ...Array.from({ length: 24 }, () => ' '.repeat(80))],
  attributes: Array.from({ length: 2000 }, (_, i) => attributes[i] ?? 7),
});

describe('the VGA screen', () => {
  it('splits a row where the attribute changes', () => {
    const runs = screenRuns(screen('ABCD', [0x1f, 0x1f, 0x0c, 0x0c]));
    expect(runs.map((r) => [r.text.trim(), r.column, r.length])).toEqual([
      ['AB', 0, 2],
      ['CD', 2, 2],
    ]);
    expect(runs[0]).toMatchObject({ foreground: VGA_COLOURS[15], background: VGA_COLOURS[1] });
    expect(runs[1]).toMatchObject({ foreground: VGA_COLOURS[12], background: VGA_COLOURS[0] });
  });

  it('keeps coloured blanks and drops black ones', () => {
    const runs = screenRuns(
      screen(
        '',
        Array.from({ length: 80 }, () => 0x4f),
      ),
    );
    expect(runs).toHaveLength(1);
    expect(runs[0]).toMatchObject({ blank: true, length: 80, background: VGA_COLOURS[4] });
  });

  it('takes bit 7 for blinking, not for a bright background', () => {
    expect(screenRuns(screen('x', [0xf0]))[0]?.background).toBe(VGA_COLOURS[7]);
  });

  it('shows control codes as blanks', () => {
    expect(screenText(screen('a\u0000b\u0007', []))).toBe('a b');
  });
});
