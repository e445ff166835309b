/** The timeline's text twin: traps and translator events around the current moment, each a way to go there. */
import { useEffect, useRef } from 'react';
import type { MachineView, TimelineView } from '../../session/view';
import type { Moment } from '../../session/world';
import { BLOCK_WORDS, formatCount, TRAP_WORDS } from './words';
import './event-list.css';

export interface EventListProps {
  readonly timeline: TimelineView | null;
  readonly view: MachineView;
  readonly onSeek: (moment: Moment) => void;
}

/** Rows shown on each side of the current moment. */
const AROUND = 60;

interface Row {
  readonly key: string;
  readonly at: number;
  readonly what: string;
  readonly kind: string;
  readonly label: string;
}

function rowsOf(timeline: TimelineView): readonly Row[] {
  return [
    ...timeline.traps.map((t, i) => ({
      key: `trap ${i}`,
      at: t.at,
      kind: t.kind,
      what: TRAP_WORDS[t.kind],
      label: t.label,
    })),
    ...timeline.blocks.map((b, i) => ({
      key: `block ${i}`,
      at: b.at,
      kind: b.kind,
      what: BLOCK_WORDS[b.kind],
      label: b.label,
    })),
  ].sort((a, b) => a.at - b.at);
}

export function EventList({ timeline, view, onSeek }: EventListProps) {
  const now = view.moment.retired;
  const list = useRef<HTMLOListElement>(null);
  const rows = timeline ? rowsOf(timeline) : [];
  const firstAfter = rows.findIndex((row) => row.at > now);
  const here = firstAfter < 0 ? rows.length : firstAfter;
  const shown = rows.slice(Math.max(0, here - AROUND), here + AROUND);
  const nearest = rows[here - 1]?.at;

  // biome-ignore lint/correctness/useExhaustiveDependencies: scrolls when the nearest row changes, nothing else
  useEffect(() => {
    // Scrolls the panel alone: on a phone the page must stay where it is.
    const panel = list.current?.closest('.tab-panel');
    const row = list.current?.querySelector('[aria-current]');
    if (!panel || !row) return;
    const offset = row.getBoundingClientRect().top - panel.getBoundingClientRect().top;
    panel.scrollTop += offset - panel.clientHeight / 2;
  }, [nearest]);

  if (rows.length === 0) return <p className="panel-note event-list-empty">Nothing yet.</p>;
  return (
    <ol ref={list} className="event-list" aria-label="Events around this moment">
      {shown.map((row) => (
        <li key={row.key}>
          <button
            type="button"
            aria-current={row.at === nearest ? 'step' : undefined}
            data-past={row.at <= now}
            onClick={() => onSeek({ retired: row.at, phase: 0 })}
          >
            <span className="event-at">{formatCount(row.at)}</span>
            <span className={`event-kind ${row.kind}`}>{row.what}</span>
            <span className="event-label">{row.label}</span>
          </button>
        </li>
      ))}
    </ol>
  );
}
