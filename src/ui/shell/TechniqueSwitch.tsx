/** What lies beneath the guest: chosen here, the same guest starts again under it. */
import { useRef } from 'react';
import type { TechniqueId } from '../../session/world';
import { useActions, useApp } from '../../store/use-store';
import { Switch } from '../shared/Switch';

const TECHNIQUES: readonly { readonly value: TechniqueId; readonly label: string }[] = [
  { value: 'bare', label: 'No hypervisor' },
  { value: 'binary-translation', label: 'Binary translation' },
];

export function TechniqueSwitch() {
  const technique = useApp((s) => s.world?.technique ?? 'bare');
  const { openTechnique } = useActions();
  const byPointer = useRef(false);
  const choose = (chosen: TechniqueId) => {
    void openTechnique(chosen);
    // Whoever chose with the mouse goes on with the page's keys: an arrow would choose again and start the guest anew.
    const { activeElement } = document;
    if (byPointer.current && activeElement instanceof HTMLElement) activeElement.blur();
    byPointer.current = false;
  };
  return (
    <div
      onPointerDown={() => {
        byPointer.current = true;
      }}
    >
      <Switch label="Run it under" value={technique} options={TECHNIQUES} onChange={choose} />
    </div>
  );
}
