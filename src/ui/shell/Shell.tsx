/**
 * The page: header, lesson, machine, panels, transport and timeline. It places things and passes views down; what
 * a panel shows is the panel's business.
 */
import { lazy, Suspense, useEffect, useMemo, useState } from 'react';
import type { Highlight } from '../../lessons/lesson';
import { lessonById } from '../../lessons/lessons';
import type { MachineView } from '../../session/view';
import type { AppState } from '../../store/app-state';
import { useEditorStore } from '../../store/editor/use-editor';
import { lessonApplies } from '../../store/lesson-actions';
import { useApp, useAppStore } from '../../store/use-store';
import { HelpDialog } from '../controls/HelpDialog';
import { Transport } from '../controls/Transport';
import { useKeys } from '../controls/use-keys';
import { LessonPanel } from '../lesson/LessonPanel';
import { LibraryDialog } from '../library';
import { LiveRegion } from '../shared/LiveRegion';
import { Timeline } from '../timeline/Timeline';
import { Centre } from './Centre';
import { DropZone } from './DropZone';
import { Header } from './Header';
import { useIdleSignal } from './idle-signal';
import { ProblemBanner } from './ProblemBanner';
import { RightPanel } from './RightPanel';
import './shell.css';

/** The editor and the debugger's panels come in a chunk of their own. */
const Workbench = lazy(() => import('../workbench/Workbench'));

const NONE: readonly Highlight[] = [];

const stepOf = (s: AppState) => {
  const lesson = s.lesson && lessonById(s.lesson.id);
  return s.lesson && lesson ? lesson.steps[s.lesson.step] : undefined;
};

/** An unanswered question may hide what would give its answer away. */
const hidesWhatIf = (s: AppState): boolean =>
  s.lesson !== null &&
  lessonApplies(s) &&
  !s.lesson.records[s.lesson.step]?.verdict &&
  (stepOf(s)?.question?.conceals?.includes('what-if') ?? false);

function Loading({ what }: { readonly what: string }) {
  return (
    <main id="machine" className="centre loading" aria-busy="true">
      <p>{what}</p>
    </main>
  );
}

function BottomBar({ view }: { readonly view: MachineView }) {
  const timeline = useApp((s) => s.timeline);
  const zoom = useApp((s) => s.zoom);
  const known = useApp((s) => s.view?.end ?? s.furthest);
  const { actions } = useAppStore();
  return (
    <footer className="bottom">
      <Transport />
      <Timeline
        timeline={timeline}
        view={view}
        known={known}
        zoom={zoom}
        onSeek={actions.seek}
        onZoom={actions.setZoom}
      />
    </footer>
  );
}

export function Shell() {
  const store = useAppStore();
  const editor = useEditorStore();
  useKeys(store, editor);
  useIdleSignal(store, editor);
  const lessonOn = useApp(lessonApplies);
  const theme = useApp((s) => s.theme);
  const raw = useApp((s) => s.view);
  const hide = useApp(hidesWhatIf);
  const highlight = useApp((s) => (lessonApplies(s) ? stepOf(s)?.highlight : undefined) ?? NONE);
  const [lessonShown, setLessonShown] = useState(true);

  useEffect(() => {
    document.documentElement.dataset.theme = theme;
  }, [theme]);

  const shown = useMemo(() => raw && (hide ? { ...raw, whatIf: null } : raw), [raw, hide]);
  const mode = useApp((s) => s.mode);
  const withLesson = mode === 'stage' && lessonOn && lessonShown;

  return (
    <div className="shell" data-mode={mode} data-lesson={withLesson}>
      <a className="skip-link" href="#machine">
        Skip to the machine
      </a>
      <Header lessonShown={lessonShown} onToggleLesson={() => setLessonShown(!lessonShown)} />
      <ProblemBanner />
      {withLesson ? (
        <aside className="lesson" aria-label="Lesson">
          <LessonPanel />
        </aside>
      ) : null}
      {shown && mode === 'workbench' ? (
        <>
          <Suspense fallback={<Loading what="Opening the workbench…" />}>
            <Workbench view={shown} />
          </Suspense>
          <BottomBar view={shown} />
          <LiveRegion sentence={shown.sentence} />
        </>
      ) : shown ? (
        <>
          <main id="machine" className="centre" tabIndex={-1} aria-label="Machine">
            <Centre view={shown} highlight={highlight} />
          </main>
          <aside
            className="right"
            aria-label="Details"
            data-cue={highlight.includes('registers') || highlight.includes('console')}
          >
            <RightPanel view={shown} />
          </aside>
          <BottomBar view={shown} />
          <LiveRegion sentence={shown.sentence} />
        </>
      ) : (
        <Loading what="Assembling the guest and starting the machine…" />
      )}
      <HelpDialog />
      <LibraryDialog />
      <DropZone />
    </div>
  );
}
