/** Which program runs, and where in its source it is: what the marks in the editor say. */
import type { MachineView } from '../../session/view';
import type { World } from '../../session/world';
import type { LineBytes } from '../../toolchain/api';
import { textOf } from './breakpoints';
import type { EditorState, OpenGuest, RunProgram, SourcePlace } from './editor-state';

type Known = Pick<EditorState, 'guest' | 'run' | 'image'>;

/** The program in the editor as the machine runs it; null when the machine runs something else, or nothing. */
export function runningProgram(world: World | null, known: Known): RunProgram | null {
  const { guest, run, image } = known;
  if (!world || !guest) return null;
  if (world.guest.kind === 'shipped') {
    if (guest.shipped !== world.guest.name) return null;
    const { id, shipped, main, files } = guest;
    return { id, shipped, main, files, lines: image?.lines ?? [] };
  }
  if (run && isSameGuest(run, guest) && isProgramOf(world, run)) return run;
  // Opened by other means, and not edited since.
  if (!isProgramOf(world, guest)) return null;
  const { id, shipped, main, files } = guest;
  return { id, shipped, main, files, lines: image?.lines ?? [] };
}

const isSameGuest = (run: RunProgram, guest: OpenGuest): boolean =>
  run.id === guest.id && run.shipped === guest.shipped;

function isProgramOf({ guest }: World, { main, files }: Pick<RunProgram, 'main' | 'files'>) {
  if (guest.kind !== 'assembly' || guest.name !== main || guest.text !== files[main]) return false;
  const given = guest.files ?? {};
  const others = Object.keys(files).filter((name) => name !== main);
  return others.every((name) => given[name] === files[name]);
}

export interface ExecutionPlaces {
  /** The line whose instruction was just executed. */
  readonly executed: SourcePlace | null;
  /** The line whose instruction is next. */
  readonly next: SourcePlace | null;
}

/** In the lines of the program as it runs. */
export function executionPlaces(view: MachineView, program: RunProgram): ExecutionPlaces {
  const inBlock = (which: 'executed' | 'next'): SourcePlace | null => {
    const line = view.block?.guest.find((l) => l[which]);
    return line?.sourceLine && line.sourceFile
      ? { file: line.sourceFile, line: line.sourceLine }
      : null;
  };
  const at = (address: number): SourcePlace | null => placeOfAddress(program.lines, address);
  const { executed } = view;
  const direct = executed?.actor.startsWith('guest') ? at(executed.address) : null;
  const { eip, segments } = view.guest;
  const base = segments.find(({ name }) => name === 'cs')?.base ?? 0;
  return {
    executed: inBlock('executed') ?? direct,
    next: inBlock('next') ?? at((base + eip) >>> 0),
  };
}

/** The line whose instruction starts there or covers the address. */
export function placeOfAddress(lines: readonly LineBytes[], address: number): SourcePlace | null {
  const line = lines.find(
    (l) => l.isCode && address >= l.address && address < l.address + l.length,
  );
  return line ? { file: line.file, line: line.line } : null;
}

/** Where the first instruction of a line is; null when the line has none. */
export function addressOfPlace(lines: readonly LineBytes[], place: SourcePlace): number | null {
  const line = lines.find((l) => l.isCode && l.file === place.file && l.line === place.line);
  return line?.address ?? null;
}

/** Whether the text in the editor is no longer what runs. */
export const isEditedSince = (guest: OpenGuest, program: RunProgram): boolean =>
  guest.main !== program.main ||
  Object.keys(guest.files).length !== Object.keys(program.files).length ||
  Object.keys(guest.files).some((file) =>
    typeof guest.files[file] === 'string'
      ? textOf(guest.files, file) !== textOf(program.files, file)
      : guest.files[file] !== program.files[file],
  );
