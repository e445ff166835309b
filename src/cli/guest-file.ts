/** From what the user named to a guest: a shipped one, or a file. */
import { readSource } from '../base/source-text';
import { GUEST_CATALOG } from '../guests/catalog';
import { ACCEPTED_GUESTS, type GuestSource, type Problem } from '../session';
import { type Terminal, UsageError } from './text';

const INCLUDE = /^[^;"'\n]*?(%include|\bincbin)\s+["'`](.+?)["'`]/gim;
const ASSEMBLY = /\.(asm|s|nasm|nas|inc)$/i;

export function guestNamed(name: string, terminal: Terminal): GuestSource {
  if (GUEST_CATALOG.some((guest) => guest.name === name)) return { kind: 'shipped', name };
  const bytes = terminal.readFile(name);
  if (!bytes) {
    const names = GUEST_CATALOG.map((guest) => guest.name).join(', ');
    throw new UsageError(
      `'${name}' ${terminal.whyUnreadable(name)} as a file, and no shipped guest has that name. Shipped guests: ${names}. ${ACCEPTED_GUESTS}`,
    );
  }
  if (ASSEMBLY.test(name)) {
    const text = sourceText(name, bytes);
    return { kind: 'assembly', name, text, files: filesBeside(name, text, terminal) };
  }
  return { kind: 'image', name, bytes };
}

/** @throws UsageError that names the line, if the bytes are no source */
export function sourceText(name: string, bytes: Uint8Array): string {
  const text = readSource(bytes);
  if (text.ok) return text.value;
  const { line, message, hint } = text.error;
  throw new UsageError(`${line === undefined ? name : `${name}:${line}`}: ${message} ${hint}`);
}

/** Results never take the place of what they are made from, or of each other. @throws UsageError */
export function refuseOverwriting(
  terminal: Terminal,
  read: readonly string[],
  written: readonly (string | null)[],
): void {
  const taken = [...read];
  for (const path of written) {
    if (path === null) continue;
    const other = taken.find((one) => terminal.isSameFile(one, path));
    // Several outputs may go to the same device: /dev/null, /dev/stdout.
    const device = path.startsWith('/dev/');
    if (other !== undefined && !device) {
      throw new UsageError(
        read.includes(other)
          ? `'${path}' would be overwritten, and it is read here. Give another name.`
          : `'${path}' is given for two results. Give each a name of its own.`,
      );
    }
    taken.push(path);
  }
}

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
      const content = isText ? sourceText(folder + name, bytes) : bytes;
      found[name] = content;
      if (typeof content === 'string') visit(content);
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
