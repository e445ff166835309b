import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DEPARTURES } from './departures';

describe('the table of departures', () => {
  it('stands in the documentation word for word', () => {
    const text = readFileSync(join(import.meta.dirname, '../../../docs/oracle.md'), 'utf8');
    const rows = DEPARTURES.map(
      ({ name, section, avoided }) =>
        `| ${name} | ${section} | ${avoided ? 'avoided' : 'recognised'} |`,
    );
    expect(rows.filter((row) => !text.includes(row))).toEqual([]);
  });
});
