/** Which panels the two docks hold, by name. A panel is mounted only while it is in front, so the others cost nothing. */
import type { ReactNode } from 'react';
import type { MachineView } from '../../session/view';
import { isRushing } from '../../store/app-state';
import type { LowerPanel, UpperPanel } from '../../store/debug-state';
import { useActions, useApp } from '../../store/use-store';
import { Blocks } from '../block/Blocks';
import { GuestConsole } from '../console/GuestConsole';
import { CyclesPanel } from '../cycles/CyclesPanel';
import { BranchesPanel } from '../debug/BranchesPanel';
import { BreakpointsPanel } from '../debug/BreakpointsPanel';
import { MemoryPanel } from '../debug/MemoryPanel';
import { PagingPanel } from '../debug/PagingPanel';
import { RegistersDetail } from '../debug/RegistersDetail';
import { StackPanel } from '../debug/StackPanel';
import { TablesPanel } from '../debug/TablesPanel';
import { WatchPanel } from '../debug/WatchPanel';
import type { TabItem } from '../shared/Tabs';
import { RingStage } from '../stage/RingStage';
import { EventList } from '../timeline/EventList';

function Cpu({ view }: { readonly view: MachineView }): ReactNode {
  return (
    <>
      <RegistersDetail />
      <CyclesPanel view={view} />
    </>
  );
}

function Rings({ view }: { readonly view: MachineView }): ReactNode {
  const { seek } = useActions();
  const fast = useApp(isRushing);
  return (
    <div className="stage-area" data-arrows="step">
      <RingStage view={view} onWaypoint={seek} motion={!fast} />
    </div>
  );
}

function Events({ view }: { readonly view: MachineView }): ReactNode {
  const timeline = useApp((s) => s.timeline);
  const { seek } = useActions();
  return <EventList timeline={timeline} view={view} onSeek={seek} />;
}

export const upperPanels = (view: MachineView): readonly TabItem<UpperPanel>[] => [
  { id: 'cpu', label: 'CPU', content: () => <Cpu view={view} /> },
  { id: 'block', label: 'Block', content: () => <Blocks view={view} /> },
  { id: 'rings', label: 'Rings', content: () => <Rings view={view} /> },
  { id: 'paging', label: 'Paging', content: () => <PagingPanel /> },
  { id: 'tables', label: 'Tables', content: () => <TablesPanel /> },
];

export const lowerPanels = (view: MachineView): readonly TabItem<LowerPanel>[] => [
  { id: 'memory', label: 'Memory', content: () => <MemoryPanel /> },
  { id: 'stack', label: 'Stack', content: () => <StackPanel /> },
  { id: 'breakpoints', label: 'Breaks', content: () => <BreakpointsPanel /> },
  { id: 'watch', label: 'Watch', content: () => <WatchPanel /> },
  { id: 'console', label: 'Console', content: () => <GuestConsole view={view} /> },
  { id: 'events', label: 'Events', content: () => <Events view={view} /> },
  { id: 'branches', label: 'Branches', content: () => <BranchesPanel /> },
];
