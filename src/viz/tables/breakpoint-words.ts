/** A breakpoint in words: what kind it is and where it stands. */
import { address as hex } from '../../base/hex';
import type { BreakpointPlace } from '../../session/debug';
import { EVENT_TRIGGERS } from '../../session/event-triggers';

const ACCESS_WORDS = { write: 'written', read: 'read', access: 'read or written' } as const;

export function placeWords(place: BreakpointPlace): {
  readonly kind: string;
  readonly where: string;
} {
  switch (place.kind) {
    case 'address':
      return { kind: 'code', where: hex(place.address) };
    case 'label':
      return { kind: 'code', where: place.name };
    case 'source':
      return { kind: 'line', where: `${place.file}:${place.line}` };
    case 'data': {
      const { address, length, on, space } = place;
      const at = typeof address === 'number' ? hex(address) : address;
      const bytes = length === 1 ? '1 byte' : `${length} bytes`;
      const physical = space === 'physical' ? 'physical ' : '';
      return { kind: ACCESS_WORDS[on], where: `${bytes} at ${physical}${at}` };
    }
    case 'event': {
      const info = EVENT_TRIGGERS.find(({ event }) => event === place.event);
      const label = info?.label ?? place.event;
      return {
        kind: 'event',
        where:
          place.value === undefined
            ? label
            : `${label}, ${info?.value?.label ?? 'value'} ${place.value}`,
      };
    }
  }
}
