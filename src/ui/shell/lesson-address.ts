/** Keeps the address bar and the lesson in step: the link of the current step can be copied at any time. */
import { formatLessonLink, parseLessonLink } from '../../lessons/lesson-link';
import { lessonApplies } from '../../store/lesson-actions';
import type { AppStore } from '../../store/store';

export function syncLessonLink(store: AppStore): () => void {
  const write = () => {
    const state = store.getState();
    const lesson = lessonApplies(state) ? state.lesson : null;
    const hash = lesson ? formatLessonLink({ lesson: lesson.id, step: lesson.step }) : '';
    if (hash !== location.hash) {
      history.replaceState(null, '', hash || location.pathname + location.search);
    }
  };
  const read = () => {
    const link = parseLessonLink(location.hash);
    const { lesson } = store.getState();
    if (!link) return;
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
