/**
 * Development only: one debugger panel over a real session in the page itself, at a chosen width.
 * `?panel=memory&width=480&theme=dark&technique=bare&at=40000`. Open `/src/ui/testing/debug.html` on the development server.
 */
import type { ReactNode } from 'react';
import { createRoot } from 'react-dom/client';
import { Session } from '../../session';
import type { TechniqueId } from '../../session/world';
import { DEFAULT_WORLD } from '../../session/world';
import { createAppStore } from '../../store/store';
import { StoreProvider } from '../../store/use-store';
import * as panels from '../debug';
import '../shared/base.css';
import '../shared/widgets.css';

const query = new URLSearchParams(location.search);
const theme = query.get('theme') === 'dark' ? 'dark' : 'light';
document.documentElement.dataset.theme = theme;

const NAMES: Readonly<Record<string, () => ReactNode>> = {
  memory: panels.MemoryPanel,
  stack: panels.StackPanel,
  tables: panels.TablesPanel,
  paging: panels.PagingPanel,
  registers: panels.RegistersDetail,
  breakpoints: panels.BreakpointsPanel,
  watch: panels.WatchPanel,
  branches: panels.BranchesPanel,
};

const wait = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
const session = new Session({ yieldNow: () => wait(0) });
const store = createAppStore({ session, theme, saveTheme: () => {}, wait });
Object.assign(window, { store, session });

const Panel = NAMES[query.get('panel') ?? 'memory'] ?? panels.MemoryPanel;
const root = document.getElementById('root');
if (root) {
  createRoot(root).render(
    <StoreProvider store={store}>
      <div style={{ width: Number(query.get('width') ?? 700), background: 'var(--card)' }}>
        <Panel />
      </div>
    </StoreProvider>,
  );
}

const technique = (query.get('technique') ?? 'binary-translation') as TechniqueId;
const guest = { kind: 'shipped', name: query.get('guest') ?? 'hello-rings' } as const;
await store.actions.open({ ...DEFAULT_WORLD, technique, guest });
await store.actions.seek({ retired: Number(query.get('at') ?? 40_000), phase: 0 });
document.documentElement.dataset.ready = 'true';
