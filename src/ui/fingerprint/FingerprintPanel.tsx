/**
 * The fingerprint of this moment: one number over the machine's whole state. It is there to be compared: step away and
 * back, and it has to be the same.
 */
import { useEffect, useState } from 'react';
import type { MachineView } from '../../session/view';
import './fingerprint.css';

export interface FingerprintPanelProps {
  readonly view: MachineView;
  /** Asks the session; hashing all memory takes some milliseconds, so it is asked only while the panel is open. */
  readonly read: () => Promise<string>;
}

export function FingerprintPanel({ view, read }: FingerprintPanelProps) {
  const [isOpen, setOpen] = useState(false);
  const [known, setKnown] = useState<{ readonly of: MachineView; readonly value: string } | null>(
    null,
  );
  useEffect(() => {
    if (!isOpen) return;
    let isCurrent = true;
    read().then(
      (value) => isCurrent && setKnown({ of: view, value }),
      // A later command overtook the question: its own view asks again.
      () => undefined,
    );
    return () => {
      isCurrent = false;
    };
  }, [isOpen, view, read]);
  const value = known?.of === view ? known.value : null;
  return (
    <details className="disclosure fingerprint" onToggle={(e) => setOpen(e.currentTarget.open)}>
      <summary>Fingerprint of this moment</summary>
      <p className="fingerprint-value" data-testid="fingerprint" data-value={value ?? ''}>
        {value ?? 'reading all memory…'}
      </p>
      <p className="panel-note">
        One number over every byte of memory, both CPUs, the clock and the devices’ output. Step
        away and come back: it must be the same.
      </p>
    </details>
  );
}
