/** Address and bytes beside the lines. Between two assemblies they move with their lines; the pane greys them then. */
import { type EditorState, RangeSet, StateEffect, StateField } from '@codemirror/state';
import { GutterMarker, gutter } from '@codemirror/view';
import { hex8, hex32 } from '../../base/hex';
import type { LineBytes } from '../../toolchain/api';

/** Bytes shown beside a line; the tip has all that are known. */
const SHOWN = 6;

/** By 1-based line; several for a macro's line. */
export type BytesByLine = ReadonlyMap<number, readonly LineBytes[]>;

const setBytes = StateEffect.define<BytesByLine | null>();

class BytesMarker extends GutterMarker {
  constructor(
    readonly address: string,
    readonly bytes: string,
    readonly title: string,
  ) {
    super();
  }

  override eq(other: GutterMarker): boolean {
    return (
      other instanceof BytesMarker &&
      other.address === this.address &&
      other.bytes === this.bytes &&
      other.title === this.title
    );
  }

  override toDOM(): Node {
    const part = (className: string, text: string): HTMLElement => {
      const made = document.createElement('span');
      made.className = className;
      made.textContent = text;
      return made;
    };
    const cell = part('line-bytes', '');
    cell.title = this.title;
    // A narrow pane leaves the address to the tip.
    cell.append(part('line-address', `${this.address} `), this.bytes);
    return cell;
  }
}

/** `b8 01 00 00 00`, with … where there is more. */
export function bytesText(entries: readonly LineBytes[]): string {
  const [first] = entries;
  if (!first) return '';
  if (first.bytes.length === 0) return `${first.length} reserved`;
  const more = entries.length > 1 || first.length > SHOWN ? '…' : '';
  return first.bytes.slice(0, SHOWN).map(hex8).join(' ') + more;
}

const markerOf = (entries: readonly LineBytes[]): GutterMarker =>
  new BytesMarker(hex32(entries[0]?.address ?? 0), bytesText(entries), titleOf(entries));

const titleOf = (entries: readonly LineBytes[]): string =>
  entries
    .map(({ address, bytes, length }) => {
      const cut = bytes.length > 0 && bytes.length < length ? ' …' : '';
      return `0x${hex32(address)}, ${length} ${length === 1 ? 'byte' : 'bytes'}: ${bytes.map(hex8).join(' ')}${cut}`;
    })
    .slice(0, 8)
    .join('\n');

const bytesField = StateField.define<RangeSet<GutterMarker>>({
  create: () => RangeSet.empty,
  update(markers, transaction) {
    let now = markers.map(transaction.changes);
    for (const effect of transaction.effects) {
      if (effect.is(setBytes)) now = markersOf(transaction.state, effect.value);
    }
    return now;
  },
});

function markersOf(state: EditorState, bytes: BytesByLine | null): RangeSet<GutterMarker> {
  const ranges = [...(bytes ?? [])]
    .filter(([line]) => line >= 1 && line <= state.doc.lines)
    .sort(([a], [b]) => a - b)
    .map(([line, entries]) => markerOf(entries).range(state.doc.line(line).from));
  return RangeSet.of(ranges);
}

const SPACER = new BytesMarker('00000000', `${'00 '.repeat(SHOWN).trim()}…`, '');

export const bytesGutter = [
  bytesField,
  gutter({
    class: 'cm-bytes',
    markers: (view) => view.state.field(bytesField),
    initialSpacer: () => SPACER,
  }),
];

export const withBytes = (bytes: BytesByLine | null) => setBytes.of(bytes);
