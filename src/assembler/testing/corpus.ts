/** The corpus: NASM sources whose bytes are compared with `nasm -O2 -f bin` and with checked-in goldens. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { hex8 } from '../../base/hex';
import { type Assembly, assemble } from '../assemble';
import { formatAsmError } from '../errors';

const folder = new URL('corpus/', import.meta.url);

export const CORPUS: readonly string[] = readdirSync(fileURLToPath(folder))
  .filter((name) => name.endsWith('.asm'))
  .sort();

export const corpusPath = (name: string): string => fileURLToPath(new URL(name, folder));

export const corpusSource = (name: string): string => readFileSync(corpusPath(name), 'utf8');

/** Where the golden bytes of a corpus file are kept: hexadecimal, 32 bytes a line. */
export const goldenPath = (name: string): string =>
  fileURLToPath(new URL(`../__goldens__/${name.replace(/\.asm$/, '.hex')}`, import.meta.url));

export function toHexLines(bytes: Uint8Array): string {
  const lines: string[] = [];
  for (let at = 0; at < bytes.length; at += 32) {
    lines.push(Array.from(bytes.subarray(at, at + 32), hex8).join(''));
  }
  return `${lines.join('\n')}\n`;
}

/** @throws Error listing every assembly error */
export function mustAssemble(source: string, name = 'test.asm'): Assembly {
  const result = assemble(source, { name });
  if (!result.ok) throw new Error(result.error.map(formatAsmError).join('\n'));
  return result.value;
}

/** The first source line whose bytes differ, as text for a failing test; null when the images are equal. */
export function firstDifference(
  source: string,
  assembly: Assembly,
  ours: Uint8Array,
  reference: Uint8Array,
): string | null {
  const length = Math.max(ours.length, reference.length);
  let at = 0;
  while (at < length && ours[at] === reference[at]) at++;
  if (at === length) return null;
  const address = (assembly.sections[0]?.address ?? 0) + at;
  const entry = assembly.sourceMap.find(
    (candidate) => address >= candidate.address && address < candidate.address + candidate.length,
  );
  const from = entry ? entry.address - (assembly.sections[0]?.address ?? 0) : at;
  const bytes = (image: Uint8Array): string =>
    Array.from(image.subarray(from, from + 16), hex8).join(' ');
  const text = entry ? source.split('\n')[entry.line - 1] : '(past the end)';
  return `line ${entry?.line}: ${text?.trim()}\n  ours      ${bytes(ours)}\n  reference ${bytes(reference)}`;
}
