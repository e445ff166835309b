/** Why a run stopped, in one sentence. */
import { address } from '../../base/hex';
import type { BreakpointPlace, StopView } from '../debug';
import { guestInstruction } from '../instruction-view';
import type { Run } from '../run';
import type { Direction } from '../world';
import { beginningOf } from './canonical';
import type { Hit } from './hits';

/** Leaves the run's machine wherever it is. */
export function stopView(run: Run, hit: Hit, direction: Direction): StopView {
  const { breakpoint } = hit.armed;
  const condition = breakpoint.condition?.trim() ? ` (${breakpoint.condition.trim()})` : '';
  return { breakpoint: breakpoint.id, reason: `${sentence(run, hit, direction)}${condition}.` };
}

function sentence(run: Run, hit: Hit, direction: Direction): string {
  if (hit.kind === 'code') return codeSentence(run, hit);
  const soon = direction === 'backward' ? 'Next: ' : '';
  if (hit.sighting) return accessSentence(run, hit, direction);
  return `${soon}${hit.words}`;
}

function codeSentence({ map }: Run, { sighting, armed }: Hit): string {
  const place = sighting?.linear ?? 0;
  const name = map.labelOf(place) ?? address(place);
  // Set at a line, it is looked for at a line.
  const line = armed.breakpoint.place.kind === 'source' ? map.lineOf(place) : null;
  return `Breakpoint at ${line ? `${line.file}:${line.line} (${name})` : name}`;
}

const VERBS = {
  write: { forward: 'wrote', backward: 'is about to write' },
  read: { forward: 'read', backward: 'is about to read' },
} as const;

function accessSentence(run: Run, hit: Hit, direction: Direction): string {
  const { sighting, armed, count, at } = hit;
  if (!sighting) return hit.words;
  const verb = VERBS[sighting.kind === 'write' ? 'write' : 'read'][direction];
  const what = nameOf(run, armed.breakpoint.place, sighting.linear, sighting.physical);
  switch (sighting.by) {
    case 'delivery':
      return `The delivery of an interrupt or exception ${verb} ${what}`;
    case 'page-walk':
      return `A page walk ${verb} accessed or dirty bits in ${what}`;
    case 'instruction': {
      beginningOf(run.cursor, count, at);
      const instruction = guestInstruction(run.cursor.machine);
      if (!instruction) return `An instruction ${verb} ${what}`;
      const label = run.map.labelOf(instruction.address) ?? address(instruction.address);
      return `${instruction.text} at ${label} ${verb} ${what}`;
    }
  }
}

function nameOf({ map }: Run, place: BreakpointPlace, linear: number, physical: number): string {
  if (place.kind !== 'data') {
    return `a page table (${map.labelOf(linear) ?? address(linear)})`;
  }
  const own = typeof place.address === 'string' ? place.address : null;
  if (place.space === 'physical') return `${own ?? 'physical memory'} at ${address(physical)}`;
  return own ?? map.labelOf(linear) ?? address(linear);
}
