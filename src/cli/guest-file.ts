/** From what the user named to a guest: a shipped one, or a file. */
import { SHIPPED_GUESTS } from '../guests/registry';
import { ACCEPTED_GUESTS, type GuestSource, type Problem } from '../session';
import { type Terminal, UsageError } from './text';

const ASSEMBLY = /\.(asm|s|nasm|inc)$/i;

export function guestNamed(name: string, terminal: Terminal): GuestSource {
  if (SHIPPED_GUESTS.some((guest) => guest.name === name)) return { kind: 'shipped', name };
  const bytes = terminal.readFile(name);
  if (!bytes) {
    const names = SHIPPED_GUESTS.map((guest) => guest.name).join(', ');
    throw new UsageError(
      `'${name}' is neither a shipped guest nor a file that can be read. Shipped guests: ${names}. ${ACCEPTED_GUESTS}`,
    );
  }
  if (ASSEMBLY.test(name)) return { kind: 'assembly', name, text: sourceText(bytes) };
  return { kind: 'image', name, bytes };
}

export const sourceText = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

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
