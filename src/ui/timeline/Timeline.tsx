/**
 * The run as a strip: who was running, what trapped, what the translator did. Click or drag to go there, wheel or
 * `+` `-` to zoom, arrows to step. The cursor is one element on top, so a step does not redraw the lanes.
 */
import { Minus, Plus } from 'lucide-react';
import { type KeyboardEvent, type PointerEvent, useEffect, useMemo, useRef, useState } from 'react';
import type { MachineView, TimelineView } from '../../session/view';
import type { Moment } from '../../session/world';
import { layOutTimeline, nearestMark, type TimelineGeometry } from '../../viz/timeline/layout';
import { follow, pan, type Span, zoomAround } from '../../viz/timeline/zoom';
import { IconButton } from '../shared/Button';
import { useWidth } from '../shared/use-width';
import { LANES, Lanes, LegendMark } from './Lanes';
import { BLOCK_WORDS, formatCount, RING_WORDS, TRAP_WORDS } from './words';
import './timeline.css';

export interface TimelineProps {
  readonly timeline: TimelineView | null;
  readonly view: MachineView;
  /** Machine steps in the run as far as it is known. */
  readonly known: number;
  readonly zoom: Span | null;
  readonly onSeek: (moment: Moment) => void;
  readonly onZoom: (zoom: Span | null) => void;
}

const LEGEND = [
  'trap',
  'callout',
  'interrupt',
  'fault',
  'translated',
  'chained',
  'invalidated',
] as const;

/** What lies under the pointer, in words. */
function wordsAt(geometry: TimelineGeometry, x: number, y: number): string {
  const at = geometry.at(x);
  const more = (count: number) => (count > 1 ? ` and ${count - 1} more` : '');
  if (y > LANES.blocks - 12) {
    const mark = nearestMark(geometry.blocks, x, 6);
    if (mark) {
      return `${formatCount(mark.at)} · ${BLOCK_WORDS[mark.kind]}: ${mark.label}${more(mark.count)}`;
    }
  } else if (y > LANES.ring + LANES.ringHeight + 4) {
    const mark = nearestMark(geometry.traps, x, 8);
    if (mark) {
      return `${formatCount(mark.at)} · ${TRAP_WORDS[mark.kind]}: ${mark.label}${more(mark.count)}`;
    }
  }
  const bar = geometry.rings.find((r) => at >= r.from && at < r.to);
  return bar ? `${formatCount(at)} · ${RING_WORDS[bar.ring]}` : formatCount(at);
}

export function Timeline(props: TimelineProps) {
  const { timeline, view, known, zoom, onSeek, onZoom } = props;
  const [ref, width] = useWidth<HTMLDivElement>(800);
  const [hover, setHover] = useState<{ x: number; text: string } | null>(null);
  const dragging = useRef(false);

  const geometry = useMemo(
    () => (timeline ? layOutTimeline(timeline, width) : null),
    [timeline, width],
  );
  const now = view.moment.retired;
  const span: Span = timeline ?? zoom ?? { from: 0, to: Math.max(known, 1) };

  // A moment outside a zoomed window pulls the window along.
  useEffect(() => {
    if (!zoom) return;
    const next = follow(zoom, now, Math.max(known, now + 1));
    if (next !== zoom) onZoom(next);
  }, [zoom, now, known, onZoom]);

  // React listens to wheel events passively; zooming has to keep the page from scrolling.
  useEffect(() => {
    const element = ref.current;
    if (!element || !geometry) return;
    const onWheel = (event: WheelEvent) => {
      event.preventDefault();
      const x = event.clientX - element.getBoundingClientRect().left;
      if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
        if (zoom) onZoom(pan(zoom, (event.deltaX || event.deltaY) / 1000, known));
      } else {
        onZoom(zoomAround(span, geometry.at(x), 1.0015 ** -event.deltaY, known));
      }
    };
    element.addEventListener('wheel', onWheel, { passive: false });
    return () => element.removeEventListener('wheel', onWheel);
  }, [geometry, zoom, span, known, onZoom, ref]);

  const zoomBy = (factor: number) => onZoom(zoomAround(span, now, factor, known));

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === '+' || event.key === '=') zoomBy(2);
    else if (event.key === '-') zoomBy(0.5);
    else if (event.key === '0') onZoom(null);
    else return;
    event.preventDefault();
  };

  const pointAt = (event: PointerEvent) => {
    const box = event.currentTarget.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  };

  const seekTo = (x: number) => {
    if (geometry) onSeek({ retired: geometry.at(x), phase: 0 });
  };

  const end = view.end;
  const position = `step ${formatCount(now)}${end === null ? '' : ` of ${formatCount(end)}`}`;
  const cursor = geometry ? Math.max(0, Math.min(width, geometry.x(now))) : 0;

  return (
    <section className="timeline" aria-label="Timeline">
      <div className="timeline-names" aria-hidden="true">
        <span style={{ top: LANES.ring }}>Ring</span>
        <span style={{ top: LANES.traps - 9 }}>Traps</span>
        <span style={{ top: LANES.blocks - 9 }}>Blocks</span>
      </div>
      <div
        ref={ref}
        className="timeline-track"
        role="slider"
        tabIndex={0}
        data-arrows="step"
        aria-label="Moment of the run"
        aria-valuemin={0}
        aria-valuemax={end ?? Math.max(known, now)}
        aria-valuenow={now}
        aria-valuetext={position}
        onKeyDown={onKeyDown}
        onPointerDown={(event) => {
          if (event.button !== 0) return;
          event.currentTarget.setPointerCapture(event.pointerId);
          dragging.current = true;
          seekTo(pointAt(event).x);
        }}
        onPointerMove={(event) => {
          const { x, y } = pointAt(event);
          if (geometry) setHover({ x, text: wordsAt(geometry, x, y) });
          if (dragging.current) seekTo(x);
        }}
        onPointerUp={() => {
          dragging.current = false;
        }}
        onPointerCancel={() => {
          dragging.current = false;
        }}
        onPointerLeave={() => setHover(null)}
      >
        <div className="timeline-lanes">
          <svg width="100%" height={LANES.height} aria-hidden="true">
            {geometry ? <Lanes geometry={geometry} /> : null}
          </svg>
          <div className="timeline-future" style={{ transform: `translateX(${cursor}px)` }} />
        </div>
        <svg
          className="timeline-cursor"
          width={12}
          height={LANES.height}
          style={{ transform: `translateX(${cursor - 6}px)` }}
          aria-hidden="true"
        >
          <path d={`M0,0 h12 l-6,8 z M5,6 h2 v${LANES.height - 6} h-2 z`} />
        </svg>
        {hover ? (
          <span
            className="timeline-hover"
            style={{ left: Math.max(0, Math.min(hover.x, width)) }}
            data-side={hover.x > width / 2 ? 'left' : 'right'}
          >
            {hover.text}
          </span>
        ) : null}
      </div>
      <div className="timeline-foot">
        <span className="timeline-zoom">
          <IconButton label="Zoom out" keyHint="-" disabled={!zoom} onClick={() => zoomBy(0.5)}>
            <Minus size={13} aria-hidden="true" />
          </IconButton>
          <IconButton label="Zoom in" keyHint="+" onClick={() => zoomBy(2)}>
            <Plus size={13} aria-hidden="true" />
          </IconButton>
          {zoom ? (
            <span>
              {formatCount(span.from)} to {formatCount(span.to)}
            </span>
          ) : null}
        </span>
        <ul className="timeline-legend" aria-label="Marks">
          {LEGEND.map((kind) => (
            <li key={kind}>
              <LegendMark kind={kind} /> {kind}
            </li>
          ))}
        </ul>
        <span data-testid="position">{position}</span>
      </div>
    </section>
  );
}
