/**
 * Broken sources: whatever is typed, opened or dropped becomes a program or errors at places that are there. Nothing is
 * thrown, nothing runs for ever, nothing fills the memory. A failing seed is printed; keep it as a case when it is mended.
 */
import { describe, expect, it } from 'vitest';
import { type Examination, examine } from './assemble';
import { toElf } from './elf';
import { formatAsmError } from './errors';
import { toFlat } from './flat';
import { CORPUS, corpusSource } from './testing/corpus';
import { junk, mutated } from './testing/mutations';
import { Random } from './testing/random-source';

const SEEDS = 400;
const SOURCES = CORPUS.map(corpusSource);

/** Examines a source, makes what can be made of it, and names errors whose place is not in it. */
function misplaced(source: string, found: Examination): string[] {
  if (found.assembly) {
    toFlat(found.assembly);
    toElf(found.assembly);
    found.assembly.listing();
  }
  const lines = source.replace(/^\ufeff/, '').split(/\r?\n/);
  return found.problems
    .filter(({ line, column, length }) => {
      const text = lines[line - 1];
      return text === undefined || column < 1 || column > text.length + 1 || length < 1;
    })
    .map(formatAsmError);
}

const sourceOf = (seed: number): string => {
  const random = new Random(seed);
  return random.chance(10) ? junk(random) : mutated(random, random.pick(SOURCES));
};

describe('sources broken at random', () => {
  it(`give errors at places that are there (${SEEDS} seeds)`, () => {
    const bad: (readonly [seed: number, what: unknown])[] = [];
    for (let seed = 1; seed <= SEEDS; seed++) {
      const source = sourceOf(seed);
      try {
        const files = { 'x.inc': source };
        const found = examine(source, { name: 'x.inc', files, bits: seed % 2 ? 16 : 32 });
        const wrong = misplaced(source, found);
        if (wrong.length > 0) bad.push([seed, wrong]);
      } catch (error) {
        bad.push([seed, error]);
      }
    }
    expect(bad).toEqual([]);
  });
});

const many = (text: string, count: number): string => text.repeat(count);
const numbered = (count: number, line: (i: number) => string): string =>
  Array.from({ length: count }, (_, i) => line(i)).join('\n');

/** Source, then the beginning of the first error, or null where it assembles. */
const TOO_MUCH: Readonly<Record<string, readonly [source: string, error: string | null]>> = {
  'brackets in brackets': [
    `dd ${many('(', 20_000)}`,
    '1:205 more than 200 things inside each other',
  ],
  signs: [`dd ${many('-', 50_000)}1`, '1:205 more than 200 things'],
  'a long sum': [`dd ${many('1+', 50_000)}1`, '1:4006 more than 2000 operators in one expression'],
  'lists in lists': [`db ${many('%(', 9_000)}`, '1:404 more than 200 things'],
  'dup in dup': [`db ${many('2 dup (', 3_000)}`, '1:1410 more than 200 things'],
  '%if in %if': [`${many('%if 1\n', 9_000)}nop\n${many('%endif\n', 9_000)}`, null],
  '%rep in %rep': [`${many('%rep 1\n', 1_000)}nop\n${many('%endrep\n', 1_000)}`, null],
  'a %rep of millions': ['%rep 100000000\nnop\n%endrep', '1:5 %rep 100000000 is too much'],
  'a macro in itself': ['%rmacro m 0\nm\n%endmacro\nm', "4:1 macro 'm' invokes itself endlessly"],
  'a macro that grows': [
    '%rmacro m 1+\nm %1, %1\n%endmacro\nm 1',
    '4:1 a line of more than 100000',
  ],
  'defines that double': [
    `${numbered(60, (i) => `%define a${i} a${i + 1} a${i + 1}`)}\ndb a0`,
    "61:4 'a44' becomes more than 100000 words",
  ],
  'a define of itself': ['%define a a a\ndb a', "2:4 expected ',' between values, found 'a'"],
  'strings that double': [
    `%define a "xxxxxxxx"\n${many('%strcat a a, a\n', 20)}`,
    '15:1 a string of more than 65536 bytes',
  ],
  'a file in itself': [many('%include "a.asm"\n', 50), '1:10 files include each other endlessly'],
  'a huge times': ['times 67108865 db 0', '1:1 times 67108865: at most 67108864 are possible'],
  'times of a branch': ['times 5000 jmp $', '1:1 times 5000: at most 4096 branches are possible'],
  'times of nothing': ['times 67108864 db ""', null],
  'a huge resb': ['resb 0x7fffffffffffffff', '1:1 cannot reserve 9223372036854775807 bytes'],
  'a huge alignment': ['nop\nalign 0x80000000', "2:1 section '.text' has more than 67108864 bytes"],
  'no alignment': ['align 0', '1:1 alignment must be a power of two, found 0'],
  'a far origin': ['org 0x100000000', '1:1 org 4294967296 does not fit in 32 bits'],
  'an equ of itself': [
    'a equ a + 1\ndd a',
    '1:1 addresses and sizes depend on each other endlessly',
  ],
  'a long name': [many('a', 5_000), '1:1 a name of more than 4095 characters'],
  'long digits': [`dq 0x${many('f', 50_000)}`, null],
  'a long line': [`db ${many('1,', 50_000)}1`, null],
  'a float without end': ['dq 1.0e999999999, 1e-999999999', null],
  'names of JavaScript': [
    'constructor: dd 1\ntoString equ 5\nmov eax, toString\n__proto__: jmp __proto__\nvalueOf dd constructor',
    null,
  ],
  'no names at all': [
    '[constructor 5]',
    "1:2 expected a directive in the brackets, found 'constructor'",
  ],
  'a NUL': ['nop\0', "1:4 unexpected character '\\0'"],
  'a byte order mark and CRLF': ['\ufeffnop\r\nfoo bar\r\n', "2:1 unknown instruction 'foo'"],
  'very many errors': [numbered(3_000, (i) => `foo${i} bar`), "1:1 unknown instruction 'foo0'"],
};

describe('sources that are too much', () => {
  it.each(Object.entries(TOO_MUCH))('%s', (_what, [source, expected]) => {
    const options = { name: 'a.asm', files: { 'a.asm': source }, bits: 32 } as const;
    const found = examine(source, options);
    expect(misplaced(source, found)).toEqual([]);
    const [first] = found.problems;
    const told = first ? `${first.line}:${first.column} ${first.message}` : null;
    expect(told?.slice(0, expected?.length ?? 80) ?? null).toBe(expected);
    expect(found.problems.length).toBeLessThanOrEqual(1_001);
    expect(found.problems.every(({ message }) => message.length <= 301)).toBe(true);
  });

  it('tells columns of the source behind names of contexts, and in joined lines', () => {
    const places = (source: string): string[] =>
      examine(source, { name: 'a.asm', bits: 32 }).problems.map(
        (e) => `${e.line}:${e.column} ${e.source}`,
      );
    expect(places('%push c\n%$a: mov eax, nowhere\n')).toEqual(['2:15 %$a: mov eax, nowhere']);
    expect(places('%define n 1\nx%[n]: mov eax, nowhere')).toEqual([
      '2:17 x%[n]: mov eax, nowhere',
    ]);
    expect(places('db 1, \\\n   2, \\\n  300')).toEqual(['3:3   300']);
  });
});
