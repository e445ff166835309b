/**
 * What the corpus covers: every opcode form of this machine is in the bytes that its lines become. The bytes themselves are
 * compared with NASM's in `nasm.test.ts`.
 */
import { Code } from 'iced-x86';
import { describe, expect, it } from 'vitest';
import { decode } from '../machine/codec/decode';
import type { Bitness } from '../machine/codec/instruction';
import { type OpcodeForm, opcodeForms } from '../machine/codec/opcode-forms';
import { CORPUS, corpusSource, mustAssemble } from './testing/corpus';
import { isOfThisMachine } from './testing/this-machine';

/** These files have instructions of one bitness each, so that it is known how to read their bytes. */
const INSTRUCTIONS: readonly (readonly [name: string, bits: Bitness])[] = [
  ['grid-16.asm', 16],
  ['grid-32.asm', 32],
  ['more-16.asm', 16],
  ['more-32.asm', 32],
];

/** No line of NASM source becomes one of these. */
const NOT_THERE: Readonly<Record<string, string>> = {
  Fstpnce_sti: 'a twin of FSTP for which NASM has no word',
  Fsetpm: "NASM's FSETPM is Fnsetpm, without the WAIT",
  Montmul_16: "VIA's, and not this machine's: iced-x86 reads its sample as another form",
};

const WAIT = 0x9b;

/** The form of one line's bytes; WAIT and an FN… are the form with the WAIT: FSTCW is WAIT, FNSTCW. */
function formIn(bytes: Uint8Array, bits: Bitness): string {
  // Without operands UD0 ends here; the decoder would want a ModR/M byte.
  if (bytes.length === 2 && bytes[0] === 0x0f && bytes[1] === 0xff) return 'Ud0';
  const waits = bytes[0] === WAIT && bytes.length > 1;
  const name = Code[decode(waits ? bytes.subarray(1) : bytes, 0, bits).code]!;
  return waits ? name.replace(/^Fn/, 'F') : name;
}

function emittedForms(): { readonly names: ReadonlySet<string>; readonly lines: number } {
  const names = new Set<string>();
  let lines = 0;
  for (const [name, bits] of INSTRUCTIONS) {
    const { sections, sourceMap } = mustAssemble(corpusSource(name), name);
    for (const { section, offset, length, isCode } of sourceMap) {
      if (!isCode) continue;
      const { bytes } = sections.find((candidate) => candidate.name === section)!;
      names.add(formIn(bytes.subarray(offset, offset + length), bits));
      lines++;
    }
  }
  return { names, lines };
}

const ofThisMachine = (): OpcodeForm[] =>
  [...opcodeForms().values()].flat().filter(isOfThisMachine);

describe('the corpus', () => {
  const { names, lines } = emittedForms();

  it('has every opcode form of this machine, but those that NASM cannot write', () => {
    const missing = ofThisMachine().filter(({ name }) => !names.has(name));
    expect(missing.map(({ name }) => name).sort()).toEqual(Object.keys(NOT_THERE).sort());
    expect(ofThisMachine().length).toBeGreaterThan(700);
  });

  it('has 16- and 32-bit instructions on at least 3,000 lines', () => {
    expect(lines).toBeGreaterThanOrEqual(3_000);
    const all = CORPUS.flatMap((name) => mustAssemble(corpusSource(name), name).sourceMap);
    expect(all.length).toBeGreaterThan(lines);
  });
});
