/**
 * The guest block beside its translation. Pointing at a line, or moving to it with the keyboard, marks the lines it
 * corresponds to on the other side. Two tables, so the panel is its own text twin.
 */
import { type KeyboardEvent, useRef, useState } from 'react';
import { hex32 } from '../../base/hex';
import type { BlockView, GuestLine, MachineView } from '../../session/view';
import {
  CLASS_MEANINGS,
  guestTag,
  linesOf,
  meaningOf,
  shortTag,
  TAG_WORDS,
  whyUntranslated,
} from '../../viz/blocks/correspondence';
import './BlockPair.css';
import { CodePane, type CodeRow } from './CodePane';

export interface BlockPairProps {
  readonly view: MachineView;
  /** Guest line to mark from outside (a lesson pointing at it), as an index into the block. */
  readonly hovered?: number | null;
  /** Linear addresses of instructions with a breakpoint. */
  readonly breakpoints?: ReadonlySet<number>;
  readonly onBreakpoint?: (address: number) => void;
  readonly onSource?: (file: string, line: number) => void;
}

const NO_BREAKPOINTS: ReadonlySet<number> = new Set();

const sourceOf = (line: GuestLine | undefined): string | null =>
  line && line.sourceLine !== null && line.sourceFile !== null
    ? `${line.sourceFile}:${line.sourceLine}`
    : null;

type Side = 'guest' | 'translation';

interface Spot {
  readonly side: Side;
  readonly index: number;
}

const listed = (indices: readonly number[]) => indices.map((i) => i + 1).join(', ');

function guestRows(
  block: BlockView,
  marked: number | null,
  breakpoints: ReadonlySet<number>,
): CodeRow[] {
  const lines = linesOf(block);
  return block.guest.map((line, i) => ({
    ...line,
    tag: guestTag(block, i),
    tagShort: shortTag(guestTag(block, i)),
    tagClass: line.class,
    tagMeaning: line.class === 'plain' ? '' : CLASS_MEANINGS[line.class],
    linked: marked === i,
    source: sourceOf(line),
    breakpoint: breakpoints.has(line.address),
    relation: lines[i]!.length > 0 ? `becomes line ${listed(lines[i]!)} of the translation` : '',
  }));
}

function translatedRows(block: BlockView, marked: number | null): CodeRow[] {
  return block.translation.map((line) => ({
    ...line,
    tag: TAG_WORDS[line.tag],
    tagShort: shortTag(TAG_WORDS[line.tag]),
    tagClass: line.tag,
    tagMeaning: meaningOf(line.tag, line.from === null ? undefined : block.guest[line.from]?.text),
    linked: marked !== null && line.from === marked,
    source: line.from === null ? null : sourceOf(block.guest[line.from]),
    breakpoint: false,
    relation: line.from === null ? 'added by the translator' : `from guest line ${line.from + 1}`,
  }));
}

const plural = (n: number, word: string) => `${n} ${word}${n === 1 ? '' : 's'}`;

function translationNote(block: BlockView): string {
  return `in the cache, ran ${plural(block.executions, 'time')}`;
}

export function BlockPair(props: BlockPairProps) {
  const { view, hovered = null, breakpoints = NO_BREAKPOINTS, onBreakpoint, onSource } = props;
  const root = useRef<HTMLDivElement>(null);
  const [spot, setSpot] = useState<Spot | null>(null);
  const [bytes, setBytes] = useState(false);
  const block = view.block;
  const why = whyUntranslated(view);

  const guestOf = (at: Spot): number | null =>
    at.side === 'guest' ? at.index : (block?.translation[at.index]?.from ?? null);
  const marked = spot ? guestOf(spot) : hovered;

  const show = (index: number | null) => {
    const line = index === null ? undefined : block?.guest[index];
    if (line?.sourceFile && line.sourceLine !== null) onSource?.(line.sourceFile, line.sourceLine);
  };

  const focusRow = (to: Spot) => {
    root.current
      ?.querySelector<HTMLElement>(`[data-side="${to.side}"] [data-row="${to.index}"]`)
      ?.focus();
  };

  const onKey = (side: Side) => (event: KeyboardEvent, index: number) => {
    if (!block) return;
    const last = block[side].length - 1;
    const across = side === 'guest' ? 'translation' : 'guest';
    const partner =
      side === 'guest' ? linesOf(block)[index]?.[0] : (block.translation[index]?.from ?? undefined);
    const to: Spot | null =
      event.key === 'ArrowDown'
        ? { side, index: Math.min(index + 1, last) }
        : event.key === 'ArrowUp'
          ? { side, index: Math.max(index - 1, 0) }
          : event.key === 'Home'
            ? { side, index: 0 }
            : event.key === 'End'
              ? { side, index: last }
              : event.key === (side === 'guest' ? 'ArrowRight' : 'ArrowLeft') &&
                  partner !== undefined
                ? { side: across, index: partner }
                : null;
    if (!to) return;
    // The page's own arrow keys step the machine: here they move between lines.
    event.preventDefault();
    event.stopPropagation();
    focusRow(to);
  };

  return (
    <div ref={root} className="block-pair">
      <div className="block-columns">
        <CodePane
          side="guest"
          title={block ? `Guest block 0x${hex32(block.guestAddress)}` : 'Guest block'}
          note={
            block
              ? [block.label, plural(block.guest.length, 'instruction')].filter(Boolean).join(' · ')
              : ''
          }
          rows={block ? guestRows(block, marked, breakpoints) : []}
          {...(onSource ? { onSource: (index: number) => show(index) } : {})}
          {...(onBreakpoint
            ? {
                onBreakpoint: (index: number) => {
                  const line = block?.guest[index];
                  if (line) onBreakpoint(line.address);
                },
              }
            : {})}
          empty={block ? null : why}
          bytes={bytes}
          onKey={onKey('guest')}
          onSpot={(index) => setSpot(index === null ? null : { side: 'guest', index })}
        />
        <CodePane
          side="translation"
          title={
            block?.tcAddress != null && !why
              ? `Translation 0x${hex32(block.tcAddress)}`
              : 'Translation'
          }
          note={block && !why ? translationNote(block) : ''}
          rows={block && !why ? translatedRows(block, marked) : []}
          {...(onSource
            ? { onSource: (index: number) => show(block?.translation[index]?.from ?? null) }
            : {})}
          empty={block ? why : null}
          bytes={bytes}
          onKey={onKey('translation')}
          onSpot={(index) => setSpot(index === null ? null : { side: 'translation', index })}
          action={
            <button
              type="button"
              className="bytes-toggle"
              aria-pressed={bytes}
              onClick={() => setBytes(!bytes)}
            >
              Bytes
            </button>
          }
        />
      </div>
    </div>
  );
}
