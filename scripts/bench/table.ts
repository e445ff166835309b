/** Rows of measurements as aligned text. */

export const NODE_NAME = `Node ${process.versions.node}`;

export interface Row {
  readonly what: string;
  readonly value: string;
  readonly detail?: string;
  /** What we aim at, and whether it is reached. */
  readonly target?: string;
  readonly met?: boolean;
}

export function table(rows: readonly Row[]): string {
  const cells = rows.map((row) => [
    row.what,
    row.value,
    row.detail ?? '',
    row.target ?? '',
    row.met === undefined ? '' : row.met ? 'met' : 'missed',
  ]);
  const heading = ['measured', 'value', 'detail', 'target', ''];
  const all = [heading, ...cells];
  const widths = heading.map((_, column) => Math.max(...all.map((row) => row[column]!.length)));
  return all
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column]!))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
