/**
 * `cpu 386`: which instructions NASM should let through. Here the machine is one and knows what it knows, so the level
 * changes nothing; its name must be right all the same.
 */
import type { TokenReader } from './expression';
import { nearMiss } from './near-miss';

/** @see NASM manual, "CPU: Defining CPU Dependencies" */
const LEVELS: readonly string[] = [
  ...['8086', '186', '80186', 'i186', '286', '80286', 'i286', '386', '80386', 'i386'],
  ...['486', '80486', 'i486', '586', 'pentium', '686', 'p6', 'pentium2', 'pentium3', 'p3'],
  ...['katmai', 'pentium4', 'p4', 'willamette', 'prescott', 'x64', 'x86-64', 'ia64', 'ia-64'],
  ...['itanium', 'itanic', 'merced', 'any', 'all', 'default', 'latevex', 'noevex', 'novex'],
];

/** @throws SourceError when the level has no such name */
export function parseCpu(reader: TokenReader): void {
  const token = reader.current;
  if (!token) reader.fail("expected a processor, as in 'cpu 386', found the end of the line");
  const written = reader.tokens.slice(reader.position).map(({ text }) => text);
  const name = written.join('').toLowerCase();
  if (!LEVELS.includes(name)) {
    reader.fail(`unknown processor '${name}'`, nearMiss(name, LEVELS));
  }
  reader.position = reader.tokens.length;
}
