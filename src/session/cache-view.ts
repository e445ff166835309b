/** The translation cache as a map. */
import type { System } from '../hypervisor/core/system';
import type { MachineEvent } from '../machine/events';
import type { SourceMap } from './source-map';
import type { CacheView } from './view';

/** @param current id of the block being executed, or null */
export function cacheView(
  system: System,
  map: SourceMap,
  current: number | null,
  events: readonly MachineEvent[],
): CacheView | null {
  const cache = system.cache();
  if (!cache) return null;
  return {
    blocks: system.translations().map((translation) => ({
      id: translation.id,
      guestAddress: translation.guestAddress,
      tcAddress: translation.tcAddress,
      bytes: translation.bytes,
      executions: translation.executions,
      state: translation.valid ? 'valid' : 'invalid',
      chainedTo: translation.chainedTo,
      label: map.labelOf(translation.guestAddress),
    })),
    ...cache,
    current,
    happened: happenedIn(events),
  };
}

function happenedIn(events: readonly MachineEvent[]): CacheView['happened'] {
  let happened: CacheView['happened'] = null;
  for (const event of events) {
    switch (event.kind) {
      case 'translated':
        happened = { kind: 'miss', block: event.block };
        break;
      case 'cache-hit':
        happened = { kind: 'hit', block: event.block };
        break;
      case 'chained':
        happened = { kind: 'chained', block: event.to };
        break;
      default:
    }
  }
  return happened;
}
