/** Wiring: start the worker, make the store, mount the page, open the lesson the link names. */
import { createRoot } from 'react-dom/client';
import { parseLessonLink } from './lessons/lesson-link';
import { LESSONS } from './lessons/lessons';
import { createAppStore } from './store/store';
import { StoreProvider } from './store/use-store';
import './ui/shared/base.css';
import './ui/shared/widgets.css';
import { initialTheme, saveTheme } from './ui/shared/theme';
import { syncLessonLink } from './ui/shell/lesson-address';
import { Shell } from './ui/shell/Shell';
import { createMachineClient } from './worker/client';

const afterMs = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

const store = createAppStore({
  session: createMachineClient(),
  theme: initialTheme(),
  saveTheme,
  wait: afterMs,
  patience: afterMs,
});

const root = document.getElementById('root');
if (!root) throw new Error('index.html has no #root');
createRoot(root).render(
  <StoreProvider store={store}>
    <Shell />
  </StoreProvider>,
);

const link = parseLessonLink(location.hash);
void store.actions.openLesson(link?.lesson ?? LESSONS[0]?.id ?? '', link?.step ?? 0);
syncLessonLink(store);
