/**
 * The ring stage: the machine as stacked bands, with a token where the real CPU is and the path of the current
 * excursion (trap, callout, interrupt) drawn through them. All positions come from `viz/rings`, all words from the view.
 */
import { type CSSProperties, useState } from 'react';
import type { MachineView } from '../../session/view';
import type { Moment } from '../../session/world';
import { type StageContent, stageContent } from '../../viz/rings/content';
import { flowGeometry } from '../../viz/rings/flow-path';
import { type CardBox, type CardId, layoutStage, type Rect } from '../../viz/rings/layout';
import { cx } from '../shared/cx';
import { useWidth } from '../shared/use-width';
import { CacheCard, CodeCardBody, HardwareFacts, HypervisorCard, WhatIfCard } from './cards';
import { FlowLines } from './FlowLines';
import './RingStage.css';
import { StageText } from './StageText';
import { Token } from './Token';
import { WaypointMarks } from './WaypointMarks';

export interface RingStageProps {
  readonly view: MachineView;
  /** A waypoint was chosen: go there. Without it, choosing one only shows what it says. */
  readonly onWaypoint?: (moment: Moment) => void;
  /** False: no animation, the end state at once. */
  readonly motion?: boolean;
}

export const boxStyle = (box: Rect): CSSProperties => ({
  left: box.x,
  top: box.y,
  width: box.width,
  height: box.height,
});

function cardBody(id: CardId, content: StageContent, room: number) {
  switch (id) {
    case 'user':
      return <CodeCardBody card={content.user} room={room} />;
    case 'kernel':
      return <CodeCardBody card={content.kernel} room={room} />;
    case 'hypervisor':
      return content.hypervisor && <HypervisorCard card={content.hypervisor} />;
    case 'what-if':
      return content.whatIf && <WhatIfCard card={content.whatIf} />;
    case 'cache':
      return content.cache && <CacheCard card={content.cache} />;
    case 'hardware':
      return <HardwareFacts facts={content.hardware} />;
  }
}

function isRunning(id: CardId, content: StageContent): boolean {
  if (id === 'user') return content.user.running;
  if (id === 'kernel') return content.kernel.running;
  return id === 'hypervisor' && content.hypervisor?.running === true;
}

export function RingStage({ view, onWaypoint, motion = true }: RingStageProps) {
  const [ref, width] = useWidth<HTMLDivElement>(760);
  const [preview, setPreview] = useState<number | null>(null);
  const content = stageContent(view);
  const layout = layoutStage(content, width);
  const flow = view.flow && flowGeometry(view.flow, layout);
  // The end of the run goes before the phase it happened in.
  const ended = preview === null ? content.outcome : null;
  const shown = view.flow?.waypoints[preview ?? view.flow.current];
  const card = (box: CardBox) => (
    <div
      key={box.id}
      className={cx('stage-card', box.id, isRunning(box.id, content) && 'running')}
      data-band={box.band}
      style={boxStyle(box)}
    >
      {cardBody(box.id, content, layout.chipRoom)}
    </div>
  );
  return (
    <div
      className={cx(
        'ring-stage',
        layout.narrow && 'narrow',
        layout.tight && 'tight',
        view.flow && 'flow',
      )}
    >
      <div ref={ref} className="stage-canvas" style={{ height: layout.height }}>
        {layout.bands.map((band) => {
          const text = content.bands[band.id];
          return (
            <div
              key={band.id}
              className={cx('band', band.id, !text.used && 'unused')}
              data-here={content.here === band.id}
              style={boxStyle(band)}
            >
              <div
                className="band-heading"
                style={boxStyle({ ...band.heading, y: band.heading.y - band.y })}
              >
                <strong>{text.ring}</strong>
                <span title={text.role}>{layout.tight ? text.shortRole : text.role}</span>
              </div>
            </div>
          );
        })}
        {layout.cards.map(card)}
        {flow && <FlowLines flow={flow} width={layout.width} height={layout.height} />}
        <Token view={view} here={content.here} layout={layout} flow={flow} motion={motion} />
        {view.flow && flow && (
          <WaypointMarks
            title={view.flow.title}
            marks={flow.marks}
            onChoose={onWaypoint}
            onPreview={setPreview}
          />
        )}
        {flow?.origin && (
          <div className="flow-origin" style={{ left: flow.origin.x, top: flow.origin.y }} />
        )}
        {flow?.cost && (
          <div
            className="flow-cost"
            style={boxStyle(layout.costLabel)}
            title={`${flow.cost}, not counting sleep in HLT`}
          >
            {flow.cost}
          </div>
        )}
      </div>
      <p className="stage-caption">
        {ended ? (
          <>
            <span className={cx('caption-outcome', ended.good ? 'good' : 'bad')}>{ended.word}</span>
            <strong>{ended.text}</strong>
          </>
        ) : shown && view.flow ? (
          <>
            <span className="caption-count">
              {shown.number} of {view.flow.waypoints.length}
            </span>
            <span>
              <strong>{shown.label}.</strong> {shown.detail}
              {shown.cycles !== null && shown.cycles > 0 && (
                <span className="caption-cycles"> {shown.cycles.toLocaleString('en')} cycles.</span>
              )}
            </span>
          </>
        ) : (
          <span>{content.caption}</span>
        )}
      </p>
      <StageText content={content} flow={view.flow} onWaypoint={onWaypoint} />
    </div>
  );
}
