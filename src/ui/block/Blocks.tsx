/** The block pair wired to the store: the chosen or the executed block, breakpoints on its lines, jumps to the source. */
import { useMemo } from 'react';
import type { MachineView } from '../../session/view';
import { useActions, useApp } from '../../store/use-store';
import { BlockPair } from './BlockPair';

export function Blocks({ view }: { readonly view: MachineView }) {
  const selected = useApp((s) => s.selectedBlock);
  const resolved = useApp((s) => s.resolved);
  const { revealSource, toggleAddressBreakpoint } = useActions();
  const breakpoints = useMemo(
    () => new Set(resolved.flatMap(({ addresses }) => addresses)),
    [resolved],
  );
  return (
    <BlockPair
      view={selected ? { ...view, block: selected } : view}
      breakpoints={breakpoints}
      onBreakpoint={(address) => void toggleAddressBreakpoint(address)}
      onSource={revealSource}
    />
  );
}
