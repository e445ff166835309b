/** Address and bytes beside the lines. Between two assemblies they move with their lines; the pane greys them then. */
import { type EditorState, RangeSet, StateEffect, StateField } from '@codemirror/state';
import { gutter, GutterMarker } from '@codemirror/view';
import { hex8, hex32 } from '../../base/hex';
import type { LineBytes } from '../../toolchain/api';

/** Bytes shown beside a line; the tip has all that are known. */
const SHOWN = 6;

/** By 1-based line; several for a macro's line. */
export type BytesByLine = ReadonlyMap<number, readonly LineBytes[]>;

const setBytes = StateEffect.define<BytesByLine | null>();

class BytesMarker extends GutterMarker {
  constructor(
    readonly text: string,
    readonly title: string,
  ) {
    super();
  }

  override eq(other: GutterMarker): boolean {
    return other instanceof BytesMarker && other.text === this.text && other.title === this.title;
  }

  override toDOM(): Node {
    const cell = document.createElement('span');
    cell.textContent = this.text;
    cell.title = this.title;
    return cell;
  }
}

/** `00100010 b8 01 00 00 00`, with … where there is more. */
export function bytesText(entries: readonly LineBytes[]): string {
  const [first] = entries;
  if (!first) return '';
  const more = entries.length > 1 || first.length > SHOWN ? '…' : '';
  const shown =
    first.bytes.length === 0
      ? `${first.length} reserved`
      : first.bytes.slice(0, SHOWN).map(hex8).join(' ') + more;
  return `${hex32(first.address)} ${shown}`;
}

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
    .map(([line, entries]) =>
      new BytesMarker(bytesText(entries), titleOf(entries)).range(state.doc.line(line).from),
    );
  return RangeSet.of(ranges);
}

const SPACER = new BytesMarker(`00000000 ${'00 '.repeat(SHOWN)}…`, '');

export const bytesGutter = [
  bytesField,
  gutter({
    class: 'cm-bytes',
    markers: (view) => view.state.field(bytesField),
    initialSpacer: () => SPACER,
  }),
];

export const withBytes = (bytes: BytesByLine | null) => setBytes.of(bytes);
