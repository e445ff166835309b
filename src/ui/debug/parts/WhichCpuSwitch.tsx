/** Whose view is shown: the CPU the guest believes in, or the silicon. Bare they are one, and nothing is offered. */
import { useState } from 'react';
import type { WhichCpu } from '../../../session/debug';
import { useApp } from '../../../store/use-store';
import { Switch } from '../../shared/Switch';

const OPTIONS: readonly { readonly value: WhichCpu; readonly label: string }[] = [
  { value: 'guest', label: 'Guest' },
  { value: 'real', label: 'Real CPU' },
];

export interface WhichCpuSwitchProps {
  readonly value: WhichCpu;
  readonly onChange: (cpu: WhichCpu) => void;
}

export function WhichCpuSwitch({ value, onChange }: WhichCpuSwitchProps) {
  const bare = useApp((s) => s.world?.technique === 'bare');
  return bare ? null : (
    <Switch label="Whose view" value={value} options={OPTIONS} onChange={onChange} />
  );
}

/** The choice of one panel. Bare it is always the guest. */
export function useWhichCpu(): [WhichCpu, (cpu: WhichCpu) => void] {
  const [chosen, setChosen] = useState<WhichCpu>('guest');
  const bare = useApp((s) => s.world?.technique === 'bare');
  return [bare ? 'guest' : chosen, setChosen];
}
