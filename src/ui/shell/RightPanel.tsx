/** The tabs at the right. Only the chosen one is mounted. */
import type { MachineView } from '../../session/view';
import { useActions, useApp } from '../../store/use-store';
import { GuestConsole } from '../console/GuestConsole';
import { CyclesPanel } from '../cycles/CyclesPanel';
import { FingerprintPanel } from '../fingerprint/FingerprintPanel';
import { RegistersPanel } from '../registers/RegistersPanel';
import { Tabs } from '../shared/Tabs';
import { EventList } from '../timeline/EventList';

export function RightPanel({ view }: { readonly view: MachineView }) {
  const selected = useApp((s) => s.tab);
  const timeline = useApp((s) => s.timeline);
  const { setTab, seek, fingerprint } = useActions();
  return (
    <>
      <h2 className="visually-hidden">Details</h2>
      <Tabs
        label="Details"
        selected={selected}
        onSelect={setTab}
        items={[
          {
            id: 'cpu',
            label: 'CPU',
            content: () => (
              <>
                <RegistersPanel view={view} />
                <CyclesPanel view={view} />
                <FingerprintPanel view={view} read={fingerprint} />
              </>
            ),
          },
          {
            id: 'console',
            label: 'Console',
            content: () => <GuestConsole view={view} />,
          },
          {
            id: 'events',
            label: 'Events',
            content: () => <EventList timeline={timeline} view={view} onSeek={seek} />,
          },
        ]}
      />
    </>
  );
}
