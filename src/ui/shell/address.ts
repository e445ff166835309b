/**
 * Keeps the address bar in step with what is shown: the link of a lesson's step, or of the workbench, can be copied at any
 * time.
 */
import { formatLessonLink, parseLessonLink } from '../../lessons/lesson-link';
import { lessonApplies } from '../../store/lesson-actions';
import type { AppStore } from '../../store/store';

const WORKBENCH = '#workbench';

export const isWorkbenchLink = (hash: string): boolean => hash === WORKBENCH;

export function syncAddress(store: AppStore): () => void {
  const write = () => {
    const state = store.getState();
    const lesson = lessonApplies(state) ? state.lesson : null;
    const atLesson = lesson ? formatLessonLink({ lesson: lesson.id, step: lesson.step }) : '';
    const hash = state.mode === 'workbench' ? WORKBENCH : atLesson;
    if (hash !== location.hash) {
      history.replaceState(null, '', hash || location.pathname + location.search);
    }
  };
  const read = () => {
    if (isWorkbenchLink(location.hash)) {
      store.actions.setMode('workbench');
      return;
    }
    const link = parseLessonLink(location.hash);
    const { lesson } = store.getState();
    if (!link) return;
    store.actions.setMode('stage');
    if (lesson?.id === link.lesson) {
      if (lesson.step !== link.step) void store.actions.goToLessonStep(link.step);
    } else {
      void store.actions.openLesson(link.lesson, link.step);
    }
  };
  const stop = store.subscribe(write);
  window.addEventListener('hashchange', read);
  write();
  return () => {
    stop();
    window.removeEventListener('hashchange', read);
  };
}
