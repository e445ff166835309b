/** `section name attribute …`: where a section lies and whether it has bytes. */
import { SourceError } from './errors';
import type { TokenReader } from './expression';
import type { Token } from './lexer';
import { nearMiss } from './near-miss';
import type { SectionAttributes } from './statements';

export interface SectionHeading {
  readonly token: Token;
  readonly name: string;
  readonly attributes: SectionAttributes;
}

/** Say what an image format may do with a section; a flat binary has no place for it, and ELF takes it from the name. */
const IGNORED = ['alloc', 'noalloc', 'exec', 'noexec', 'write', 'nowrite'];
const NUMBERS = ['align', 'valign', 'start', 'vstart'] as const;
const LEADERS = ['follows', 'vfollows'] as const;

/**
 * @param constant reads one expression, whose value is known without laying anything out
 * @throws SourceError at the first thing that is no attribute
 */
export function parseSectionHeading(
  reader: TokenReader,
  constant: (reader: TokenReader) => bigint,
): SectionHeading {
  const token = reader.current;
  if (token?.kind !== 'word') reader.fail(`expected a section name, found ${reader.found()}`);
  reader.position++;
  const attributes: { -readonly [K in keyof SectionAttributes]: SectionAttributes[K] } = {};
  while (!reader.done) {
    const at = reader.current!;
    const word = reader.word() ?? '';
    reader.position++;
    const number = NUMBERS.find((name) => name === word);
    const leader = LEADERS.find((name) => name === word);
    if (number) {
      reader.expect('=', `after '${word}'`);
      const from = reader.current;
      const value = Number(constant(reader));
      attributes[number] = number.endsWith('align')
        ? powerOfTwo(value, from ?? at)
        : address(value, from ?? at);
    } else if (leader) {
      reader.expect('=', `after '${word}'`);
      const name = reader.current;
      if (name?.kind !== 'word') reader.fail(`expected a section name, found ${reader.found()}`);
      attributes[leader] = name.text;
      reader.position++;
    } else if (word === 'nobits' || word === 'progbits') attributes.nobits = word === 'nobits';
    else if (!IGNORED.includes(word)) throw unknownAttribute(at);
  }
  return { token, name: token.text, attributes };
}

function unknownAttribute(token: Token): SourceError {
  const known = [...NUMBERS, ...LEADERS, ...IGNORED, 'nobits', 'progbits'];
  const message = `unknown section attribute '${token.text}'`;
  return new SourceError(message, token.at, token.text.length, nearMiss(token.text, known));
}

/** @throws SourceError when the value is no power of two that fits in 32 bits */
export function powerOfTwo(value: number, token: Token): number {
  if (value > 0 && value <= 2 ** 31 && Number.isInteger(Math.log2(value))) return value;
  const message = `alignment must be a power of two, found ${value}`;
  throw new SourceError(message, token.at, token.text.length);
}

function address(value: number, token: Token): number {
  if (value >= 0 && value < 2 ** 32) return value;
  throw new SourceError(`address ${value} does not fit in 32 bits`, token.at, token.text.length);
}
