/**
 * Random sources: expressions and instructions against the installed NASM, and, without it, the way from bytes to text
 * and back. A failing seed is printed; keep it as a case of its own when it is mended.
 */
import { describe, expect, it } from 'vitest';
import { format } from '../machine/codec/format';
import { assemble } from './assemble';
import { toFlat } from './flat';
import { firstDifference, mustAssemble } from './testing/corpus';
import { HAS_NASM, NASM_SKIPPED, nasmSource } from './testing/nasm';
import {
  CONSTANTS,
  Random,
  randomExpression,
  randomForms,
  randomInstruction,
} from './testing/random-source';
import { isOfThisMachine } from './testing/this-machine';

const SEEDS = Array.from({ length: 12 }, (_, i) => i + 1);
const LINES = 150;
const TIMEOUT_MS = 60_000;

const FORMS = randomForms(isOfThisMachine);

/** What we take and NASM's tables do not: a size word that changes nothing, or a selector in a 32-bit register. */
const BEYOND_NASM =
  /^(l[defgs]s|bound) |^(ltr|lldt|verr|verw|lmsw) e..$|^arpl |^enter .*(byte|word)|^sh[lr]d .* byte /;

const heading = (bits: 16 | 32): string =>
  `bits ${bits}\norg 0x1000\n${CONSTANTS}begin: times 99 nop\nend:\n`;

interface Compared {
  /** Lines that only one of the two takes, but for those known. */
  readonly disputed: readonly string[];
  readonly difference: string | null;
  readonly agreed: number;
}

/** Both assemblers over the same lines; lines NASM rejects are taken out until there are none. */
function compare(lines: readonly string[], bits: 16 | 32): Compared {
  const head = heading(bits);
  const before = head.split('\n').length;
  const disputed: string[] = [];
  let left = [...lines];
  // NASM reports in stages: some lines only once others are gone.
  for (let round = 0; round < 5; round++) {
    const source = `${head}${left.join('\n')}\n`;
    const theirs = nasmSource(source);
    const ours = assemble(source, { name: 'in.asm' });
    const wrong = new Map(ours.ok ? [] : ours.error.map((error) => [error.line, error.message]));
    const isWrong = (i: number): boolean => theirs.wrongLines.has(before + i);
    left.forEach((line, i) => {
      const we = wrong.get(before + i);
      if (theirs.image && we !== undefined) disputed.push(`ours: ${line}: ${we}`);
      if (isWrong(i) && we === undefined && !BEYOND_NASM.test(line)) disputed.push(`NASM: ${line}`);
    });
    if (theirs.image) {
      const difference = ours.ok
        ? firstDifference(source, ours.value, toFlat(ours.value), theirs.image)
        : null;
      return { disputed, difference, agreed: left.length };
    }
    left = left.filter((_, i) => !isWrong(i));
  }
  return {
    disputed: [...disputed, 'NASM found errors in every round'],
    difference: null,
    agreed: 0,
  };
}

describe.skipIf(!HAS_NASM)(`random lines against nasm -O2${NASM_SKIPPED}`, () => {
  it.each(SEEDS)(
    'seed %i: expressions have the same 64-bit values',
    (seed) => {
      const random = new Random(seed);
      const lines = Array.from({ length: LINES }, () => `dq ${randomExpression(random)}`);
      const { disputed, difference, agreed } = compare(lines, 32);
      expect(disputed).toEqual([]);
      expect(difference).toBeNull();
      expect(agreed).toBe(LINES);
    },
    TIMEOUT_MS,
  );

  it.each(SEEDS)(
    'seed %i: instructions have the same bytes',
    (seed) => {
      const random = new Random(seed);
      const lines = Array.from({ length: LINES }, () => randomInstruction(random, FORMS));
      const { disputed, difference, agreed } = compare(lines, seed % 2 === 0 ? 16 : 32);
      expect(disputed).toEqual([]);
      expect(difference).toBeNull();
      expect(agreed).toBeGreaterThan(LINES * 0.85);
    },
    TIMEOUT_MS,
  );

  it('incbin takes a file, from a place, so many bytes', () => {
    const files = { 'data.bin': Uint8Array.from({ length: 40 }, (_, i) => i) };
    const source =
      'incbin "data.bin"\nincbin "data.bin", 8\nx: incbin "data.bin", 4 * 2, 3\ndd x\n';
    const ours = assemble(source, { name: 'in.asm', files });
    expect(ours.ok && [...toFlat(ours.value)]).toEqual([...nasmSource(source, files).image!]);
  });
});

describe('differences that random lines found', () => {
  const bytes = (source: string): string => {
    const assembly = mustAssemble(`bits 32\n${source}`);
    return Buffer.from(toFlat(assembly)).toString('hex');
  };

  it.each([
    ['shift counts are taken modulo 64', 'dq 1 << 65', '0200000000000000'],
    ['1 <=> 2 is -1, as the manual says and NASM 2.16 does not', 'db 1 <=> 2', 'ff'],
    ['a sum in the displacement orders registers by name', 'mov eax, [edi+ebp+10-5]', '8b443d05'],
    ['a sum that is 0 does not', 'mov eax, [edi+ebp+1-1]', '8b042f'],
    ['prefixes stand behind the WAIT of FSAVE', 'fsave [cs:ebx]', '9b2edd33'],
    ["the FPU's ST(i) form comes first for two ST0", 'fmul st0, st0', 'dcc8'],
    ['a shift by `byte 1` keeps its byte', 'rol edi, byte 1', 'c1c701'],
  ])('%s', (_fact, source, expected) => {
    expect(bytes(source)).toBe(expected);
  });

  it.each([
    ['bswap ax', 'its result is undefined'],
    ['pop cs', "its opcode is another instruction's since the 286"],
    ['mov eax, [byte ebx + 128]', 'the byte would be another displacement'],
  ])('%s is an error: %s', (source) => {
    expect(assemble(source, { name: 'x.asm', bits: 32 }).ok).toBe(false);
  });
});

describe('bytes to text and back', () => {
  const OURS = SEEDS.slice(0, 4);

  it.each([16, 32] as const)(
    'the text of %i-bit code assembles to code of the same text',
    (bits) => {
      const different: string[] = [];
      let compared = 0;
      for (const seed of OURS) {
        const random = new Random(seed + 1000);
        const lines = Array.from({ length: LINES }, () => randomInstruction(random, FORMS));
        const texts = textsOf(linesThatAssemble(lines, bits), bits);
        compared += texts.length;
        const again = textsOf(texts, bits);
        texts.forEach((text, i) => {
          if (again[i] !== text) different.push(`${text} | ${again[i]}`);
        });
      }
      expect(different).toEqual([]);
      expect(compared).toBeGreaterThan(OURS.length * LINES * 0.7);
    },
  );

  /** Where each line stands does not matter: branches are left out. */
  function linesThatAssemble(lines: readonly string[], bits: 16 | 32): string[] {
    const plain = lines.filter((line) => !/^(j|call|loop|lock)|begin|end|\$/.test(line));
    const head = heading(bits);
    const result = assemble(`${head}${plain.join('\n')}\n`, { name: 'in.asm' });
    const before = head.split('\n').length;
    const wrong = new Set(result.ok ? [] : result.error.map(({ line }) => line));
    return plain.filter((_, i) => !wrong.has(before + i));
  }

  /** The disassembly of each line's bytes; a WAIT in front of an FPU instruction is an instruction of its own. */
  function textsOf(lines: readonly string[], bits: 16 | 32): string[] {
    const assembly = mustAssemble(`${heading(bits)}${lines.join('\n')}\n`);
    const [section] = assembly.sections;
    return assembly.sourceMap.slice(1).flatMap(({ address, offset, length }) => {
      const bytes = section!.bytes.slice(offset, offset + length);
      const skip = bytes[0] === 0x9b && length > 1 ? 1 : 0;
      return [format(bytes.subarray(skip), address + skip, bits)];
    });
  }
});
