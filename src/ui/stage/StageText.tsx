/** The ring stage in words: the same record the bands and cards are drawn from. */
import type { Flow } from '../../session/view';
import type { Moment } from '../../session/world';
import { type CodeCard, PLACES, type StageContent } from '../../viz/rings/content';
import { waypointLabel } from '../../viz/rings/flow-path';
import { TextTwin } from '../shared/TextTwin';

const code = (card: CodeCard) =>
  [
    card.title + (card.detail ? `, ${card.detail}` : ''),
    ...card.chips.map((chip) => `${chip.state}: ${chip.text}`),
  ].join('; ');

export interface StageTextProps {
  readonly content: StageContent;
  readonly flow: Flow | null;
  readonly onWaypoint: ((moment: Moment) => void) | undefined;
}

export function StageText({ content, flow, onWaypoint }: StageTextProps) {
  const inBand = {
    ring3: [code(content.user)],
    ring1: content.kernel.place === 'ring1' ? [code(content.kernel)] : [],
    ring0: [
      ...(content.kernel.place === 'ring0' ? [code(content.kernel)] : []),
      ...(content.hypervisor ? [`${content.hypervisor.title}: ${content.hypervisor.detail}`] : []),
      ...(content.cache ? [`${content.cache.title}: ${content.cache.facts.join(', ')}`] : []),
    ],
    hardware: [content.hardware.join(', ')],
  };
  const whatIf = content.whatIf;
  return (
    <TextTwin of="rings">
      <p>{content.caption}</p>
      <ul>
        {PLACES.map((id) => (
          <li key={id}>
            <strong>
              {content.bands[id].ring}, {content.bands[id].role}
              {content.here === id ? ' (the CPU is here)' : ''}
            </strong>
            {inBand[id].length > 0 && `: ${inBand[id].join('. ')}.`}
          </li>
        ))}
      </ul>
      {whatIf && (
        <p>
          <strong>{whatIf.title}:</strong> {whatIf.status} {whatIf.facts.join('; ')}.{' '}
          {whatIf.conclusion}
        </p>
      )}
      {flow && (
        <>
          <p>
            <strong>{flow.title}</strong>
            {flow.totalCycles > 0 && `, ${flow.totalCycles.toLocaleString('en')} cycles in all`}:
          </p>
          <ol>
            {flow.waypoints.map((w, i) => (
              <li key={w.number} aria-current={i === flow.current ? 'step' : undefined}>
                {waypointLabel(flow, i)}{' '}
                {onWaypoint && (
                  <button type="button" className="go" onClick={() => onWaypoint(w.moment)}>
                    Go there<span className="visually-hidden">: phase {w.number}</span>
                  </button>
                )}
              </li>
            ))}
          </ol>
        </>
      )}
    </TextTwin>
  );
}
