/** Whether the machine runs the open program, an older text of it, or something else. */
import { useMemo } from 'react';
import type { GuestSource } from '../../session/world';
import type { RunProgram } from '../../store/editor/editor-state';
import { isEditedSince, runningProgram } from '../../store/editor/execution';
import { useEditor } from '../../store/editor/use-editor';
import { useApp } from '../../store/use-store';

export interface Running {
  /** The program the machine runs, if it is the open one. */
  readonly program: RunProgram | null;
  /** What the machine runs of the open guest: nothing, this text, or an older one. */
  readonly state: 'no' | 'yes' | 'edited';
  /** What the machine runs instead; null when that is this program, or nothing. */
  readonly instead: GuestSource | null;
}

export function useRunning(): Running {
  const guest = useEditor((s) => s.guest);
  const run = useEditor((s) => s.run);
  const image = useEditor((s) => s.image);
  const world = useApp((s) => s.world);
  return useMemo(() => {
    const program = runningProgram(world, { guest, run, image });
    const isImage =
      guest?.kind === 'image' && world?.guest.kind === 'image' && world.guest.name === guest.main;
    const isEdited = guest !== null && program !== null && isEditedSince(guest, program);
    return {
      program,
      state: isEdited ? 'edited' : program || isImage ? 'yes' : 'no',
      instead: program || isImage || !world ? null : world.guest,
    };
  }, [world, guest, run, image]);
}
