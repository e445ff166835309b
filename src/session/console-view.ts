/** Serial text and the VGA text screen as rows. */
import type { System } from '../hypervisor/core/system';
import { CODE_PAGE_437 } from './code-page-437';
import type { ConsoleView } from './view';

const ROWS = 25;
const COLUMNS = 80;

export function consoleView(system: System): ConsoleView {
  const { bytes, cursor } = system.screen();
  const text: string[] = [];
  const attributes: number[] = [];
  for (let row = 0; row < ROWS; row++) {
    let line = '';
    for (let column = 0; column < COLUMNS; column++) {
      const cell = (row * COLUMNS + column) * 2;
      line += CODE_PAGE_437[bytes[cell] ?? 0] ?? ' ';
      attributes.push(bytes[cell + 1] ?? 0);
    }
    text.push(line);
  }
  return {
    serial: system.serial(),
    screen: { text, attributes },
    cursor:
      cursor === null ? null : { row: Math.floor(cursor / COLUMNS), column: cursor % COLUMNS },
  };
}
