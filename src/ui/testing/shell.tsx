/**
 * Development only: the whole page over a fake session and the hand-made moments. `?theme=dark`. Open
 * `/src/ui/testing/shell.html` on the development server. Not part of the site.
 */
import { createRoot } from 'react-dom/client';
import { LESSONS } from '../../lessons/lessons';
import type { TimelineView } from '../../session/view';
import { createAppStore } from '../../store/store';
import { fakeSession } from '../../store/testing/fake-session';
import { StoreProvider } from '../../store/use-store';
import '../shared/base.css';
import '../shared/widgets.css';
import { Shell } from '../shell/Shell';
import * as fixtures from './fixture-panels';

const END = 96_004;

const timeline: TimelineView = {
  from: 0,
  to: END,
  end: END,
  ring: Array.from({ length: 60 }, (_, i) => ({
    from: i * 1600,
    to: (i + 1) * 1600,
    ring: ([0, 1, 3, 1] as const)[i % 4] ?? 0,
  })),
  traps: Array.from({ length: 24 }, (_, i) => ({
    at: 2000 + i * 3900,
    kind: (['callout', 'trap', 'interrupt', 'fault'] as const)[i % 4] ?? 'trap',
    label: 'a fixture',
  })),
  blocks: Array.from({ length: 70 }, (_, i) => ({
    at: 1000 + i * 1300,
    kind: i % 17 === 16 ? 'invalidated' : i % 3 ? 'translated' : 'chained',
    label: 'a fixture',
  })),
};

const store = createAppStore({
  session: fakeSession({
    end: END,
    timeline,
    view: (world, moment) => ({
      ...(world.technique === 'bare' ? fixtures.bareView : fixtures.calloutView(2)),
      world,
      moment,
    }),
  }),
  theme: new URLSearchParams(location.search).get('theme') === 'dark' ? 'dark' : 'light',
  saveTheme: () => {},
  wait: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
});

const root = document.getElementById('root');
if (root) {
  createRoot(root).render(
    <StoreProvider store={store}>
      <Shell />
    </StoreProvider>,
  );
}
void store.actions
  .openLesson(LESSONS[0]?.id ?? '')
  .then(() => store.actions.seek({ retired: 48_211, phase: 0 }));
