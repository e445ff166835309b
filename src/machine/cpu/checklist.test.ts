import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const ROOT = new URL('../../../', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, ROOT), 'utf8');

/** Rows of a table: a rule, and the test that pins it down. */
const ROW = /^\| (?<rule>.+?) \| `(?<file>[^`]+)`: (?<name>.+) \|$/;

const rows = read('docs/machine-checklist.md')
  .split('\n')
  .flatMap((line) => {
    const groups = ROW.exec(line)?.groups;
    return groups ? [{ rule: groups.rule!, file: groups.file!, name: groups.name! }] : [];
  });

/** Titles of tests in a file: the last string of `it('…'`, `it.each(…)('…'`. */
function titles(file: string): string[] {
  const text = read(file.startsWith('src/') ? file : `src/machine/${file}`);
  return [...text.matchAll(/(?:\bit|\)|\])\(\s*(['"])(?<title>(?:(?!\1).)+)\1,\s/g)].map(
    (match) => match.groups!.title!,
  );
}

describe('the machine checklist', () => {
  it('has a test for every row of its tables', () => {
    const table = read('docs/machine-checklist.md').split('\n');
    const written = table.filter((line) => /^\| (?!rule|-)/.test(line));
    expect(rows.length).toBe(written.length);
    expect(rows.length).toBeGreaterThan(80);
  });

  it.each(rows)('names a test that exists for: $rule', ({ file, name }) => {
    expect(titles(file)).toContain(name);
  });
});
