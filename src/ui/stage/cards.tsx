/** What stands on the cards of the ring stage. Words only; the stage places the cards. */
import { type Chip, type CodeCard, chipsThatFit, type StageContent } from '../../viz/rings/content';
import { cx } from '../shared/cx';

const CHIP_WORD: Record<Chip['state'], string> = {
  before: 'before',
  current: 'current',
  after: 'after',
};

export function CodeCardBody({ card, room }: { readonly card: CodeCard; readonly room: number }) {
  return (
    <>
      <div className="card-head">
        <span className="card-title">
          {card.title.replace(/ code$/, '')}
          {card.title.endsWith(' code') && <span className="title-end"> code</span>}
        </span>
        {card.chips.length > 0 && card.detail && <span className="card-detail">{card.detail}</span>}
      </div>
      {card.chips.length === 0 && <div className="card-detail">{card.detail}</div>}
      {card.chips.length > 0 && (
        <ol className="chips">
          {chipsThatFit(card.chips, room).map((chip) => (
            <li
              key={chip.address}
              className={cx('chip', chip.state, chip.kind)}
              title={chip.text}
              aria-current={chip.state === 'current' ? 'true' : undefined}
            >
              <span className="visually-hidden">{CHIP_WORD[chip.state]}: </span>
              {chip.text}
            </li>
          ))}
        </ol>
      )}
    </>
  );
}

export function HypervisorCard({
  card,
}: {
  readonly card: NonNullable<StageContent['hypervisor']>;
}) {
  return (
    <>
      <div className="card-title">{card.title}</div>
      <div className="card-line" title={card.detail}>
        {card.detail}
      </div>
    </>
  );
}

export function CacheCard({ card }: { readonly card: NonNullable<StageContent['cache']> }) {
  return (
    <>
      <div className="card-title">{card.title}</div>
      <div className="card-note">
        {card.facts.map((fact, i) => (
          <span key={fact} className={i > 1 ? 'fact more' : undefined}>
            {i > 0 && ' · '}
            <span className="fact">{fact}</span>
          </span>
        ))}
      </div>
    </>
  );
}

export function WhatIfCard({ card }: { readonly card: NonNullable<StageContent['whatIf']> }) {
  return (
    <>
      <div className="card-title">{card.title}</div>
      <div
        title={`${card.facts.join('; ')}. ${card.conclusion}`}
        className={cx('card-note', card.silent ? 'bad' : 'good')}
      >
        <strong>{card.status}</strong> {card.facts[0]}
        {card.facts.length > 1 && (
          <span className="fact-rest">; {card.facts.slice(1).join('; ')}</span>
        )}
        <div className="conclusion">{card.conclusion}</div>
      </div>
    </>
  );
}

export function HardwareFacts({ facts }: { readonly facts: readonly string[] }) {
  return (
    <div className="hardware-facts code">
      {facts.map((fact, i) => (
        <span key={fact} className={cx('fact', fact.startsWith('CR3') && 'cr3')}>
          {i > 0 && <span className="dot">· </span>}
          {fact}{' '}
        </span>
      ))}
    </div>
  );
}
