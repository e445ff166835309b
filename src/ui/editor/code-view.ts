/**
 * One CodeMirror view over the files of a program. `update` is given everything that is to be seen; the view finds out
 * what changed. Each file keeps its own undo history, selection and scroll position.
 */
import { closeBrackets, closeBracketsKeymap, completionKeymap } from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { bracketMatching, indentUnit, syntaxHighlighting } from '@codemirror/language';
import { type Diagnostic as Lint, lintGutter, setDiagnostics } from '@codemirror/lint';
import { highlightSelectionMatches, search, searchKeymap } from '@codemirror/search';
import {
  type ChangeSpec,
  Compartment,
  EditorState,
  type Extension,
  type StateEffect,
} from '@codemirror/state';
import {
  drawSelection,
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  hoverTooltip,
  keymap,
  lineNumbers,
} from '@codemirror/view';
import type { Evaluation } from '../../session/debug';
import type { BreakpointMark } from '../../store/editor/breakpoints';
import type { Reveal, SourcePlace } from '../../store/editor/editor-state';
import type { AssembleReply, Diagnostic, InstructionDoc, Vocabulary } from '../../toolchain/api';
import { type BytesByLine, bytesGutter, withBytes } from './bytes-gutter';
import { codeKeys, TAB_COLUMNS } from './code-keys';
import { codeTheme } from './code-theme';
import { nasmCompletion } from './completion';
import {
  breakpointInWords,
  type ExecutionLines,
  lineMarks,
  withBreakpoints,
  withExecution,
} from './line-marks';
import { lookUp } from './look-up';
import { nasmHighlighting, nasmLanguage } from './nasm-language';
import { fullLabel, wordAt } from './words';

export interface CodeShown {
  /** Changes when another guest is opened: histories are not carried over. */
  readonly guestKey: string;
  readonly file: string;
  readonly text: string;
  readonly readOnly: boolean;
  readonly vocabulary: Vocabulary | null;
  /** The assembler's latest answer, for problems and names. */
  readonly reply: AssembleReply | null;
  /** The texts were changed since `reply`. */
  readonly stale: boolean;
  /** Names of the guest's other files. */
  readonly otherFiles: readonly string[];
  /** By lines of `text`; null: the column is switched off. */
  readonly bytes: BytesByLine | null;
  readonly breakpoints: readonly BreakpointMark[];
  readonly execution: ExecutionLines;
  readonly reveal: Reveal | null;
}

export interface CodeEvents {
  readonly onEdit: (file: string, text: string) => void;
  readonly onToggle: (file: string, line: number) => void;
  readonly onRun: () => void;
  readonly onLoad: () => void;
  /** To the line of the cursor. */
  readonly onRunTo: () => void;
  /** False when nothing runs. */
  readonly onStop: () => boolean;
  readonly onProblem: (from: SourcePlace, direction: 'forward' | 'backward') => void;
  readonly onCursor: (place: SourcePlace) => void;
  /** What F1 found; null when there is nothing to say of the word. */
  readonly onLookUp: (word: string, found: HTMLElement | null) => void;
  /** Where a name is defined is wanted; a local label is given in full. */
  readonly onDefinition: (name: string) => void;
  readonly describe: (word: string) => Promise<InstructionDoc | null>;
  readonly evaluate: (expression: string) => Promise<Evaluation | null>;
}

const FOLLOW_TRIES = 4;

/** `hint` is the id of the element that says how to leave the editor. */
export class CodeView {
  readonly #view: EditorView;
  readonly #events: CodeEvents;
  readonly #hint: string;
  readonly #language = new Compartment();
  readonly #bytes = new Compartment();
  readonly #file = new Compartment();
  readonly #kept = new Map<string, { state: EditorState; scroll: StateEffect<unknown> }>();
  #shown: CodeShown;
  /** The view is being brought up to date: its own changes are no edits of a person's. */
  #updating = false;
  /** The frame in which a line is brought into sight. */
  #following = 0;

  constructor(parent: HTMLElement, shown: CodeShown, events: CodeEvents, hint: string) {
    this.#shown = shown;
    this.#events = events;
    this.#hint = hint;
    this.#view = new EditorView({ parent, state: this.#newState(shown) });
    this.#showAll(shown, null);
  }

  get place(): SourcePlace {
    const { state } = this.#view;
    const { head } = state.selection.main;
    const line = state.doc.lineAt(head);
    return { file: this.#shown.file, line: line.number, column: head - line.from + 1 };
  }

  update(shown: CodeShown): void {
    const was = this.#shown;
    if (shown === was) return;
    this.#shown = shown;
    this.#updating = true;
    const switched = shown.guestKey !== was.guestKey || shown.file !== was.file;
    if (switched) this.#switchFile(was, shown);
    else this.#replaceText(shown.text);
    this.#updating = false;
    this.#showAll(shown, switched ? null : was);
  }

  focus(): void {
    this.#view.focus();
  }

  destroy(): void {
    cancelAnimationFrame(this.#following);
    this.#view.destroy();
  }

  #newState(shown: CodeShown): EditorState {
    const events = this.#events;
    const toggle = (line: number) => events.onToggle(this.#shown.file, line);
    return EditorState.create({
      doc: shown.text,
      extensions: [
        lineMarks(toggle),
        lineNumbers(),
        this.#bytes.of(shown.bytes ? bytesGutter : []),
        lintGutter(),
        this.#language.of(nasmLanguage(shown.vocabulary)),
        this.#file.of(this.#ofFile(shown)),
        syntaxHighlighting(nasmHighlighting),
        this.#hover(),
        // Before the completion, whose own Escape would come first.
        codeKeys({
          run: events.onRun,
          load: events.onLoad,
          runTo: events.onRunTo,
          stop: events.onStop,
          toggle,
          problem: (_view, direction) => events.onProblem(this.place, direction),
          lookUp: () => void this.#lookUpHere(),
          define: (view) => this.#defineAt(view.state.selection.main.head),
        }),
        nasmCompletion(() => {
          const { vocabulary, reply, otherFiles } = this.#shown;
          return { vocabulary, reply, files: otherFiles };
        }, events.describe),
        EditorView.domEventHandlers({
          mousedown: (event, view) => {
            if (event.button !== 0 || !(event.ctrlKey || event.metaKey)) return false;
            const position = view.posAtCoords(event);
            return position !== null && this.#defineAt(position);
          },
        }),
        history(),
        drawSelection(),
        bracketMatching(),
        closeBrackets(),
        highlightActiveLine(),
        highlightActiveLineGutter(),
        highlightSelectionMatches({ minSelectionLength: 2 }),
        search({ top: true }),
        EditorState.tabSize.of(TAB_COLUMNS),
        indentUnit.of(' '.repeat(TAB_COLUMNS)),
        keymap.of([
          ...closeBracketsKeymap,
          ...completionKeymap,
          ...searchKeymap,
          ...historyKeymap,
          ...defaultKeymap,
        ]),
        codeTheme,
        EditorView.updateListener.of((update) => {
          if (update.docChanged && !this.#updating) {
            events.onEdit(this.#shown.file, update.state.doc.toString());
          }
          if (update.selectionSet || update.docChanged) events.onCursor(this.place);
        }),
      ],
    });
  }

  #ofFile({ file, readOnly }: CodeShown): Extension {
    return [
      EditorState.readOnly.of(readOnly),
      EditorView.contentAttributes.of({
        'aria-label': `Source of ${file}${readOnly ? ', read-only' : ''}`,
        'aria-describedby': this.#hint,
        'data-file': file,
        spellcheck: 'false',
        // Editable content takes focus by itself; said so that checkers know too.
        tabindex: '0',
      }),
    ];
  }

  #switchFile(was: CodeShown, shown: CodeShown): void {
    if (was.guestKey !== shown.guestKey) this.#kept.clear();
    else {
      this.#kept.set(was.file, {
        state: this.#view.state,
        scroll: this.#view.scrollSnapshot(),
      });
    }
    const kept = this.#kept.get(shown.file);
    if (kept && kept.state.doc.toString() === shown.text) {
      this.#view.setState(kept.state);
      this.#view.dispatch({ effects: kept.scroll });
    } else {
      this.#view.setState(this.#newState(shown));
      // Else it would stand where the text before it stood.
      this.#view.dispatch({ effects: EditorView.scrollIntoView(0, { y: 'start' }) });
    }
  }

  /** A change from outside, such as a suggestion taken from the list: only what differs, so that the cursor stays. */
  #replaceText(text: string): void {
    const old = this.#view.state.doc.toString();
    if (old === text) return;
    let from = 0;
    while (from < old.length && from < text.length && old[from] === text[from]) from++;
    let end = 0;
    const most = Math.min(old.length, text.length) - from;
    while (end < most && old[old.length - 1 - end] === text[text.length - 1 - end]) end++;
    const changes: ChangeSpec = {
      from,
      to: old.length - end,
      insert: text.slice(from, text.length - end),
    };
    this.#view.dispatch({ changes });
  }

  /** @param was null: nothing of it is shown yet */
  #showAll(shown: CodeShown, was: CodeShown | null): void {
    const effects: StateEffect<unknown>[] = [];
    if (shown.vocabulary !== was?.vocabulary) {
      effects.push(this.#language.reconfigure(nasmLanguage(shown.vocabulary)));
    }
    if (shown.readOnly !== was?.readOnly || shown.file !== was.file) {
      effects.push(this.#file.reconfigure(this.#ofFile(shown)));
    }
    if (!was || (shown.bytes === null) !== (was.bytes === null)) {
      effects.push(this.#bytes.reconfigure(shown.bytes ? bytesGutter : []));
    }
    if (effects.length > 0) this.#view.dispatch({ effects });

    const marks: StateEffect<unknown>[] = [];
    if (shown.bytes !== was?.bytes) marks.push(withBytes(shown.bytes));
    if (shown.breakpoints !== was?.breakpoints) {
      marks.push(withBreakpoints(shown.breakpoints));
      const news = was && breakpointNews(was.breakpoints, shown.breakpoints);
      if (news) marks.push(EditorView.announce.of(news));
    }
    const { executed, next } = shown.execution;
    const moved = next !== was?.execution.next || executed !== was.execution.executed;
    if (moved) {
      marks.push(withExecution(shown.execution));
    }
    if (marks.length > 0) this.#view.dispatch({ effects: marks });
    if (moved && next !== null) this.#follow(next, FOLLOW_TRIES);

    if ((shown.reply !== was?.reply || shown.stale !== was.stale) && !shown.stale) {
      const { state } = this.#view;
      const own = (shown.reply?.diagnostics ?? []).filter((d) => d.file === shown.file);
      this.#view.dispatch(
        setDiagnostics(
          state,
          own.flatMap((d) => lintOf(state, d, shown)),
        ),
      );
    }
    if (shown.reveal && shown.reveal.serial !== was?.reveal?.serial) this.#reveal(shown.reveal);
  }

  /**
   * Brings a line into sight. Before the first layout, heights of lines are only guessed and the view may end up
   * elsewhere: it looks again a frame later.
   */
  #follow(line: number, tries: number): void {
    cancelAnimationFrame(this.#following);
    this.#following = requestAnimationFrame(() => {
      const { doc } = this.#view.state;
      if (line > doc.lines || this.#isInSight(doc.line(line).from)) return;
      const effects = EditorView.scrollIntoView(doc.line(line).from, { y: 'center' });
      this.#view.dispatch({ effects });
      if (tries > 1) this.#follow(line, tries - 1);
    });
  }

  /** Whether a line stands well inside what is visible, so that following it needs no scrolling. */
  #isInSight(position: number): boolean {
    const { top, bottom } = this.#view.lineBlockAt(position);
    const { scrollTop, clientHeight } = this.#view.scrollDOM;
    const margin = Math.min(40, clientHeight / 4);
    return top >= scrollTop + margin && bottom <= scrollTop + clientHeight - margin;
  }

  #reveal({ file, line, column = 1, focus }: Reveal): void {
    if (file !== this.#shown.file) return;
    const { doc } = this.#view.state;
    const there = doc.line(Math.min(Math.max(line, 1), doc.lines));
    const anchor = Math.min(there.from + column - 1, there.to);
    this.#view.dispatch({
      selection: { anchor },
      effects: EditorView.scrollIntoView(anchor, { y: 'center' }),
    });
    this.#follow(there.number, FOLLOW_TRIES);
    if (focus) this.#view.focus();
  }

  #wordAt(position: number) {
    const line = this.#view.state.doc.lineAt(position);
    const word = wordAt(line.text, position - line.from, this.#shown.vocabulary);
    const above = this.#view.state.doc.sliceString(0, line.to).split('\n');
    return word && { word, above, start: line.from };
  }

  #defineAt(position: number): boolean {
    const here = this.#wordAt(position);
    if (here?.word.kind !== 'name') return false;
    this.#events.onDefinition(fullLabel(here.word.text, here.above));
    return true;
  }

  #deps() {
    const { describe, evaluate } = this.#events;
    return { describe, evaluate, reply: () => this.#shown.reply };
  }

  #hover(): Extension {
    return hoverTooltip(async (_view, position) => {
      const here = this.#wordAt(position);
      if (!here) return null;
      const dom = await lookUp(here.word, here.above, this.#deps()).catch(() => null);
      if (!dom) return null;
      const { from, to } = here.word;
      return { pos: here.start + from, end: here.start + to, create: () => ({ dom }) };
    });
  }

  async #lookUpHere(): Promise<void> {
    const here = this.#wordAt(this.#view.state.selection.main.head);
    if (!here) {
      this.#events.onLookUp('', null);
      return;
    }
    const found = await lookUp(here.word, here.above, this.#deps()).catch(() => null);
    this.#events.onLookUp(here.word.text, found);
  }
}

/** For screen readers: what came or went. */
function breakpointNews(
  was: readonly BreakpointMark[],
  now: readonly BreakpointMark[],
): string | null {
  const ids = (marks: readonly BreakpointMark[]) => new Set(marks.map(({ id }) => id));
  const [before, after] = [ids(was), ids(now)];
  const came = now.find(({ id }) => !before.has(id));
  const went = was.find(({ id }) => !after.has(id));
  if (came) return `${breakpointInWords(came)}, on line ${came.line}`;
  return went ? `Breakpoint cleared on line ${went.line}` : null;
}

function lintOf(state: EditorState, diagnostic: Diagnostic, { readOnly }: CodeShown): Lint[] {
  if (diagnostic.line < 1 || diagnostic.line > state.doc.lines) return [];
  const line = state.doc.line(diagnostic.line);
  const from = Math.min(line.from + Math.max(diagnostic.column - 1, 0), line.to);
  const to = Math.min(from + Math.max(diagnostic.length, 1), line.to);
  const { severity, message, suggestion } = diagnostic;
  if (suggestion === null || readOnly) return [{ from, to, severity, message }];
  const apply = (view: EditorView, at: number, end: number) =>
    view.dispatch({ changes: { from: at, to: end, insert: suggestion }, userEvent: 'input' });
  return [{ from, to, severity, message, actions: [{ name: `Write ‘${suggestion}’`, apply }] }];
}
