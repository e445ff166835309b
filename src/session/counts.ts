/** How often each kind of event happened up to the present. */
import type { System } from '../hypervisor/core/system';

/** Entries of the translation cache are too frequent to be events each: their counters stand in for them. */
export function countsOf(system: System): Record<string, number> {
  const counts = { ...system.events.counts };
  const cache = system.cache();
  return cache ? { ...counts, 'cache-hit': cache.hits, 'cache-miss': cache.misses } : counts;
}
