/**
 * Development only: the editor and the library over a real machine and a real assembler, without the rest of the page.
 * `?theme=dark`. Open `/src/ui/editor/testing/editor.html` on the development server. Not part of the site.
 */
import { createRoot } from 'react-dom/client';
import { createGuestLibrary } from '../../../storage';
import { createEditorStore } from '../../../store/editor/editor-store';
import { EditorProvider } from '../../../store/editor/use-editor';
import { createEditorMachine } from '../../../store/editor-machine';
import { createAppStore } from '../../../store/store';
import { StoreProvider } from '../../../store/use-store';
import { createMachineClient } from '../../../worker/client';
import { createToolchainClient } from '../../../worker/toolchain-client';
import { LibraryDialog } from '../../library';
import '../../shared/base.css';
import '../../shared/widgets.css';
import { ProblemBanner } from '../../shell/ProblemBanner';
import '../../shell/shell.css';
import { EditorPane } from '..';

const afterMs = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
const theme = new URLSearchParams(location.search).get('theme') === 'dark' ? 'dark' : 'light';
document.documentElement.dataset.theme = theme;

const app = createAppStore({
  session: createMachineClient(),
  theme,
  saveTheme: () => {},
  wait: afterMs,
  patience: afterMs,
});
const editor = createEditorStore({
  toolchain: createToolchainClient(),
  library: createGuestLibrary({
    now: () => Date.now(),
    newId: () => crypto.randomUUID(),
    onProblem: app.actions.report,
  }),
  machine: createEditorMachine(app),
  report: app.actions.report,
  wait: afterMs,
});
/** For scripts that drive this page. */
Object.assign(window, { app, editor });

const root = document.getElementById('root');
if (root) {
  createRoot(root).render(
    <StoreProvider store={app}>
      <EditorProvider store={editor}>
        <div style={{ display: 'flex', flexDirection: 'column', height: '100vh' }}>
          <ProblemBanner />
          <div style={{ flex: 1, minHeight: 0 }}>
            <EditorPane />
          </div>
        </div>
        <LibraryDialog />
      </EditorProvider>
    </StoreProvider>,
  );
}
void editor.actions.start();
