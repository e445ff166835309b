/** Whether addresses and bytes stand beside the lines: as chosen, else where they leave room for the source. */
import { useSyncExternalStore } from 'react';
import { useEditor } from '../../store/editor/use-editor';

const roomy = window.matchMedia('(min-width: 1200px)');

function onChange(changed: () => void): () => void {
  roomy.addEventListener('change', changed);
  return () => roomy.removeEventListener('change', changed);
}

export function useShowBytes(): boolean {
  const hasRoom = useSyncExternalStore(onChange, () => roomy.matches);
  return useEditor((s) => s.showBytes) ?? hasRoom;
}
