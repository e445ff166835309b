/** The listing: every source line with its address and bytes. */
import { hex8, hex32 } from '../base/hex';
import type { Layout } from './laid-out';

const BYTES_PER_ROW = 8;
const MAX_ROWS = 2;

/** Source text with, beside each line, the address and bytes it became; long data is cut short. */
export function formatListing(file: string, source: string, layout: Layout): string {
  const rows = new Map<number, string[]>();
  for (const placed of layout.placed) {
    if (placed.origin.file !== file) continue;
    const section = layout.sections.find((candidate) => candidate.name === placed.section);
    const list = rows.get(placed.origin.line) ?? [];
    rows.set(placed.origin.line, list);
    if (!section || section.nobits) {
      list.push(`${hex32(placed.address)} <res ${placed.length}>`);
      continue;
    }
    const bytes = section.bytes.subarray(placed.offset, placed.offset + placed.length);
    for (let at = 0, row = 0; at < bytes.length; at += BYTES_PER_ROW, row++) {
      if (row === MAX_ROWS) {
        list.push(`${' '.repeat(9)}… ${bytes.length} bytes`);
        break;
      }
      const text = Array.from(bytes.subarray(at, at + BYTES_PER_ROW), hex8).join('');
      list.push(`${hex32(placed.address + at)} ${text}`);
    }
  }
  const out: string[] = [];
  source.split(/\r?\n/).forEach((text, index) => {
    const [first = '', ...more] = rows.get(index + 1) ?? [];
    out.push(`${String(index + 1).padStart(5)} ${first.padEnd(26)} ${text}`.trimEnd());
    for (const row of more) out.push(`      ${row}`);
  });
  return out.join('\n');
}
