/**
 * The VGA text screen as geometry: runs of one attribute as boxes and text in a grid of 9 by 16 cells, so that the
 * picture scales without blurring. Intel and IBM call the colours by number; these are the usual 6-bit DAC values.
 */
import type { ConsoleView } from '../../session/view';

export const COLUMNS = 80;
export const ROWS = 25;
export const CELL_WIDTH = 9;
export const CELL_HEIGHT = 16;

/** The 16 colours of VGA text mode, as the hardware's default palette gives them. */
export const VGA_COLOURS: readonly string[] = [
  '#000000',
  '#0000aa',
  '#00aa00',
  '#00aaaa',
  '#aa0000',
  '#aa00aa',
  '#aa5500',
  '#aaaaaa',
  '#555555',
  '#5555ff',
  '#55ff55',
  '#55ffff',
  '#ff5555',
  '#ff55ff',
  '#ffff55',
  '#ffffff',
];

export interface ScreenRun {
  readonly row: number;
  readonly column: number;
  readonly length: number;
  readonly text: string;
  readonly foreground: string;
  readonly background: string;
  /** Nothing but blanks: only the background matters. */
  readonly blank: boolean;
}

/** A character that can be drawn: control codes and NUL show as blanks, as in code page 437's first cell. */
const printable = (text: string) =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: those are what is replaced
  text.replace(/[\u0000-\u001f\u007f]/g, ' ');

/** Runs of equal attributes, row by row. Black blanks are left out: the screen is black to begin with. */
export function screenRuns(screen: ConsoleView['screen']): readonly ScreenRun[] {
  const runs: ScreenRun[] = [];
  for (let row = 0; row < ROWS; row++) {
    const text = printable((screen.text[row] ?? '').padEnd(COLUMNS).slice(0, COLUMNS));
    let from = 0;
    for (let column = 1; column <= COLUMNS; column++) {
      const attribute = screen.attributes[row * COLUMNS + from] ?? 7;
      if (column < COLUMNS && (screen.attributes[row * COLUMNS + column] ?? 7) === attribute)
        continue;
      const part = text.slice(from, column);
      const blank = part.trim() === '';
      const background = (attribute >> 4) & 7;
      if (!blank || background !== 0) {
        runs.push({
          row,
          column: from,
          length: column - from,
          text: part,
          foreground: VGA_COLOURS[attribute & 15]!,
          background: VGA_COLOURS[background]!,
          blank,
        });
      }
      from = column;
    }
  }
  return runs;
}

/** The screen as plain text, without blank ends. */
export function screenText(screen: ConsoleView['screen']): string {
  return screen.text
    .map((line) => printable(line).trimEnd())
    .join('\n')
    .trimEnd();
}
