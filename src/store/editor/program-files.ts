/** The files of one program: adding, renaming, removing. Every change is a new object; a refusal is a sentence. */
import type { SourceFiles } from '../../toolchain/api';

interface Files {
  readonly main: string;
  readonly files: SourceFiles;
}

/** Why a file cannot have that name; null: it can. */
export function nameProblem(name: string, files: SourceFiles): string | null {
  if (name === '') return 'A file needs a name.';
  if (name.length > 100) return 'The name is longer than 100 characters.';
  if (/["'\\]/.test(name) || [...name].some((c) => c < ' ')) {
    return 'A name has no quotes, backslashes or control characters: %include could not say it.';
  }
  if (name.startsWith('/') || name.split('/').some((part) => part === '' || part === '..')) {
    return 'A name is a path inside the guest, such as lib/print.asm.';
  }
  return Object.hasOwn(files, name) ? `There is a file named ${name} already.` : null;
}

export const withFile = (files: SourceFiles, name: string, content: string | Uint8Array) => ({
  ...files,
  [name]: content,
});

/** The order of the tabs stays. */
export function withRenamed<T extends Files>(program: T, file: string, name: string): T {
  const files = Object.fromEntries(
    Object.entries(program.files).map(([key, content]) => [key === file ? name : key, content]),
  );
  return { ...program, files, main: program.main === file ? name : program.main };
}

export function withoutFile(files: SourceFiles, file: string): SourceFiles {
  return Object.fromEntries(Object.entries(files).filter(([key]) => key !== file));
}

/** The first of `name`, `name-2` … that is free. `lib/a.asm` becomes `lib/a-2.asm`. */
export function freeName(name: string, files: SourceFiles): string {
  if (!Object.hasOwn(files, name)) return name;
  const dot = name.lastIndexOf('.');
  const [stem, ending] = dot > 0 ? [name.slice(0, dot), name.slice(dot)] : [name, ''];
  for (let n = 2; ; n++) {
    const candidate = `${stem}-${n}${ending}`;
    if (!Object.hasOwn(files, candidate)) return candidate;
  }
}

/** Tabs: the main file first, then source by name, then bytes by name. */
export function fileOrder({ main, files }: Files): string[] {
  const rank = (name: string): number =>
    name === main ? 0 : typeof files[name] === 'string' ? 1 : 2;
  return Object.keys(files).sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
}
