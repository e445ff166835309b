/**
 * Event triggers, from the events that tell of them. `guest`: what the CPU and devices tell that the guest believes it
 * has, so the same under every technique. `monitor`: what a hypervisor does, unknown to the guest.
 */
import { vectorName } from '../../machine/cpu/state';
import type { MachineEvent, MachineEventBody } from '../../machine/events';
import type { EventTrigger } from '../debug';

/** What the event says of itself for `value` to be compared with, and in words; null: it is not of this kind. */
export interface TriggerMatch {
  /** Null: there is nothing to narrow. */
  readonly value: number | null;
  /** A sentence without its full stop. */
  readonly words: string;
}

export type Trigger =
  | { readonly source: 'guest'; match(body: MachineEventBody): TriggerMatch | null }
  | { readonly source: 'monitor'; match(event: MachineEvent): TriggerMatch | null }
  /** Seen by watching memory. */
  | { readonly source: 'page-tables' };

const hex = (value: number): string => `0x${value.toString(16)}`;

type Delivery = Extract<MachineEventBody, { kind: 'trap' | 'injected' }>;

function deliveryName({ vector, errorCode, source }: Delivery): string {
  if (source === 'software') return `INT ${hex(vector)}`;
  const name = vectorName(vector);
  return source === 'external' || errorCode === null ? name : `${name}(${errorCode.toString(16)})`;
}

/** Deliveries through the guest's IDT, from one source. */
const delivered = (source: Delivery['source'], words: string): Trigger => ({
  source: 'guest',
  match: (body) =>
    body.kind === 'trap' && body.source === source
      ? { value: body.vector, words: `${deliveryName(body)} ${words}` }
      : null,
});

const guest = (match: (body: MachineEventBody) => TriggerMatch | null): Trigger => ({
  source: 'guest',
  match,
});
const monitor = (match: (event: MachineEvent) => TriggerMatch | null): Trigger => ({
  source: 'monitor',
  match,
});
const plain = (words: string): TriggerMatch => ({ value: null, words });

export const TRIGGERS: Readonly<Record<EventTrigger, Trigger>> = {
  'ring-change': guest((body) =>
    body.kind === 'ring-change'
      ? { value: body.to, words: `The guest goes from ring ${body.from} to ring ${body.to}` }
      : null,
  ),
  exception: delivered('exception', 'is delivered'),
  interrupt: delivered('external', 'is delivered'),
  'software-interrupt': delivered('software', 'enters its handler'),
  sensitive: guest((body) =>
    body.kind === 'sensitive-silent'
      ? plain(`${body.mnemonic} runs outside ring 0 and nothing traps: ${body.effect}`)
      : null,
  ),
  'address-space': guest((body) =>
    body.kind === 'tlb-flush' && body.cr3 !== undefined
      ? plain(`CR3 is loaded with ${hex(body.cr3)}`)
      : null,
  ),
  'page-table-write': { source: 'page-tables' },
  port: guest((body) => {
    if (body.kind !== 'port') return null;
    const way = body.direction === 'in' ? 'is read from' : 'is written to';
    return { value: body.port, words: `${hex(body.value)} ${way} port ${hex(body.port)}` };
  }),
  console: guest((body) =>
    body.kind === 'console'
      ? plain(`The guest sends ${JSON.stringify(body.text)} over the serial line`)
      : null,
  ),
  halt: guest((body) => (body.kind === 'halt' ? plain('The guest halts') : null)),
  'translation-miss': monitor((event) =>
    event.kind === 'cache-miss' ? plain(`No translation of ${hex(event.guestEip)} yet`) : null,
  ),
  'translation-invalidated': monitor((event) => {
    if (event.kind === 'invalidated') {
      return plain(`Translation ${event.block} becomes stale: ${event.reason}`);
    }
    return event.kind === 'cache-flushed' ? plain(`The cache is flushed: ${event.reason}`) : null;
  }),
  callout: monitor((event) =>
    event.kind === 'callout' ? plain(`Translated code calls the hypervisor: ${event.name}`) : null,
  ),
  'hidden-fault': monitor((event) =>
    event.kind === 'hidden-fault' ? plain(`Hidden page fault at ${hex(event.address)}`) : null,
  ),
  'true-fault': monitor((event) =>
    event.kind === 'true-fault' ? plain(`True page fault at ${hex(event.address)}`) : null,
  ),
  injected: monitor((event) =>
    event.kind === 'injected'
      ? { value: event.vector, words: `${deliveryName(event)} is injected` }
      : null,
  ),
};
