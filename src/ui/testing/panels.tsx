/**
 * Development only: every panel with its fixtures, at a chosen width. `?panel=stage&width=760&theme=dark`. Open
 * `/src/ui/testing/panels.html` on the development server. Not part of the site.
 */
import type { ReactNode } from 'react';
import { createRoot } from 'react-dom/client';
import type { MachineView } from '../../session/view';
import { BlockPair } from '../block/BlockPair';
import { CacheMap } from '../cache/CacheMap';
import { ConsolePanel } from '../console/ConsolePanel';
import { CyclesPanel } from '../cycles/CyclesPanel';
import { RegistersPanel } from '../registers/RegistersPanel';
import { RingStage } from '../stage/RingStage';
import '../shared/base.css';
import '../shared/widgets.css';
import * as fixtures from './fixture-panels';

const query = new URLSearchParams(location.search);
const width = Number(query.get('width') ?? 760);
document.documentElement.dataset.theme = query.get('theme') ?? 'light';

const moments: Record<string, MachineView> = {
  translated: fixtures.translatedView,
  'callout 1': fixtures.calloutView(0),
  'callout 2': fixtures.calloutView(1),
  'callout 4': fixtures.calloutView(3),
  'trap 3': fixtures.trapView(2),
  'trap 9': fixtures.trapView(8),
  'flow 15': fixtures.longFlowView(15, 8),
  'flow 40': fixtures.longFlowView(40, 22),
  direct: fixtures.directView,
  bare: fixtures.bareView,
  boot: fixtures.bootView,
  crowded: { ...fixtures.translatedView, cache: fixtures.cacheOf(500) },
  long: { ...fixtures.translatedView, block: fixtures.longBlock },
};

const panels: Record<string, (view: MachineView, name: string) => ReactNode> = {
  stage: (view) => <RingStage view={view} />,
  right: (view) => (
    <>
      <RegistersPanel view={view} />
      <div style={{ height: 16 }} />
      <CyclesPanel view={view} />
    </>
  ),
  console: (view) => <ConsolePanel view={view} />,
  cache: (view, name) => (
    <CacheMap
      view={view}
      selected={name === 'direct' ? 12 : null}
      onSelect={(id) => console.info(id)}
    />
  ),
  block: (view) => <BlockPair view={view} hovered={view === fixtures.translatedView ? 4 : null} />,
};

const panel = panels[query.get('panel') ?? 'stage'];
const only = query.get('moments')?.split(',');
createRoot(document.getElementById('root')!).render(
  <div style={{ width, padding: 12, boxSizing: 'content-box' }}>
    {Object.entries(moments)
      .filter(([name]) => !only || only.includes(name))
      .map(([name, view]) => (
        <div key={name} style={{ marginBottom: 20 }}>
          <div className="panel-note">{name}</div>
          {panel?.(view, name)}
        </div>
      ))}
  </div>,
);
