/** The translation cache in words: summary, the name of one block, and what the last step did. */
import { address } from '../../base/hex';
import type { CacheBlockView, CacheView } from '../../session/view';

const count = (n: number, word: string) => `${n.toLocaleString('en')} ${word}${n === 1 ? '' : 's'}`;

/** `41 blocks, 12 chained, 1 invalidated`. */
export function cacheSummary(cache: CacheView): string {
  const chained = cache.blocks.filter((b) => b.chainedTo.length > 0).length;
  const invalid = cache.blocks.filter((b) => b.state === 'invalid').length;
  return `${count(cache.blocks.length, 'block')}, ${chained} chained, ${invalid} invalidated`;
}

/** A block's name in one line, for labels and tips. */
export function blockWords(block: CacheBlockView, current: boolean): string {
  const parts = [
    `Block ${block.id}${current ? ' (current)' : ''}`,
    block.label ? `${block.label}, ${address(block.guestAddress)}` : address(block.guestAddress),
    `at ${address(block.tcAddress)}`,
    count(block.bytes, 'byte'),
    `ran ${count(block.executions, 'time')}`,
  ];
  if (block.state === 'invalid') parts.push('invalidated');
  if (block.chainedTo.length > 0) {
    parts.push(`chained to ${block.chainedTo.map((id) => `block ${id}`).join(' and ')}`);
  }
  return parts.join('; ');
}

/** What the step just taken did to the cache; null for nothing. */
export function happenedWords(cache: CacheView): string | null {
  if (!cache.happened) return null;
  const { kind, block } = cache.happened;
  return kind === 'hit'
    ? `Hit: block ${block}`
    : kind === 'miss'
      ? `Miss: translated block ${block}`
      : `Chained: block ${block}`;
}
