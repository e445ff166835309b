/**
 * The workbench: the editor at the left, two docks of panels at the right, borders that can be dragged or moved by
 * keys. It is a chunk of its own: who only watches lessons never loads it.
 */
import { LayoutPanelLeft, Maximize2, Minimize2 } from 'lucide-react';
import { useEffect, useState, useSyncExternalStore } from 'react';
import { Group, Panel, Separator, useDefaultLayout, useGroupRef } from 'react-resizable-panels';
import type { MachineView } from '../../session/view';
import { useActions, useApp } from '../../store/use-store';

import { EditorPane } from '../editor';

import { IconButton } from '../shared/Button';
import { Tabs } from '../shared/Tabs';
import { DebugBar } from './DebugBar';
import { lowerPanels, upperPanels } from './docks';
import { layoutStorage } from './layout-storage';
import './workbench.css';

const COLUMNS = { editor: 50, docks: 50 };
const ROWS = { upper: 50, lower: 50 };
/** A person is to type into the guest: its screen must be large enough to read. */
const TALKING = { upper: 28, lower: 72 };
const GROWN = { upper: { upper: 82, lower: 18 }, lower: { upper: 18, lower: 82 } };
const READABLE_PX = 420;
const narrow = window.matchMedia('(max-width: 860px)');
const isNarrow = () => narrow.matches;
const watchWidth = (changed: () => void) => {
  narrow.addEventListener('change', changed);
  return () => narrow.removeEventListener('change', changed);
};

export interface WorkbenchProps {
  readonly view: MachineView;
}

export default function Workbench({ view }: WorkbenchProps) {
  const upper = useApp((s) => s.upper);
  const lower = useApp((s) => s.lower);
  const { showPanel } = useActions();
  const columns = useGroupRef();
  const rows = useGroupRef();
  const savedColumns = useDefaultLayout({ id: 'workbench-columns', storage: layoutStorage });
  const savedRows = useDefaultLayout({ id: 'workbench-rows', storage: layoutStorage });
  const stacked = useSyncExternalStore(watchWidth, isNarrow);

  const wanted = useApp((s) => s.keyboardWanted);
  useEffect(() => {
    const height = document.getElementById('lower')?.clientHeight ?? READABLE_PX;
    if (wanted && height < READABLE_PX) rows.current?.setLayout(TALKING);
  }, [wanted, rows]);

  const [grown, setGrown] = useState<keyof typeof GROWN | null>(null);
  const growButton = (dock: keyof typeof GROWN) => {
    const isGrown = grown === dock;
    const Icon = isGrown ? Minimize2 : Maximize2;
    return (
      <IconButton
        label={isGrown ? 'Both panels alike' : 'Enlarge this panel'}
        className="quiet grow"
        tipSide="end"
        tipBelow
        onClick={() => {
          rows.current?.setLayout(isGrown ? ROWS : GROWN[dock]);
          setGrown(isGrown ? null : dock);
        }}
      >
        <Icon size={14} aria-hidden="true" />
      </IconButton>
    );
  };

  const reset = () => {
    setGrown(null);
    columns.current?.setLayout(COLUMNS);
    rows.current?.setLayout(ROWS);
  };

  return (
    <main id="machine" className="workbench" tabIndex={-1} aria-label="Workbench">
      <DebugBar>
        <IconButton
          label="Reset the layout"
          className="quiet"
          tipBelow
          tipSide="end"
          onClick={reset}
        >
          <LayoutPanelLeft size={16} aria-hidden="true" />
        </IconButton>
      </DebugBar>
      <Group
        id="workbench-columns"
        className="workbench-columns"
        orientation={stacked ? 'vertical' : 'horizontal'}
        groupRef={columns}
        {...savedColumns}
      >
        <Panel id="editor" minSize="20%" defaultSize="50%" className="workbench-pane">
          <EditorPane />
        </Panel>
        <Separator className="separator" aria-label="Width of the editor" />
        <Panel id="docks" minSize="25%" defaultSize="50%" className="workbench-pane">
          <Group id="workbench-rows" orientation="vertical" groupRef={rows} {...savedRows}>
            <Panel id="upper" minSize="15%" defaultSize="50%" className="dock">
              <h2 className="visually-hidden">Machine</h2>
              <Tabs
                label="Machine"
                items={upperPanels(view)}
                selected={upper}
                onSelect={showPanel}
                tools={growButton('upper')}
              />
            </Panel>
            <Separator className="separator" aria-label="Height of the upper panels" />
            <Panel id="lower" minSize="15%" defaultSize="50%" className="dock">
              <h2 className="visually-hidden">Memory and run</h2>
              <Tabs
                label="Memory and run"
                items={lowerPanels(view)}
                selected={lower}
                onSelect={showPanel}
                tools={growButton('lower')}
              />
            </Panel>
          </Group>
        </Panel>
      </Group>
    </main>
  );
}
