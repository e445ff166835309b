/** What lies beneath the guest: chosen here, the same guest starts again under it. */
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
  return (
    <Switch
      label="Run it under"
      value={technique}
      options={TECHNIQUES}
      onChange={(chosen) => void openTechnique(chosen)}
    />
  );
}
