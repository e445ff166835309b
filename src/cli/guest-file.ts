/** From what the user named to a guest: a shipped one, or a file. */
import { GUEST_CATALOG } from '../guests/catalog';
import { ACCEPTED_GUESTS, type GuestSource, type Problem } from '../session';
import { type Terminal, UsageError } from './text';

const INCLUDE = /^[^;"'\n]*?(%include|\bincbin)\s+["'`](.+?)["'`]/gim;
const ASSEMBLY = /\.(asm|s|nasm|inc)$/i;

export function guestNamed(name: string, terminal: Terminal): GuestSource {
  if (GUEST_CATALOG.some((guest) => guest.name === name)) return { kind: 'shipped', name };
  const bytes = terminal.readFile(name);
  if (!bytes) {
    const names = GUEST_CATALOG.map((guest) => guest.name).join(', ');
    throw new UsageError(
      `'${name}' is neither a shipped guest nor a file that can be read. Shipped guests: ${names}. ${ACCEPTED_GUESTS}`,
    );
  }
  if (ASSEMBLY.test(name)) {
    const text = sourceText(bytes);
    return { kind: 'assembly', name, text, files: filesBeside(name, text, terminal) };
  }
  return { kind: 'image', name, bytes };
}

export const sourceText = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

/**
 * What `%include` and `incbin` name in a source and in what it includes, read from the source's folder. What is not there is
 * left out: the assembler says so with its line, unless it is a file of the shipped guests.
 */
export function filesBeside(
  path: string,
  source: string,
  terminal: Terminal,
): Record<string, string | Uint8Array> {
  const folder = path.slice(0, Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
  const found: Record<string, string | Uint8Array> = {};
  const visit = (text: string): void => {
    for (const [, directive, name = ''] of text.matchAll(INCLUDE)) {
      if (name in found) continue;
      const bytes = terminal.readFile(/^([/\\]|[A-Za-z]:)/.test(name) ? name : folder + name);
      if (!bytes) continue;
      const isText = directive?.startsWith('%') ?? false;
      found[name] = isText ? sourceText(bytes) : bytes;
      if (isText) visit(sourceText(bytes));
    }
  };
  visit(source);
  return found;
}

/** `file:line:column: error: what. hint` */
export function problemText(problem: Problem): string {
  if (problem.excerpt !== undefined) {
    return [problem, ...(problem.more ?? [])].map(({ excerpt }) => `${excerpt}\n`).join('');
  }
  const place = [problem.file, problem.line, problem.column].filter((part) => part !== undefined);
  const where = place.length > 0 ? `${place.join(':')}: ` : '';
  const hint = problem.hint ? `\n    ${problem.hint.replaceAll('\n', '\n    ')}` : '';
  return `${where}error: ${problem.message}${hint}\n`;
}
