/** Wiring: start the worker, make the store, mount the page, open the lesson the link names. */
import { createRoot } from 'react-dom/client';
import { parseLessonLink } from './lessons/lesson-link';
import { LESSONS } from './lessons/lessons';
import { createDrafts, createGuestLibrary, newId } from './storage';
import { createEditorStore } from './store/editor/editor-store';
import { EditorProvider } from './store/editor/use-editor';
import { linkEditor, resumeWorkbench } from './store/editor-link';
import { createEditorMachine } from './store/editor-machine';
import { createAppStore } from './store/store';
import { StoreProvider } from './store/use-store';
import './ui/shared/base.css';
import './ui/shared/widgets.css';
import { initialTheme, saveTheme } from './ui/shared/theme';
import { isWorkbenchLink, syncAddress } from './ui/shell/address';
import { Shell } from './ui/shell/Shell';
import { createMachineClient } from './worker/client';
import { createToolchainClient } from './worker/toolchain-client';

const afterMs = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

const store = createAppStore({
  session: createMachineClient(),
  theme: initialTheme(),
  saveTheme,
  wait: afterMs,
  patience: afterMs,
  now: () => performance.now(),
});

const editor = createEditorStore({
  toolchain: createToolchainClient(),
  library: createGuestLibrary({
    now: () => Date.now(),
    newId,
    onProblem: (problem) => editor.actions.storageFailed(problem),
  }),
  machine: createEditorMachine(store),
  drafts: createDrafts(
    () => localStorage,
    () => Date.now(),
  ),
  report: store.actions.report,
  wait: afterMs,
});
linkEditor(store, editor);
window.addEventListener('pagehide', editor.actions.leave);
document.addEventListener('visibilitychange', editor.actions.leave);

const root = document.getElementById('root');
if (!root) throw new Error('index.html has no #root');
createRoot(root).render(
  <StoreProvider store={store}>
    <EditorProvider store={editor}>
      <Shell />
    </EditorProvider>
  </StoreProvider>,
);

if (isWorkbenchLink(location.hash)) void resumeWorkbench(store, editor);
else {
  const link = parseLessonLink(location.hash);
  void store.actions.openLesson(link?.lesson ?? LESSONS[0]?.id ?? '', link?.step ?? 0);
}
syncAddress(store);
