/**
 * Breakpoints on source lines, between the text as it is edited and the program as it runs. The machine holds those
 * of the running program, in its lines; those it does not have wait in the editor, in the lines of the edited text.
 */
import type { Breakpoint, ResolvedBreakpoint } from '../../session/debug';
import type { LineBytes, SourceFiles } from '../../toolchain/api';
import type { AssembledImage, RunProgram } from './editor-state';
import { type LineMap, lineMap } from './line-map';

export type SourceBreakpoint = Breakpoint & {
  readonly place: Extract<Breakpoint['place'], { kind: 'source' }>;
};

export const isOnSource = (breakpoint: Breakpoint): breakpoint is SourceBreakpoint =>
  breakpoint.place.kind === 'source';

/** How a breakpoint stands beside its line. */
export interface BreakpointMark {
  readonly id: string;
  /** In the text as it is now. */
  readonly line: number;
  readonly enabled: boolean;
  readonly condition: string | null;
  /** `waiting`: it goes to the machine with the next run. `unresolved`: it cannot stop anything; `problem` says why. */
  readonly state: 'set' | 'waiting' | 'unresolved';
  readonly problem: string | null;
}

export interface BreakpointsOfFile {
  readonly file: string;
  /** The file as it is now. */
  readonly text: string;
  /** The running program, if it is the open one. */
  readonly running: Pick<RunProgram, 'files'> | null;
  /** The machine's. */
  readonly breakpoints: readonly Breakpoint[];
  readonly resolved: readonly ResolvedBreakpoint[];
  readonly waiting: readonly Breakpoint[];
}

export const textOf = (files: SourceFiles, file: string): string => {
  const content = Object.hasOwn(files, file) ? files[file] : undefined;
  return typeof content === 'string' ? content : '';
};

/** Those of one file, in the lines of the text as it is now. */
export function breakpointMarks(given: BreakpointsOfFile): BreakpointMark[] {
  const { file, text, running, resolved } = given;
  const toNow = lineMap(running ? textOf(running.files, file) : text, text);
  const byId = new Map(resolved.map((r) => [r.id, r]));
  const marks: BreakpointMark[] = [];
  if (running) {
    for (const breakpoint of given.breakpoints) {
      const known = byId.get(breakpoint.id);
      const line = lineOf(breakpoint, known, file);
      if (line === null) continue;
      marks.push(
        markOf(
          breakpoint,
          toNow(line),
          known?.problem ? 'unresolved' : 'set',
          known?.problem ?? null,
        ),
      );
    }
  }
  for (const breakpoint of given.waiting.filter(isOnSource)) {
    if (breakpoint.place.file === file) {
      marks.push(markOf(breakpoint, breakpoint.place.line, 'waiting', null));
    }
  }
  return marks;
}

/** Where it stands in this file: a label or an address too, if it is code of a source line. Null: not here. */
function lineOf(
  { place }: Breakpoint,
  known: ResolvedBreakpoint | undefined,
  file: string,
): number | null {
  if (known?.source?.file === file && known.addresses.length > 0) return known.source.line;
  return place.kind === 'source' && place.file === file ? place.line : null;
}

const markOf = (
  { id, enabled, condition }: Breakpoint,
  line: number,
  state: BreakpointMark['state'],
  problem: string | null,
): BreakpointMark => ({ id, line, enabled, condition, state, problem });

/** Lines of a file that hold instructions, ascending, in the lines of `text`. */
export function executableLines(
  image: Pick<AssembledImage, 'lines' | 'files'>,
  file: string,
  text: string,
): number[] {
  const toNow = lineMap(textOf(image.files, file), text);
  const lines = image.lines.filter((l) => l.isCode && l.file === file).map((l) => toNow(l.line));
  return [...new Set(lines)].sort((a, b) => a - b);
}

/** The line itself or the next one that holds an instruction; null: there is none. */
export const snap = (executable: readonly number[], line: number): number | null =>
  executable.find((candidate) => candidate >= line) ?? null;

/** All of the open program's, in the lines of `files`: what is kept with the guest, and what a run is given. */
export function currentBreakpoints(given: {
  readonly files: SourceFiles;
  readonly running: Pick<RunProgram, 'files'> | null;
  readonly breakpoints: readonly Breakpoint[];
  readonly waiting: readonly Breakpoint[];
}): SourceBreakpoint[] {
  const { files, running } = given;
  const held = running
    ? given.breakpoints.filter(isOnSource).flatMap((breakpoint) => {
        const { file } = breakpoint.place;
        if (typeof files[file] !== 'string') return [];
        return [moved(breakpoint, lineMap(textOf(running.files, file), textOf(files, file)))];
      })
    : [];
  const ids = new Set(held.map(({ id }) => id));
  return [...held, ...given.waiting.filter(isOnSource).filter(({ id }) => !ids.has(id))];
}

export function moved(breakpoint: SourceBreakpoint, map: LineMap): SourceBreakpoint {
  const line = map(breakpoint.place.line);
  return line === breakpoint.place.line
    ? breakpoint
    : { ...breakpoint, place: { ...breakpoint.place, line } };
}

/** Bytes of a line, in the order of their addresses. */
export function linesByNumber(
  lines: readonly LineBytes[],
  file: string,
): ReadonlyMap<number, readonly LineBytes[]> {
  const found = new Map<number, LineBytes[]>();
  for (const line of lines) {
    if (line.file !== file) continue;
    const same = found.get(line.line);
    if (same) same.push(line);
    else found.set(line.line, [line]);
  }
  return found;
}

/** The line of the running program that this line of the edited text is; null when it is new there. */
export function lineInRun(
  program: Pick<RunProgram, 'files'>,
  file: string,
  text: string,
  line: number,
): number | null {
  const before = textOf(program.files, file);
  const there = lineMap(text, before)(line);
  const same = before.split('\n')[there - 1] === text.split('\n')[line - 1];
  return same && lineMap(before, text)(there) === line ? there : null;
}
