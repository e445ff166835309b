/**
 * Marks of lines: breakpoints in a gutter of their own, the executed and the next line by an arrow and a band. Each kind
 * has a shape of its own, not only a colour.
 */
import {
  type EditorState,
  type Extension,
  RangeSet,
  StateEffect,
  StateField,
} from '@codemirror/state';
import { Decoration, type DecorationSet, EditorView, GutterMarker, gutter } from '@codemirror/view';
import type { BreakpointMark } from '../../store/editor/breakpoints';

/** 1-based lines; null: none in this file. */
export interface ExecutionLines {
  readonly executed: number | null;
  readonly next: number | null;
}

const setBreakpoints = StateEffect.define<readonly BreakpointMark[]>();
const setExecution = StateEffect.define<ExecutionLines>();
export const withBreakpoints = (marks: readonly BreakpointMark[]) => setBreakpoints.of(marks);
export const withExecution = (lines: ExecutionLines) => setExecution.of(lines);

/** In words: the tip of the mark, and what is announced. */
export function breakpointInWords({ enabled, condition, state, problem }: BreakpointMark): string {
  const what = enabled ? 'Breakpoint' : 'Breakpoint, switched off';
  const when = condition === null ? '' : `, if ${condition}`;
  const how =
    state === 'waiting'
      ? ': stands with the next run'
      : state === 'unresolved'
        ? `: cannot stop: ${problem ?? 'not found'}`
        : '';
  return `${what}${when}${how}`;
}

class BreakpointMarker extends GutterMarker {
  constructor(readonly mark: BreakpointMark) {
    super();
  }

  override eq(other: GutterMarker): boolean {
    return (
      other instanceof BreakpointMarker &&
      other.mark.id === this.mark.id &&
      breakpointInWords(other.mark) === breakpointInWords(this.mark)
    );
  }

  override toDOM(): Node {
    const { enabled, condition, state } = this.mark;
    const dot = document.createElement('span');
    dot.className = ['bp', enabled ? '' : 'off', condition === null ? '' : 'conditional', state]
      .filter(Boolean)
      .join(' ');
    dot.textContent = condition === null ? '' : '?';
    dot.title = breakpointInWords(this.mark);
    dot.dataset.breakpoint = this.mark.id;
    return dot;
  }
}

class ArrowMarker extends GutterMarker {
  constructor(readonly kind: 'executed' | 'next' | 'both') {
    super();
  }

  override eq(other: GutterMarker): boolean {
    return other instanceof ArrowMarker && other.kind === this.kind;
  }

  override toDOM(): Node {
    const arrow = document.createElement('span');
    arrow.className = `arrow-${this.kind}`;
    arrow.textContent = this.kind === 'executed' ? '✓' : '▶';
    arrow.title = {
      executed: 'Executed by the last step',
      next: 'Executed next',
      both: 'Executed by the last step, and next again',
    }[this.kind];
    return arrow;
  }
}

const exists = (state: EditorState, line: number | null): line is number =>
  line !== null && line >= 1 && line <= state.doc.lines;

const breakpointField = StateField.define<RangeSet<GutterMarker>>({
  create: () => RangeSet.empty,
  update(markers, transaction) {
    let now = markers.map(transaction.changes);
    for (const effect of transaction.effects) {
      if (!effect.is(setBreakpoints)) continue;
      const { doc } = transaction.state;
      const marks = effect.value.filter(({ line }) => exists(transaction.state, line));
      now = RangeSet.of(
        marks.map((mark) => new BreakpointMarker(mark).range(doc.line(mark.line).from)),
        true,
      );
    }
    return now;
  },
});

interface Execution {
  readonly arrows: RangeSet<GutterMarker>;
  readonly bands: DecorationSet;
}

const EXECUTED = Decoration.line({ class: 'cm-executed' });
const NEXT = Decoration.line({ class: 'cm-next' });

const executionField = StateField.define<Execution>({
  create: () => ({ arrows: RangeSet.empty, bands: Decoration.none }),
  update(was, transaction) {
    let now = transaction.docChanged
      ? { arrows: was.arrows.map(transaction.changes), bands: was.bands.map(transaction.changes) }
      : was;
    for (const effect of transaction.effects) {
      if (effect.is(setExecution)) now = executionOf(transaction.state, effect.value);
    }
    return now;
  },
  provide: (field) => EditorView.decorations.from(field, ({ bands }) => bands),
});

function executionOf(state: EditorState, { executed, next }: ExecutionLines): Execution {
  const start = (line: number) => state.doc.line(line).from;
  const arrows = [];
  const bands = [];
  if (exists(state, executed)) {
    bands.push(EXECUTED.range(start(executed)));
    if (executed !== next) arrows.push(new ArrowMarker('executed').range(start(executed)));
  }
  if (exists(state, next)) {
    bands.push(NEXT.range(start(next)));
    arrows.push(new ArrowMarker(executed === next ? 'both' : 'next').range(start(next)));
  }
  return { arrows: RangeSet.of(arrows, true), bands: Decoration.set(bands, true) };
}

/** @param toggle called with the 1-based line that was clicked */
export function lineMarks(toggle: (line: number) => void): Extension {
  return [
    breakpointField,
    executionField,
    gutter({
      class: 'cm-breakpoints',
      renderEmptyElements: true,
      markers: (view) => view.state.field(breakpointField),
      initialSpacer: () => new ArrowMarker('next'),
      domEventHandlers: {
        mousedown(view, block, event) {
          if ((event as MouseEvent).button !== 0) return false;
          toggle(view.state.doc.lineAt(block.from).number);
          event.preventDefault();
          return true;
        },
      },
    }),
    gutter({
      class: 'cm-execution',
      markers: (view) => view.state.field(executionField).arrows,
      initialSpacer: () => new ArrowMarker('next'),
    }),
  ];
}
