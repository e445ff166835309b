/**
 * One excursion as numbered waypoints, made from the events between leaving the guest's code and coming back. A
 * delivery is one event but several waypoints: what the silicon does in one instruction can be stepped phase by phase.
 */
import { hex16, hex32, address as hexAddress } from '../base/hex';
import { vectorName } from '../machine/cpu/state';
import type { Delivery, FrameSlot, MachineEvent } from '../machine/events';
import type { Excursion } from './excursions';
import { trapLabel } from './timeline';
import type { Flow, Place, Waypoint } from './view';
import type { Moment } from './world';

/** More than this is no picture any more. */
const MAX_WAYPOINTS = 40;

type Draft = Pick<Waypoint, 'place' | 'label' | 'detail'>;

const placeOf = (cpl: number): Place => (cpl === 0 ? 'ring0' : cpl === 3 ? 'ring3' : 'ring1');

const frameText = (frame: readonly FrameSlot[]): string =>
  frame.map((slot) => `${slot.name} ${hex32(slot.value)}`).join(', ');

/** Gate, checks, stack, frame, entry: what one delivery did, in order. `who`: the silicon, or the monitor for the guest. */
function deliveryPhases(delivery: Delivery, who: 'silicon' | 'guest'): Draft[] {
  const { gate, stack, frame } = delivery;
  const place: Place = who === 'silicon' ? 'hardware' : 'ring0';
  const of = who === 'silicon' ? '' : 'guest ';
  const target = `${hex16(gate.selector)}:${hex32(gate.offset)}`;
  const drafts: Draft[] = [
    {
      place,
      label: `${of}gate looked up`,
      detail: `${vectorName(delivery.vector)}: IDT entry at ${hexAddress(gate.address)} is ${
        gate.kind === 'interrupt' ? 'an interrupt' : `a ${gate.kind}`
      } gate, DPL ${gate.dpl}, to ${target}.`,
    },
    {
      place,
      label: `${of}privilege checked`,
      detail:
        delivery.source === 'software'
          ? `Software may use the gate: CPL ${delivery.fromCpl} is not above DPL ${gate.dpl}. The handler runs at ring ${delivery.toCpl}.`
          : `From CPL ${delivery.fromCpl} to ring ${delivery.toCpl}; the gate's DPL is not checked for ${
              delivery.source === 'external' ? 'an external interrupt' : 'an exception'
            }.`,
    },
  ];
  if (stack) {
    drafts.push({
      place,
      label: `${of}stack switched`,
      detail: `The TSS, at ${hexAddress(stack.tssField)}, gives the stack of ring ${delivery.toCpl}: ${hex16(stack.ss)}:${hex32(stack.esp)}.`,
    });
  }
  drafts.push({ place, label: `${of}frame pushed`, detail: `Pushed ${frameText(frame)}.` });
  drafts.push({
    place: who === 'silicon' ? placeOf(delivery.toCpl) : 'ring1',
    label: `${of}handler entered`,
    detail: `Execution goes on at ${target}; ${hexAddress(delivery.savedEip)} is where it came from.`,
  });
  return drafts;
}

/** Waypoints of one event; most events are none. */
function draftsOf(event: MachineEvent): Draft[] {
  switch (event.kind) {
    case 'trap':
      return deliveryPhases(event, 'silicon');
    case 'injected':
      return deliveryPhases(event, 'guest');
    case 'gate-call':
      return [
        {
          place: placeOf(event.fromCpl),
          label: 'call through a gate',
          detail: `The call names gate selector ${hex16(event.selector)}, which leads to ring ${event.toCpl} at ${hexAddress(event.toEip)}.`,
        },
        { place: 'hardware', label: 'frame pushed', detail: `Pushed ${frameText(event.frame)}.` },
      ];
    case 'monitor-entry':
      return [
        {
          place: 'ring0',
          label: 'hypervisor entered',
          detail: `Reason: ${event.reason}, at guest ${hexAddress(event.guestEip)}.`,
        },
      ];
    case 'callout':
      return [
        {
          place: 'ring0',
          label: `callout ${event.name}`,
          detail: `The translation asks for ${event.name}, at guest ${hexAddress(event.guestEip)}.`,
        },
      ];
    case 'monitor-phase':
      return [{ place: 'ring0', label: event.phase, detail: ended(event.text) }];
    case 'cache-miss':
      return [
        {
          place: 'ring0',
          label: 'cache miss',
          detail: `No translation of guest ${hexAddress(event.guestEip)} yet.`,
        },
      ];
    case 'translated':
      return [
        {
          place: 'ring0',
          label: `block ${event.block} translated`,
          detail: `${event.guestInstructions} guest instructions at ${hexAddress(event.guestEip)} became ${event.bytes} bytes at ${hexAddress(event.tcAddress)}.`,
        },
      ];
    case 'chained':
      return [
        {
          place: 'ring0',
          label: 'chained',
          detail: `The exit of block ${event.from} at ${hexAddress(event.site)} now jumps straight to block ${event.to}.`,
        },
      ];
    case 'invalidated':
      return [
        {
          place: 'ring0',
          label: `block ${event.block} invalidated`,
          detail: ended(`${event.reason[0]?.toUpperCase() ?? ''}${event.reason.slice(1)}`),
        },
      ];
    case 'hidden-fault':
      return [
        {
          place: 'ring0',
          label: 'hidden fault',
          detail: `The guest's own tables allow ${hexAddress(event.address)}; only the shadow lacked it. The guest never knows.`,
        },
      ];
    case 'true-fault':
      return [
        {
          place: 'ring0',
          label: 'true fault',
          detail: `The guest's own tables forbid the access to ${hexAddress(event.address)}: the fault is the guest's.`,
        },
      ];
    case 'shadow-fill':
      return [
        {
          place: 'ring0',
          label: 'shadow filled',
          detail: `The entry for ${hexAddress(event.address)} now names machine page frame ${hex32(event.machineFrame)}.`,
        },
      ];
    case 'iret':
      return [
        {
          place: placeOf(event.toCpl),
          label: 'return',
          detail: `IRET goes from ring ${event.fromCpl} to ring ${event.toCpl}, at ${hexAddress(event.toEip)}.`,
        },
      ];
    default:
      return [];
  }
}

const ended = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`);

export const isBefore = (a: Moment, b: Moment): boolean =>
  a.retired < b.retired || (a.retired === b.retired && a.phase < b.phase);

interface Point extends Draft {
  readonly moment: Moment;
  /** Cycles awake when it was done: charges are known per event, so only the last of an event's points has them. */
  readonly doneAt: number | null;
}

/**
 * Modelled cycles at which an event was over, sleep not counted: a delivery that changes the ring is stamped before
 * its charge, everything else behind it.
 */
function doneAt(events: readonly MachineEvent[], index: number): number {
  const event = events[index]!;
  if (event.kind !== 'trap') return event.cycles;
  const next = events[index + 1];
  const changes = next?.kind === 'ring-change' && next.retired === event.retired;
  return changes ? next.cycles : event.cycles;
}

/** How many phases an event has: what stepping by phase stops at. */
export const phasesOf = (event: MachineEvent): number => draftsOf(event).length;

const opens = (event: MachineEvent): boolean =>
  (event.kind === 'trap' || event.kind === 'gate-call') && event.toCpl === 0;

/**
 * The waypoints of an excursion, in order, each with the moment that shows it. What belongs to excursions nested in
 * this one takes its phases but is left out.
 */
export function waypointsOf(excursion: Excursion, events: readonly MachineEvent[]): Point[] {
  const points: Point[] = [];
  const phases = new Map<number, number>();
  let depth = 0;
  let asleep = 0;
  let halted: number | null = null;
  for (const [index, event] of events.entries()) {
    if (opens(event)) depth++;
    if (event.kind === 'halt') halted = event.cycles;
    else if (event.kind === 'wake' && halted !== null) {
      asleep += event.cycles - halted;
      halted = null;
    }
    const drafts = draftsOf(event);
    for (const [i, draft] of drafts.entries()) {
      const phase = (phases.get(event.retired) ?? 0) + 1;
      phases.set(event.retired, phase);
      if (depth > 1 || points.length >= MAX_WAYPOINTS) continue;
      const done = i === drafts.length - 1 ? doneAt(events, index) - asleep : null;
      points.push({ ...draft, moment: { retired: event.retired, phase }, doneAt: done });
    }
    if (event.kind === 'iret' && event.fromCpl === 0) depth--;
    if (event.retired === excursion.end && event.kind === 'iret') break;
  }
  return points;
}

/**
 * @param events events of the run from the excursion's start to its end (or as far as recorded)
 * @param moment the present
 */
export function buildFlow(
  excursion: Excursion,
  events: readonly MachineEvent[],
  moment: Moment,
): Flow | null {
  const points = waypointsOf(excursion, events);
  const opening = events.find((event) => event.kind === 'trap' || event.kind === 'gate-call');
  if (points.length === 0 || !opening) return null;
  let current = 0;
  let spentTo = opening.cycles;
  const waypoints = points.map((point, index): Waypoint => {
    const reached = !isBefore(moment, point.moment);
    if (reached) current = index;
    const cycles = point.doneAt === null ? 0 : point.doneAt - spentTo;
    spentTo += cycles;
    return {
      number: index + 1,
      moment: point.moment,
      place: point.place,
      label: point.label,
      detail: point.detail,
      reached,
      cycles: cycles > 0 ? cycles : null,
    };
  });
  const totalCycles = spentTo - opening.cycles;
  const from = placeOf(opening.fromCpl);
  return { ...titleOf(opening, events), from, waypoints, current, totalCycles };
}

function titleOf(
  opening: MachineEvent,
  events: readonly MachineEvent[],
): Pick<Flow, 'title' | 'kind'> {
  const entry = events.find((event) => event.kind === 'monitor-entry');
  if (opening.kind === 'gate-call') {
    const callout = events.find((event) => event.kind === 'callout');
    const reason = callout ? callout.name : entry ? entry.reason.replace(/^callout[ :]*/, '') : '';
    return { kind: 'callout', title: `Callout: ${reason || 'hypervisor call'}` };
  }
  if (opening.kind !== 'trap') return { kind: 'trap', title: opening.kind };
  if (opening.source === 'external') {
    return { kind: 'interrupt', title: `Device interrupt, ${vectorName(opening.vector)}` };
  }
  if (opening.source === 'software') {
    const title = `Software interrupt: ${trapLabel(opening)}`;
    return { kind: entry ? 'direct-call' : 'trap', title };
  }
  if (opening.cr2 !== null) {
    const hidden = events.some((event) => event.kind === 'hidden-fault');
    return {
      kind: 'trap',
      title: `${hidden ? 'Hidden page fault' : 'Page fault'} at ${hexAddress(opening.cr2)}`,
    };
  }
  return { kind: 'trap', title: `Exception ${trapLabel(opening)}` };
}
