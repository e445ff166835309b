/**
 * Keeps the page's store and the editor's in step: jumps to a source line, breakpoints changed elsewhere, and the workbench
 * that opens when the editor has something to show. The one place that knows both.
 */
import { DEFAULT_WORLD } from '../session/world';
import type { EditorStore } from './editor/editor-state';
import type { AppStore } from './store';

/** What runs when nothing of one's own does. */
const FIRST_GUEST = 'hello-rings';

export function linkEditor(app: AppStore, editor: EditorStore): () => void {
  const stops = [
    app.subscribe((state, before) => {
      if (state.breakpoints !== before.breakpoints) editor.actions.breakpointsChanged();
      if (state.sourcePlace && state.sourcePlace.jump !== before.sourcePlace?.jump) {
        const { file, line } = state.sourcePlace;
        void editor.actions.followMachine(true).then(() => editor.actions.revealSource(file, line));
      }
    }),
    app.subscribe((state, before) => {
      // Another guest that opens takes away what was said of the last one. That nothing is kept is still to be said.
      const { storageTrouble } = editor.getState();
      const isTold = storageTrouble !== null && before.problem === storageTrouble;
      if (isTold && state.problem === null && state.guest !== before.guest) {
        app.actions.report(storageTrouble);
      }
    }),
    editor.subscribe((state, before) => {
      // An error to be shown at its place, perhaps of a file dropped on the stage.
      if (state.reveal && state.reveal.serial !== before.reveal?.serial) {
        app.actions.setMode('workbench');
      }
    }),
  ];
  return () => {
    for (const stop of stops) stop();
  };
}

/** The page was left, or is linked to, with the workbench open: the program of the last visit is in the machine again. */
export async function resumeWorkbench(app: AppStore, editor: EditorStore): Promise<void> {
  app.actions.setMode('workbench');
  await editor.actions.start();
  if (editor.getState().guest !== null && (await editor.actions.loadProgram())) return;
  await app.actions.open({ ...DEFAULT_WORLD, guest: { kind: 'shipped', name: FIRST_GUEST } });
}
