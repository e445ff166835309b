/** What keys do in the source: tab stops of eight columns, Enter that keeps the indentation, and the pane's own keys. */
import { indentLess, indentMore } from '@codemirror/commands';
import { indentService } from '@codemirror/language';
import { gotoLine } from '@codemirror/search';
import { EditorSelection, type Extension, Prec } from '@codemirror/state';
import { type Command, type EditorView, keymap } from '@codemirror/view';

export const TAB_COLUMNS = 8;

/** Blanks to the next tab stop; with a selection the lines move in. */
const tab: Command = (view) => {
  if (view.state.readOnly) return false;
  if (view.state.selection.ranges.some((range) => !range.empty)) return indentMore(view);
  view.dispatch(
    view.state.changeByRange((range) => {
      const column = range.head - view.state.doc.lineAt(range.head).from;
      const insert = ' '.repeat(TAB_COLUMNS - (column % TAB_COLUMNS));
      return {
        changes: { from: range.head, insert },
        range: EditorSelection.cursor(range.head + insert.length),
      };
    }),
    { scrollIntoView: true, userEvent: 'input' },
  );
  return true;
};

/** A new line goes as far in as the one above; after a label alone, to the column of instructions. */
export function indentAfter(line: string): number {
  if (/^\s*[\w.?@$%]+:\s*(;.*)?$/.test(line)) return TAB_COLUMNS;
  const blanks = /^\s*/.exec(line)?.[0] ?? '';
  return [...blanks].reduce(
    (column, c) => (c === '\t' ? column + TAB_COLUMNS - (column % TAB_COLUMNS) : column + 1),
    0,
  );
}

const indentation = indentService.of((context, position) => {
  const { doc } = context.state;
  // `lineAt` looks through the line break that is about to be made.
  const before = position > 0 ? context.lineAt(position, -1).text : '';
  return before === '' && position > 0
    ? indentAfter(doc.lineAt(position - 1).text)
    : indentAfter(before);
});

export interface PaneKeys {
  /** Each answers with true when it did something. */
  readonly run: () => void;
  /** Opens the program in the machine, before its first instruction. */
  readonly load: () => void;
  /** Runs to the line of the cursor. */
  readonly runTo: () => void;
  /** Stops what runs; false when nothing does. */
  readonly stop: () => boolean;
  readonly toggle: (line: number) => void;
  readonly problem: (view: EditorView, direction: 'forward' | 'backward') => void;
  readonly lookUp: (view: EditorView) => void;
  readonly define: (view: EditorView) => void;
}

export function codeKeys(keys: PaneKeys): Extension {
  const does =
    (act: (view: EditorView) => void): Command =>
    (view) => {
      act(view);
      return true;
    };
  const lineOf = (view: EditorView): number =>
    view.state.doc.lineAt(view.state.selection.main.head).number;
  return [
    indentation,
    // A program that runs is stopped before anything else that Escape could close.
    Prec.highest(keymap.of([{ key: 'Escape', run: keys.stop }])),
    Prec.high(
      keymap.of([
        { key: 'Mod-Enter', run: does(keys.run), shift: does(keys.load) },
        { key: 'Mod-F10', run: does(keys.runTo) },
        { key: 'F9', run: does((view) => keys.toggle(lineOf(view))) },
        { key: 'F8', run: does((view) => keys.problem(view, 'forward')) },
        { key: 'Shift-F8', run: does((view) => keys.problem(view, 'backward')) },
        { key: 'F1', run: does(keys.lookUp) },
        { key: 'Mod-i', run: does(keys.lookUp) },
        { key: 'Mod-b', run: does(keys.define) },
        { key: 'Alt-g', run: gotoLine },
        // Everything is kept by itself; the browser's own dialog would only be in the way.
        { key: 'Mod-s', run: () => true },
      ]),
    ),
    keymap.of([{ key: 'Tab', run: tab, shift: indentLess }]),
  ];
}
