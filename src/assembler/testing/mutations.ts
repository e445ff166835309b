/** Sources broken at random, from a seed: what a keyboard, an editor or a wrong file may hand to the assembler. */
import type { Random } from './random-source';

const JUNK: readonly string[] = [
  ...[
    '"',
    "'",
    '`',
    '(',
    ')',
    '[',
    ']',
    '{',
    '}',
    '%',
    '%%',
    '%1',
    '%{',
    '%[',
    '%(',
    '%$x',
    '\\',
    ';',
  ],
  ...[
    '$',
    '$$',
    '..@',
    '.',
    ':',
    ',',
    '?',
    '=',
    '<<',
    '//',
    '/',
    '*',
    '-',
    '~',
    '!',
    '#',
    '&',
    '^',
  ],
  ...['\0', '\t', '\u00e9', '\ufeff', '\ud800', '\u{1f600}', '\r', '\n', '\u2028', '\x7f', '\x1b'],
  ...[
    '0x',
    '0b2',
    '1e',
    '1e9999',
    '99999999999999999999999',
    '-1',
    '0',
    '$0',
    '0h',
    '1.5',
    '__Infinity__',
  ],
  ...[
    '%if',
    '%endif',
    '%else',
    '%elif 1',
    '%macro m 1',
    '%endmacro',
    '%rep 3',
    '%endrep',
    '%exitrep',
  ],
  ...[
    '%push',
    '%pop',
    '%define x x',
    '%xdefine x x',
    '%assign i i+1',
    '%undef x',
    '%include "x.inc"',
  ],
  ...[
    '%rotate 1',
    '%exitmacro',
    '%error',
    '%fatal',
    '%use fp',
    '%defstr',
    '%strlen',
    '%substr',
    '%arg',
    '%local',
  ],
  ...[
    'times',
    'times -1',
    'times 3',
    'dup',
    'db',
    'dq',
    'dt',
    'resb',
    'align',
    'align 0',
    'equ',
    'org',
    'bits',
  ],
  ...[
    'section',
    'section .x',
    'struc',
    'endstruc',
    'istruc',
    'at',
    'iend',
    'absolute',
    'incbin',
    'extern x',
  ],
  ...[
    'byte',
    'dword',
    'far',
    'short',
    'strict',
    'lock',
    'rep',
    'o32',
    'seg',
    'eax',
    'cs',
    'st0',
    'cr0',
    'mov',
    'jmp',
  ],
];

const words = (line: string): string[] => line.split(/(?<=\W)|(?=\W)/);

/** A few lines of a program, with a few changes in them. */
export function mutated(random: Random, source: string): string {
  const all = source.split('\n');
  const from = random.below(all.length);
  const lines = all.slice(from, from + 1 + random.below(25));
  for (let changes = 1 + random.below(6); changes > 0; changes--) change(random, lines);
  const text = lines.join(random.chance(15) ? '\r\n' : '\n');
  return random.chance(10) ? text.slice(0, random.below(text.length + 1)) : text;
}

function change(random: Random, lines: string[]): void {
  const at = random.below(lines.length);
  const line = lines[at]!;
  const parts = words(line);
  const place = random.below(parts.length + 1);
  switch (random.below(7)) {
    case 0:
      parts.splice(place, 1);
      break;
    case 1:
      parts.splice(place, 0, random.pick(JUNK));
      break;
    case 2:
      parts.splice(place, 1, random.pick(JUNK));
      break;
    case 3:
      parts.splice(place, 0, ...words(random.pick(lines)));
      break;
    case 4:
      lines.splice(at, 1, line, line);
      return;
    case 5: {
      const index = random.below(line.length + 1);
      lines[at] =
        line.slice(0, index) + String.fromCharCode(random.below(0x180)) + line.slice(index);
      return;
    }
    default:
      lines.splice(at, 0, random.pick(JUNK));
      return;
  }
  lines[at] = parts.join('');
}

/** Bytes of nothing in particular, as text. */
export const junk = (random: Random): string =>
  Array.from({ length: 1 + random.below(400) }, () =>
    random.chance(20) ? random.pick(JUNK) : String.fromCharCode(random.below(256)),
  ).join('');
