/**
 * Where everything of the ring stage stands, in CSS pixels, for a given width: bands, cards, and the lanes and gutters
 * the path of a flow runs through. Pure arithmetic, so a test can prove that nothing overlaps at any width.
 *
 *     | label | gutter | main card      | gutter | side card |      one band, from 450 px
 *
 * Narrower stages put the label on top and the side card below. Waypoint 1 stands in the left gutter, the last one
 * in the right gutter, the others on the lane of their band, so that a path never crosses text.
 */
import type { Place } from '../../session/view';
import { PLACES, type StageContent } from './content';

export interface Rect {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export type CardId = 'user' | 'kernel' | 'hypervisor' | 'what-if' | 'cache' | 'hardware';

export interface BandBox extends Rect {
  readonly id: Place;
  /** Where ring and role are written. */
  readonly heading: Rect;
}

export interface CardBox extends Rect {
  readonly id: CardId;
  readonly band: Place;
}

export interface Lane {
  /** Where waypoints between the first and the last stand. */
  readonly y: number;
  /** Where the first and the last stand, beside the card. */
  readonly gutterY: number;
}

export interface StageLayout {
  readonly width: number;
  readonly height: number;
  readonly narrow: boolean;
  readonly tight: boolean;
  readonly bands: readonly BandBox[];
  readonly cards: readonly CardBox[];
  readonly lanes: Readonly<Record<Place, Lane>>;
  readonly gutters: { readonly left: number; readonly right: number };
  /** Left and right end of the lanes. */
  readonly track: { readonly from: number; readonly to: number };
  /** Room for the chips of a code card. */
  readonly chipRoom: number;
  /** Where the cost of the way back is written: between ring 1 and ring 0, beside the right gutter. */
  readonly costLabel: Rect;
}

/** The smallest width laid out side by side. */
export const WIDE_FROM = 450;
/** Below this a wide stage is tight: smaller text on the cards, and the what-if card leaves its conclusion to the text twin. */
const ROOMY_FROM = 540;
const GAP = 6;
const PAD = 7;
const LINE = 17;
const LANE_HEIGHT = 26;
const CHIP_HEIGHT = 26;

const clamp = (low: number, value: number, high: number) => Math.max(low, Math.min(value, high));

/** Lines `text` needs at `width` pixels, breaking at blanks, for a font of `charWidth` pixels a character. */
export function countLines(text: string, width: number, charWidth: number): number {
  const room = Math.max(1, Math.floor(width / charWidth));
  let lines = 1;
  let used = 0;
  for (const word of text.split(' ')) {
    const need = used === 0 ? word.length : used + 1 + word.length;
    if (need <= room) used = need;
    else {
      if (used > 0) lines++;
      lines += Math.ceil(word.length / room) - 1;
      used = word.length % room || room;
    }
  }
  return lines;
}

/** Height of the what-if card: title, facts and conclusion, as they will wrap. */
function whatIfHeight(content: StageContent, width: number, tight: boolean): number {
  const card = content.whatIf;
  if (!card) return 0;
  const inner = width - (tight ? 20 : 26);
  const facts = tight ? card.facts.slice(0, 1) : card.facts;
  return (
    14 +
    LINE * countLines(card.title, inner, 6.3) +
    LINE * countLines([card.status, ...facts].join(' '), inner, 6.2) +
    (tight ? 0 : LINE * countLines(card.conclusion, inner, 6.2))
  );
}

/** Lays the stage out. Widths below 300 px are laid out as 300. */
export function layoutStage(content: StageContent, stageWidth: number): StageLayout {
  const width = Math.max(300, Math.round(stageWidth));
  const narrow = width < WIDE_FROM;
  const tight = !narrow && width < ROOMY_FROM;
  const edge = narrow ? 8 : 12;
  const gutter = narrow ? 30 : tight ? 28 : clamp(32, width * 0.05, 44);
  const label = narrow ? 0 : tight ? 74 : clamp(100, width * 0.17, 150);
  const side = narrow ? width - 2 * edge - 2 * gutter : clamp(126, width * 0.29, 260);
  const mainX = edge + label + gutter;
  const main = narrow
    ? width - 2 * edge - 2 * gutter
    : width - 2 * edge - label - 2 * gutter - side;
  const sideX = narrow ? mainX : mainX + main + gutter;
  const headingHeight = narrow ? 22 : 0;

  const codeHeight = (tight ? 8 : 12) + LINE + 3 + CHIP_HEIGHT;
  const hypervisorHeight = 11 + 2 * LINE + LANE_HEIGHT;
  // A tight stage leaves CR3 to the register panel (cards.tsx, RingStage.css), so one line is enough.
  const factLines = narrow || (!tight && width < 740) ? 2 : 1;
  const kernelInRing0 = content.kernel.place === 'ring0';
  const mainCard: Record<Place, { id: CardId; height: number } | null> = {
    ring3: { id: 'user', height: codeHeight },
    ring1: kernelInRing0 ? null : { id: 'kernel', height: codeHeight },
    ring0: kernelInRing0
      ? { id: 'kernel', height: codeHeight + LANE_HEIGHT }
      : { id: 'hypervisor', height: hypervisorHeight },
    hardware: { id: 'hardware', height: LANE_HEIGHT + factLines * LINE + 2 },
  };
  const whatIf = whatIfHeight(content, side, tight);
  const sideCards: Record<Place, { id: CardId; height: number } | null> = {
    ring3: null,
    ring1: whatIf && !kernelInRing0 ? { id: 'what-if', height: whatIf } : null,
    ring0: content.cache
      ? { id: 'cache', height: 14 + LINE * (narrow ? 2 : 3) }
      : whatIf && kernelInRing0
        ? { id: 'what-if', height: whatIf }
        : null,
    hardware: null,
  };

  const bands: BandBox[] = [];
  const cards: CardBox[] = [];
  const lanes = {} as Record<Place, Lane>;
  let y = 0;
  for (const id of PLACES) {
    const own = mainCard[id];
    const beside = sideCards[id];
    const pad = id === 'hardware' || tight ? 5 : PAD;
    const first = y + pad + headingHeight;
    const ownHeight = own?.height ?? 0;
    const besideHeight = beside?.height ?? 0;
    const stacked = narrow && own && beside ? ownHeight + GAP + besideHeight : null;
    const headingWidth = label + gutter / 2 - 18;
    const role = narrow
      ? 0
      : 20 +
        16 *
          countLines(
            tight ? content.bands[id].shortRole : content.bands[id].role,
            headingWidth,
            6.5,
          );
    // Room for a short what-if card is kept, so that most steps do not move what is below.
    const reserved = id === 'ring1' && !narrow && !kernelInRing0 ? 14 + 4 * LINE : 0;
    const inner = stacked ?? Math.max(ownHeight, besideHeight, role, reserved);
    // In a narrow stage the way up from the hardware must not cross a card: ring 0 has its side card on top.
    const sideFirst = narrow && id === 'ring0';
    const top = stacked && sideFirst ? first + besideHeight + GAP : first;
    if (own) {
      // A main card shares the band's height with a taller side card.
      const height = narrow ? ownHeight : inner;
      const wholeRow = id === 'hardware' && !narrow;
      const cardWidth = wholeRow ? width - edge - mainX : main;
      cards.push({ id: own.id, band: id, x: mainX, y: top, width: cardWidth, height });
    }
    if (beside) {
      const besideY = stacked && !sideFirst ? first + ownHeight + GAP : first;
      const height = narrow ? besideHeight : inner;
      cards.push({ id: beside.id, band: id, x: sideX, y: besideY, width: side, height });
    }
    const cardHeight = narrow ? ownHeight : inner;
    const laneInside = id === 'ring0' || id === 'hardware';
    const laneY =
      id === 'hardware'
        ? top + LANE_HEIGHT / 2
        : laneInside
          ? top + cardHeight - LANE_HEIGHT / 2 - 2
          : top + cardHeight;
    const height = 2 * pad + headingHeight + inner;
    const gutterY =
      id === 'ring0' && kernelInRing0
        ? top + codeHeight / 2
        : laneInside
          ? laneY
          : top + cardHeight / 2;
    lanes[id] = { y: laneY, gutterY };
    bands.push({
      id,
      x: 0,
      y,
      width,
      height,
      heading: narrow
        ? { x: mainX + 2, y: y + pad - 3, width: main, height: headingHeight }
        : { x: edge + 4, y: y + pad, width: headingWidth, height: inner },
    });
    y += height + GAP;
  }
  const ring0 = bands.find((band) => band.id === 'ring0')!;
  const right = mainX + main + gutter / 2;
  const costHeight = tight ? 16 : 18;
  const costY = ring0.y - GAP / 2 - costHeight / 2;
  return {
    width,
    height: y - GAP,
    narrow,
    tight,
    bands,
    cards,
    lanes,
    gutters: { left: mainX - gutter / 2, right },
    track: { from: mainX, to: mainX + main },
    chipRoom: main - (tight ? 20 : 26),
    costLabel: narrow
      ? { x: mainX, y: costY, width: main + gutter / 2 - 14, height: costHeight }
      : { x: right + 12, y: costY, width: width - edge - right - 12, height: costHeight },
  };
}
