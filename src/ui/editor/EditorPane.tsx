/** The editor of the workbench: the open program, where it executes, its problems. Reads both stores, draws no machine. */
import { X } from 'lucide-react';
import { useEffect, useId, useMemo, useRef, useState } from 'react';
import {
  type BreakpointMark,
  breakpointMarks,
  lineInRun,
  linesByNumber,
  textOf,
} from '../../store/editor/breakpoints';
import type { OpenGuest, SourcePlace } from '../../store/editor/editor-state';
import { addressOfPlace, executionPlaces } from '../../store/editor/execution';
import { lineMap } from '../../store/editor/line-map';
import { choiceInWords } from '../../store/editor/load-plan';
import { useEditor, useEditorActions } from '../../store/editor/use-editor';
import { useActions, useApp, useAppStore } from '../../store/use-store';
import type { LineBytes } from '../../toolchain/api';
import { Button, IconButton } from '../shared/Button';
import type { BytesByLine } from './bytes-gutter';
import { CodeEditor } from './CodeEditor';
import type { CodeEvents, CodeShown } from './code-view';
import { noteElement } from './doc-dom';
import { EditorBar } from './EditorBar';
import { FileTabs } from './FileTabs';
import type { ExecutionLines } from './line-marks';
import { ProblemsList } from './ProblemsList';
import { RunningNote } from './RunningNote';
import { StatusLine } from './StatusLine';
import { useRunning } from './use-running';
import { useShowBytes } from './use-show-bytes';
import { definitionOf } from './words';
import './doc.css';
import './editor.css';

const NOWHERE: ExecutionLines = { executed: null, next: null };

function useBytes(guest: OpenGuest | null, file: string, text: string): BytesByLine | null {
  const image = useEditor((s) => s.image);
  const shown = useShowBytes();
  // As typed when the answer came or the file was opened; from there on the view moves them along.
  const latest = useRef(text);
  latest.current = text;
  // biome-ignore lint/correctness/useExhaustiveDependencies: a guest's other contents do not matter
  return useMemo(() => {
    if (!shown) return null;
    if (!image) return new Map();
    const map = lineMap(textOf(image.files, file), latest.current);
    const moved = new Map<number, readonly LineBytes[]>();
    for (const [line, entries] of linesByNumber(image.lines, file)) moved.set(map(line), entries);
    return moved;
  }, [image, shown, file, guest?.id, guest?.shipped]);
}

function useExecution(file: string, text: string): ExecutionLines {
  const { program } = useRunning();
  const view = useApp((s) => s.view);
  const places = useMemo(
    () => (view && program ? executionPlaces(view, program) : null),
    [view, program],
  );
  const executed = places?.executed?.file === file ? places.executed.line : null;
  const next = places?.next?.file === file ? places.next.line : null;
  return useMemo(() => {
    if (!program || (executed === null && next === null)) return NOWHERE;
    // A line that was rewritten is not the one that runs.
    const { still } = lineMap(textOf(program.files, file), text);
    return {
      executed: executed === null ? null : still(executed),
      next: next === null ? null : still(next),
    };
  }, [program, file, text, executed, next]);
}

function useBreakpointMarks(file: string, text: string): readonly BreakpointMark[] {
  const { program } = useRunning();
  const breakpoints = useApp((s) => s.breakpoints);
  const resolved = useApp((s) => s.resolved);
  const waiting = useEditor((s) => s.waiting);
  const running = program?.files ?? null;
  return useMemo(
    () =>
      breakpointMarks({
        ...{ file, text, breakpoints, resolved, waiting },
        running: running && { files: running },
      }),
    [file, text, breakpoints, resolved, waiting, running],
  );
}

/** When the machine steps into another file of the program, its tab comes to the front. */
function useFollow(): void {
  const { program } = useRunning();
  const view = useApp((s) => s.view);
  const world = useApp((s) => s.world);
  const playing = useApp((s) => s.playing);
  const { selectFile, followMachine } = useEditorActions();

  // biome-ignore lint/correctness/useExhaustiveDependencies: only when another world was opened
  useEffect(() => void followMachine(), [world]);
  useEffect(() => {
    if (!view || !program || playing) return;
    const { next } = executionPlaces(view, program);
    if (next) selectFile(next.file);
  }, [view, program, playing, selectFile]);
}

function SourceFile({ guest, file }: { readonly guest: OpenGuest; readonly file: string }) {
  const actions = useEditorActions();
  const { revealBlock, runTo } = useActions();
  const app = useAppStore();
  const text = textOf(guest.files, file);
  const vocabulary = useEditor((s) => s.vocabulary);
  const reply = useEditor((s) => s.reply);
  const image = useEditor((s) => s.image);
  const stale = useEditor((s) => s.stale);
  const reveal = useEditor((s) => s.reveal);
  const saving = useEditor((s) => s.saving);
  const keepsNothing = useEditor((s) => s.storageTrouble !== null);
  const { program } = useRunning();
  const bytes = useBytes(guest, file, text);
  const execution = useExecution(file, text);
  const breakpoints = useBreakpointMarks(file, text);
  const [cursor, setCursor] = useState<SourcePlace>({ file, line: 1, column: 1 });
  const [found, setFound] = useState<{ word: string; element: HTMLElement | null } | null>(null);
  const hintId = useId();

  const guestKey = guest.id ?? guest.shipped ?? '';
  const readOnly = guest.id === null;
  const otherFiles = useMemo(
    () => Object.keys(guest.files).filter((name) => name !== file),
    [guest.files, file],
  );
  const shown = useMemo<CodeShown>(
    () => ({
      ...{ guestKey, file, text, readOnly, vocabulary, reply, stale },
      ...{ bytes, breakpoints, execution, reveal, otherFiles },
    }),
    [
      guestKey,
      file,
      text,
      readOnly,
      vocabulary,
      reply,
      stale,
      bytes,
      breakpoints,
      execution,
      reveal,
      otherFiles,
    ],
  );
  const showDefinition = (name: string) => {
    const place = definitionOf(reply, name);
    if (place && Object.hasOwn(guest.files, place.file)) actions.revealPlace(place);
    else {
      const where = place ? `defined in ${place.file}, line ${place.line}` : 'defined nowhere here';
      setFound({ word: name, element: noteElement(name, where) });
    }
  };
  const events: CodeEvents = {
    onDefinition: showDefinition,
    onEdit(of, now) {
      setFound(null);
      actions.edit(of, now);
    },
    onToggle: (of, line) => void actions.toggleBreakpoint(of, line),
    onRun: () => void actions.runProgram(),
    onLoad: () => void actions.loadProgram(),
    onStop() {
      const { playing, slow } = app.getState();
      if (playing || slow) app.actions.pause();
      return playing || slow;
    },
    onRunTo: () => {
      if (address !== null) void runTo(address, 'forward');
    },
    onProblem: actions.revealProblem,
    onCursor: setCursor,
    onLookUp: (word, element) => setFound({ word, element }),
    describe: actions.describe,
    evaluate: actions.evaluate,
  };
  const line = cursor.file === file ? cursor.line : 1;
  const inRun = program && lineInRun(program, file, text, line);
  const address =
    program && inRun !== null ? addressOfPlace(program.lines, { file, line: inRun }) : null;

  return (
    <>
      <CodeEditor shown={shown} events={events} hintId={hintId} />
      {found ? (
        <section className="look-up" aria-label={`About ${found.word || 'the word'}`} role="status">
          {found.element ? (
            <div
              ref={(parent) => {
                if (found.element) parent?.replaceChildren(found.element);
              }}
            />
          ) : (
            <p>
              {found.word ? (
                <>
                  Nothing is known of <code>{found.word}</code>.
                </>
              ) : (
                'Put the cursor on an instruction, a register, a label or a number.'
              )}
            </p>
          )}
          <IconButton label="Close" className="quiet" tipSide="end" onClick={() => setFound(null)}>
            <X size={14} aria-hidden="true" />
          </IconButton>
        </section>
      ) : null}
      <ProblemsList diagnostics={reply?.diagnostics ?? []} stale={stale} readOnly={readOnly} />
      <StatusLine
        place={{ ...cursor, line }}
        address={address}
        saving={readOnly ? 'read-only' : keepsNothing ? 'refused' : saving}
        size={image && !stale && image.lines === reply?.lines ? image.size : null}
        hintId={hintId}
        onShowBlock={(at) => void revealBlock(at)}
        onRunTo={(at) => void runTo(at, 'forward')}
      />
    </>
  );
}

/** A file of bytes: what `incbin` names, or a ready image. */
function BytesFile({ guest, file }: { readonly guest: OpenGuest; readonly file: string }) {
  const content = guest.files[file];
  const length = content instanceof Uint8Array ? content.length : 0;
  const { askImage } = useEditorActions();
  return (
    <div className="bytes-file">
      <p>
        <code>{file}</code>: {length} bytes.
      </p>
      {guest.kind === 'image' ? (
        <p>
          A ready image has no source to edit: the debugger shows its instructions. Loaded:{' '}
          {choiceInWords(guest.image)}. <Button onClick={askImage}>Change how it is loaded…</Button>
        </p>
      ) : (
        <p>
          Bytes for <code>incbin "{file}"</code>.
        </p>
      )}
    </div>
  );
}

function NothingOpen() {
  const { newGuest, setLibraryOpen } = useEditorActions();
  return (
    <div className="nothing-open">
      <p>Write a guest of your own, or read one that ships with Ringside.</p>
      <p>
        <Button tone="primary" onClick={() => void newGuest()}>
          New guest
        </Button>{' '}
        <Button onClick={() => setLibraryOpen(true)}>Choose a guest…</Button>
      </p>
      <p className="panel-note">
        You can drop files here too: source with its includes, or an image.
      </p>
    </div>
  );
}

export default function EditorPane() {
  const guest = useEditor((s) => s.guest);
  const activeFile = useEditor((s) => s.activeFile);
  const reply = useEditor((s) => s.reply);
  const { leave } = useEditorActions();
  useFollow();

  // Put away for the stage; leaving the page is seen to where the stores are made.
  useEffect(() => leave, [leave]);

  return (
    <section className="editor" aria-label="Editor">
      {guest ? <EditorBar guest={guest} /> : null}
      {guest && activeFile !== null ? (
        <>
          <FileTabs guest={guest} activeFile={activeFile} diagnostics={reply?.diagnostics ?? []} />
          <div id="editor-file" role="tabpanel" aria-label={activeFile} className="editor-file">
            {typeof guest.files[activeFile] === 'string' ? (
              <SourceFile guest={guest} file={activeFile} />
            ) : (
              <>
                <BytesFile guest={guest} file={activeFile} />
                <div className="editor-status">
                  <RunningNote />
                </div>
              </>
            )}
          </div>
        </>
      ) : (
        <NothingOpen />
      )}
    </section>
  );
}
