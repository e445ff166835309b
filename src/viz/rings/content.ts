/**
 * What the ring stage says about a moment: the words on its bands and cards, taken from the view and from nothing
 * else. No geometry (`layout.ts`), no DOM. The text twin prints the same record.
 */
import { address } from '../../base/hex';
import type { GuestLine, LineTag, MachineView, Place, TranslatedLine } from '../../session/view';

export const PLACES: readonly Place[] = ['ring3', 'ring1', 'ring0', 'hardware'];

/** One instruction around the current one, drawn as a chip on the card of whoever runs it. */
export interface Chip {
  readonly text: string;
  /** `current`: about to execute, or being served by the hypervisor. */
  readonly state: 'before' | 'current' | 'after';
  readonly kind: LineTag | GuestLine['class'];
  readonly address: number;
}

/** Pixels: one character of the chips' font; their padding and the gap after them; the least worth showing. */
const CHIP_CHARACTER = 6.95;
const CHIP_EDGES = 24;
const CHIP_READABLE = 72;

export interface BandText {
  readonly ring: string;
  readonly role: string;
  /** `role` where there is little room. */
  readonly shortRole: string;
  /** False: nothing can run here under this technique. */
  readonly used: boolean;
}

export interface CodeCard {
  readonly place: Place;
  readonly title: string;
  readonly detail: string;
  readonly chips: readonly Chip[];
  readonly running: boolean;
}

export interface StageContent {
  readonly bands: Readonly<Record<Place, BandText>>;
  readonly user: CodeCard;
  readonly kernel: CodeCard;
  /** Null where there is no hypervisor. */
  readonly hypervisor: {
    readonly title: string;
    readonly detail: string;
    readonly running: boolean;
  } | null;
  readonly cache: { readonly title: string; readonly facts: readonly string[] } | null;
  readonly whatIf: {
    readonly title: string;
    /** True: the silicon raised nothing, which is the trouble. */
    readonly silent: boolean;
    readonly status: string;
    readonly facts: readonly string[];
    readonly conclusion: string;
  } | null;
  readonly hardware: readonly string[];
  /** The band the token stands in. */
  readonly here: Place;
  /** How the run ended; null while it can go on. */
  readonly outcome: {
    /** Short, for a badge. */
    readonly word: string;
    /** One sentence. */
    readonly text: string;
    /** The guest's own end, not a failure. */
    readonly good: boolean;
  } | null;
  /** One sentence: how the run ended, the phase shown, or the instruction about to execute. */
  readonly caption: string;
}

/** How the run ended, in words; null while it can go on. */
export function outcomeOf(view: MachineView): StageContent['outcome'] {
  const { outcome } = view;
  switch (outcome?.kind) {
    case 'exited':
      return { word: 'Exited', text: `The guest exited with code ${outcome.code}.`, good: true };
    case 'halted':
      return {
        word: 'Halted for ever',
        text: 'The CPU has halted, and nothing can wake it.',
        good: true,
      };
    case 'triple-fault':
      return { word: 'Triple fault: the CPU has shut down', text: outcome.message, good: false };
    case 'killed':
      return { word: 'Ended by the hypervisor', text: outcome.message, good: false };
    case 'stopped':
      return { word: 'Stopped', text: outcome.message, good: false };
    default:
      return null;
  }
}

const isBare = (view: MachineView) => view.world.technique === 'bare';

/** The current waypoint is behind: the hypervisor's own instructions between it and the next one are executing. */
function isPastWaypoint(view: MachineView): boolean {
  const waypoint = view.flow?.waypoints[view.flow.current];
  return (
    waypoint !== undefined &&
    view.actor === 'monitor' &&
    view.next !== null &&
    view.moment.retired > waypoint.moment.retired
  );
}

function placeOf(view: MachineView): Place {
  const waypoint = view.flow?.waypoints[view.flow.current];
  if (waypoint?.reached && view.flow && view.flow.current < view.flow.waypoints.length - 1) {
    // The silicon is done: the CPU has arrived in the ring it leads to.
    if (waypoint.place !== 'hardware' || !isPastWaypoint(view)) return waypoint.place;
  }
  switch (view.actor) {
    case 'guest-user':
      return 'ring3';
    case 'translated-kernel':
      return 'ring1';
    case 'guest-kernel':
      return isBare(view) ? 'ring0' : 'ring1';
    case 'monitor':
      return 'ring0';
  }
}

/** At most one line before the current one, the current one and those after it, in the order they stand. */
function chipsOf(view: MachineView, lines: readonly (GuestLine | TranslatedLine)[]): Chip[] {
  const chip = (line: GuestLine | TranslatedLine, state: Chip['state']): Chip => ({
    text: line.text,
    state,
    kind: 'tag' in line ? line.tag : line.class,
    address: line.address,
  });
  const next = lines.findIndex((line) => line.next);
  const executed = lines.findIndex((line) => line.executed);
  if (next < 0 && executed >= 0 && view.next && view.next.actor !== 'monitor') {
    // The next instruction lies outside this block: the last one of it, then the one it leads to.
    return [
      chip(lines[executed]!, 'before'),
      { text: view.next.text, state: 'current', kind: 'plain', address: view.next.address },
    ];
  }
  const at = next >= 0 ? next : Math.max(executed, 0);
  return lines.slice(Math.max(at - 1, 0), at + 2).map((line) => {
    const i = lines.indexOf(line);
    return chip(line, i < at ? 'before' : i === at ? 'current' : 'after');
  });
}

function codeCards(view: MachineView, here: Place): { user: CodeCard; kernel: CodeCard } {
  const bare = isBare(view);
  const kernelPlace: Place = bare ? 'ring0' : 'ring1';
  const ofUser =
    view.actor === 'guest-user' ||
    (view.actor !== 'translated-kernel' && view.block?.id == null && view.guest.cpl === 3);
  const lines = !view.block ? [] : ofUser || bare ? view.block.guest : view.block.translation;
  const over = outcomeOf(view) !== null;
  const all = chipsOf(view, lines);
  // After the end nothing is about to execute, but for what could not be executed.
  const chips =
    over && !lines.some((line) => line.next)
      ? all
          .filter((_, i) => lines.some((line) => line.executed && line.address === all[i]?.address))
          .map((chip): Chip => ({ ...chip, state: 'before' }))
      : all;
  const userRuns = here === 'ring3' && !over;
  const away = view.flow && !userRuns && here !== kernelPlace ? view.flow.from : null;
  const idle = (place: Place) =>
    over ? 'the run is over' : away === place ? 'waits for the hypervisor' : 'not running now';
  const kernelRuns = here === kernelPlace && !over;
  return {
    user: {
      place: 'ring3',
      title: 'Guest user program',
      detail: userRuns ? (bare ? 'runs on the CPU' : 'direct execution') : idle('ring3'),
      chips: ofUser ? chips : [],
      running: userRuns,
    },
    kernel: {
      place: kernelPlace,
      title: bare ? 'Guest kernel: its own code' : 'Guest kernel: translated code',
      detail: kernelRuns ? '' : idle(kernelPlace),
      chips: ofUser ? [] : chips,
      running: kernelRuns,
    },
  };
}

function hypervisorCard(view: MachineView, here: Place): StageContent['hypervisor'] {
  if (isBare(view)) return null;
  const running = here === 'ring0';
  const flow = view.flow;
  const outcome = outcomeOf(view);
  if (outcome) return { title: 'Hypervisor: run over', detail: outcome.text, running: false };
  if (!flow) {
    return running
      ? { title: 'Hypervisor: running', detail: view.next?.text ?? '', running }
      : { title: 'Hypervisor', detail: 'waits for a trap or a call', running };
  }
  if (running && isPastWaypoint(view)) {
    return {
      title: 'Hypervisor: running',
      detail: `about to execute ${view.next?.text}`,
      running,
    };
  }
  const own = flow.waypoints.filter((w) => w.place === 'ring0');
  const shown = own.findLast((w) => w.reached) ?? own[0];
  if (!shown) return { title: 'Hypervisor', detail: 'not involved', running };
  return {
    title: `${shown.reached ? 'Hypervisor' : 'Hypervisor, to come'}: ${shown.label}`,
    detail: shown.detail,
    running,
  };
}

/** `97.3 %`: hits among all look-ups of the translation cache; null before the first one. */
export function hitRate(hits: number, misses: number): string | null {
  const all = hits + misses;
  return all === 0 ? null : `${((hits / all) * 100).toFixed(1)} %`;
}

function cacheCard(view: MachineView): StageContent['cache'] {
  const cache = view.cache;
  if (!cache) return null;
  const chained = cache.blocks.filter((b) => b.chainedTo.length > 0).length;
  const rate = hitRate(cache.hits, cache.misses);
  return {
    title: 'Translation cache',
    facts: [
      rate ? `hit ${rate}` : 'not used yet',
      `${cache.blocks.length} ${cache.blocks.length === 1 ? 'block' : 'blocks'}`,
      `${chained} chained`,
    ],
  };
}

/** The trap being handled or just taken, else how many there were. */
function trapFact(view: MachineView): string {
  if (view.flow?.kind === 'callout') return 'call gate, no trap';
  if (view.flow) return `trap: ${view.flow.title}`;
  const trap = view.events.findLast((e) => e.kind === 'trap');
  if (trap?.kind === 'trap') return `trap now: vector 0x${trap.vector.toString(16)}`;
  const before = view.counts.trap ?? 0;
  return before === 0 ? 'no trap yet' : `no trap now, ${before} so far`;
}

function hardwareFacts(view: MachineView): string[] {
  const { real } = view;
  const paging = (real.cr0 & 0x8000_0000) !== 0;
  const table = !paging ? ' (paging off)' : isBare(view) ? '' : ' (shadow)';
  return [
    `CPL ${real.cpl}`,
    `IF ${real.interruptFlag}`,
    `CR3 ${address(real.cr3)}${table}`,
    real.halted ? 'halted' : trapFact(view),
  ];
}

function captionOf(view: MachineView): string {
  const outcome = outcomeOf(view);
  if (outcome) return outcome.text;
  const waypoint = view.flow?.waypoints[view.flow.current];
  if (waypoint) return `${waypoint.label}: ${waypoint.detail}`;
  if (!view.next) return view.sentence;
  return `About to execute at CPL ${view.next.cpl}: ${view.next.text} (${address(view.next.address)})`;
}

/**
 * The chips that fit `room` pixels: the current one always, then the one after it, then the one before, each if a
 * readable part of it fits.
 */
export function chipsThatFit(chips: readonly Chip[], room: number): readonly Chip[] {
  const width = (chip: Chip) => chip.text.length * CHIP_CHARACTER + CHIP_EDGES;
  const at = Math.max(
    0,
    chips.findIndex((chip) => chip.state === 'current'),
  );
  const shown = new Set<Chip>();
  let left = room;
  for (const chip of [chips[at], chips[at + 1], chips[at - 1], chips[at + 2]]) {
    if (!chip || (shown.size > 0 && left < Math.min(width(chip), CHIP_READABLE))) continue;
    shown.add(chip);
    left -= width(chip);
  }
  return chips.filter((chip) => shown.has(chip));
}

/** The words of the stage at this moment. */
export function stageContent(view: MachineView): StageContent {
  const bare = isBare(view);
  const here = placeOf(view);
  const whatIf = view.whatIf;
  return {
    bands: {
      ring3: {
        ring: 'Ring 3',
        role: bare ? 'user mode' : 'virtual user mode',
        shortRole: 'user mode',
        used: true,
      },
      ring1: {
        ring: 'Ring 1',
        role: bare ? 'unused: no hypervisor' : 'virtual kernel mode',
        shortRole: bare ? 'unused' : 'virtual kernel mode',
        used: !bare,
      },
      ring0: {
        ring: 'Ring 0',
        role: bare ? 'the real kernel mode: guest kernel' : 'the real kernel mode: hypervisor',
        shortRole: bare ? 'guest kernel' : 'hypervisor',
        used: true,
      },
      hardware: { ring: 'Hardware', role: 'the CPU', shortRole: 'the CPU', used: true },
    },
    ...codeCards(view, here),
    hypervisor: hypervisorCard(view, here),
    cache: cacheCard(view),
    whatIf: whatIf && {
      title: `If ${whatIf.text.split(' ')[0] ?? whatIf.text} ran untranslated here`,
      silent: whatIf.trapped === null,
      status: whatIf.trapped === null ? 'No trap.' : `${whatIf.trapped}: it traps.`,
      facts: whatIf.facts,
      conclusion: whatIf.conclusion,
    },
    hardware: hardwareFacts(view),
    here,
    outcome: outcomeOf(view),
    caption: captionOf(view),
  };
}
