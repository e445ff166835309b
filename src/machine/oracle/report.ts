/** A divergence as text: the differences, then the instructions that led there with what each changed. */
import { hex32, hexBytes } from '../../base/hex';
import type { Divergence, Step } from './lock-step';
import { FIELD, FIELDS, type View } from './trace';

export function reportOf({ instructions, differences, history }: Divergence): string {
  const last = history.at(-1);
  const lines = [`  after ${instructions} instructions that agreed:`];
  for (const difference of differences) lines.push(`    ${difference}`);
  if (!last) return lines.join('\n');
  lines.push('  registers before the last instruction:', ...registers(last.before));
  lines.push('  history (the last line is the instruction after which the two differ):');
  for (const [i, step] of history.entries()) lines.push(line(step, history[i + 1]?.before ?? null));
  return lines.join('\n');
}

function registers(view: View): string[] {
  const cells = FIELDS.map((name, i) => `${name} ${hex32(view[i]!)}`);
  const lines: string[] = [];
  for (let i = 0; i < cells.length; i += 6) lines.push(`    ${cells.slice(i, i + 6).join('  ')}`);
  return lines;
}

function line({ count, cpl, bytes, text, before }: Step, after: View | null): string {
  const where = `    #${count} ring ${cpl} ${hex32(before[FIELD.EIP]!)}`;
  const changed = FIELDS.flatMap((name, i) =>
    after && i !== FIELD.EIP && after[i] !== before[i] ? [`${name}=${hex32(after[i]!)}`] : [],
  );
  return `${where}  ${hexBytes(bytes).padEnd(24)} ${text.padEnd(36)} ${changed.join(' ')}`.trimEnd();
}
