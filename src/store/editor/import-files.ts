/** From files a person picked or dropped to one guest: a program with its includes, or an image. */
import type { SourceFiles } from '../../toolchain/api';
import type { NamedBytes } from './editor-state';
import { looksLikeText } from './looks-like-text';

export type Imported =
  | {
      readonly kind: 'source';
      readonly name: string;
      readonly main: string;
      readonly files: SourceFiles;
    }
  | {
      readonly kind: 'image';
      readonly file: NamedBytes;
      /** Files that had no place in it: an image is one file. */
      readonly left: readonly string[];
    }
  | { readonly kind: 'nothing' };

const SOURCE_NAME = /\.(asm|s|nasm|nas)$/i;
const INCLUDED_NAME = /\.(inc|mac|macros?)$/i;

export function importFiles(given: readonly NamedBytes[]): Imported {
  const all = withoutCommonFolder(given.filter(({ name }) => !isHidden(name)));
  const texts = all.filter(({ bytes }) => looksLikeText(bytes) && bytes.length > 0);
  const main = mainFile(texts);
  if (main) {
    const files: Record<string, string | Uint8Array> = {};
    for (const file of all) {
      files[file.name] = texts.includes(file) ? new TextDecoder().decode(file.bytes) : file.bytes;
    }
    return { kind: 'source', name: stem(main), main, files };
  }
  const [first, ...left] = [...all].sort((a, b) => a.bytes.length - b.bytes.length).reverse();
  if (!first) return { kind: 'nothing' };
  return { kind: 'image', file: first, left: left.map(({ name }) => name) };
}

/** The file that others are included in: by its name's ending, by who includes whom, by how it starts. */
function mainFile(texts: readonly NamedBytes[]): string | null {
  const sources = texts.map(({ name, bytes }) => ({
    name,
    text: new TextDecoder().decode(bytes),
  }));
  const included = new Set(
    sources.flatMap(({ text }) =>
      [...text.matchAll(/^\s*%include\s+["'<](.+?)["'>]/gim)].map(([, name = '']) => name),
    ),
  );
  const score = ({ name, text }: { name: string; text: string }): number =>
    (SOURCE_NAME.test(name) ? 8 : 0) +
    (INCLUDED_NAME.test(name) ? -8 : 0) +
    (included.has(name) ? -16 : 0) +
    (/0x0*1badb002|0xaa55/i.test(text) ? 4 : 0) +
    (/(^|\/)(main|kernel|boot)\b/i.test(name) ? 2 : 0) -
    (name.split('/').length - 1);
  const [best] = sources.sort((a, b) => score(b) - score(a) || (a.name < b.name ? -1 : 1));
  // A single text of any name is meant to be the program; one of several must look like it.
  return best && (sources.length === 1 || score(best) > 0) ? best.name : null;
}

/** `lib/print.asm` stays, but the folder that holds everything is no part of the names. */
function withoutCommonFolder(files: readonly NamedBytes[]): NamedBytes[] {
  const tops = new Set(files.map(({ name }) => (name.includes('/') ? name.split('/')[0] : '')));
  const [top] = tops;
  if (tops.size !== 1 || !top) return [...files];
  return files.map((file) => ({ ...file, name: file.name.slice(top.length + 1) }));
}

const isHidden = (name: string): boolean => name.split('/').some((part) => part.startsWith('.'));

/** `kernel` of `lib/kernel.asm`. */
export const stem = (name: string): string => {
  const last = name.split('/').at(-1) ?? name;
  return last.replace(/\.[^.]+$/, '') || last;
};
