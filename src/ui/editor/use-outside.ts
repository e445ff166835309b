/** Where the guest is when that is no line of the open program: firmware, copied code, or nowhere it meant to go. */
import { useMemo } from 'react';
import { executionPlaces } from '../../store/editor/execution';
import { useApp } from '../../store/use-store';
import { useRunning } from './use-running';

/** @returns the linear address; null when a line is known, or the machine runs something else */
export function useOutside(): number | null {
  const { program } = useRunning();
  const view = useApp((s) => s.view);
  return useMemo(() => {
    if (!view || !program || program.lines.length === 0) return null;
    if (executionPlaces(view, program).next) return null;
    const { eip, segments } = view.guest;
    return ((segments.find(({ name }) => name === 'cs')?.base ?? 0) + eip) >>> 0;
  }, [view, program]);
}
