/** From files a person picked or dropped to one guest: a program with its includes, or an image. */
import { looksLikeText, readSource } from '../../base/source-text';
import type { Problem } from '../../session/view';
import type { SourceFiles } from '../../toolchain/api';
import type { NamedBytes } from './editor-state';

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
  /** One that is source by its name is not by its bytes. */
  | { readonly kind: 'unreadable'; readonly problem: Problem }
  | { readonly kind: 'nothing' };

const SOURCE_NAME = /\.(asm|s|nasm|nas)$/i;
const INCLUDED_NAME = /\.(inc|mac|macros?)$/i;

/** How a program starts a line. */
const CODE =
  /^[ \t]*(\[?(bits|org)\s+\w|section\s+\.|global\s+\w|%include\b|incbin\b|mov\s+\w+\s*,)/im;

export function importFiles(given: readonly NamedBytes[]): Imported {
  const shown = given.filter(({ name }) => !isHidden(name));
  // Hidden files of a folder are not meant; hidden files alone are.
  const all = withoutCommonFolder(shown.length > 0 ? shown : given);
  const texts: Text[] = [];
  for (const { name, bytes } of all) {
    const named = SOURCE_NAME.test(name) || INCLUDED_NAME.test(name);
    if (bytes.length === 0 || !(named || looksLikeText(bytes))) continue;
    const text = readSource(bytes);
    if (text.ok) texts.push({ name, text: text.value });
    else if (named) return { kind: 'unreadable', problem: { ...text.error, file: name } };
  }
  const main = mainFile(texts, all.length);
  if (main !== null) {
    const read = new Map(texts.map(({ name, text }) => [name, text]));
    const files = Object.fromEntries(
      all.map(({ name, bytes }) => [name, read.get(name) ?? (bytes.length === 0 ? '' : bytes)]),
    );
    return { kind: 'source', name: stem(main), main, files };
  }
  const isText = ({ name }: NamedBytes) => texts.some((text) => text.name === name);
  const [first, ...left] = [...all].sort(
    (a, b) => Number(isText(a)) - Number(isText(b)) || b.bytes.length - a.bytes.length,
  );
  if (!first) return { kind: 'nothing' };
  return { kind: 'image', file: first, left: left.map(({ name }) => name) };
}

interface Text {
  readonly name: string;
  readonly text: string;
}

/**
 * The file that others are included in: by its name's ending, by who includes whom, by how it starts.
 *
 * @param all how many files there are, with those that are no text
 */
function mainFile(texts: readonly Text[], all: number): string | null {
  const sources = [...texts];
  const included = new Set(
    sources.flatMap(({ text }) =>
      [...text.matchAll(/^[ \t]*%include[ \t]+["'<](.+?)["'>]/gim)].map(([, name = '']) => name),
    ),
  );
  const score = ({ name, text }: Text): number =>
    (SOURCE_NAME.test(name) ? 8 : 0) +
    (INCLUDED_NAME.test(name) ? -8 : 0) +
    (included.has(name) ? -16 : 0) +
    (/0x0*1badb002|0xaa55/i.test(text) ? 4 : 0) +
    (CODE.test(text) ? 4 : 0) +
    (/(^|\/)(main|kernel|boot)\b/i.test(name) ? 2 : 0) -
    (name.split('/').length - 1);
  const [best] = sources.sort((a, b) => score(b) - score(a) || (a.name < b.name ? -1 : 1));
  // A single file of any name is meant to be the program; one of several, perhaps beside an image, must look like it.
  return best && (all === 1 || score(best) > 0) ? best.name : null;
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
