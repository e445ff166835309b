/** A page walk in words: the text twin of its picture, and what the TLB adds. */
import { address as hex } from '../../base/hex';
import type { WalkView } from '../../session/debug';
import { rightsOf } from './walk-layout';

/** One sentence per step of the walk. */
export function walkSentences(view: WalkView): readonly string[] {
  const { directoryEntry, tableEntry, outcome, parts } = view;
  const sentences: string[] = [];
  if (!view.enabled) sentences.push('Paging is off: the linear address is the physical address.');
  if (directoryEntry) {
    sentences.push(
      `Bits 31:22 are ${parts.directory}: entry ${parts.directory} of the page directory at ${hex(view.cr3 & ~0xfff)} is ${hex(directoryEntry.entry)} (${rightsOf(directoryEntry)}).`,
    );
  }
  if (directoryEntry?.large) sentences.push('It maps a 4 MiB page: there is no page table.');
  if (tableEntry && directoryEntry) {
    sentences.push(
      `Bits 21:12 are ${parts.table}: entry ${parts.table} of the page table at ${hex(directoryEntry.target)} is ${hex(tableEntry.entry)} (${rightsOf(tableEntry)}).`,
    );
  }
  sentences.push(outcomeSentence(view));
  if (outcome.kind === 'mapped' && view.machine !== null) {
    const machine = view.machine + (outcome.physical & 0xfff);
    sentences.push(`The hypervisor keeps that guest-physical page at machine ${hex(machine)}.`);
  }
  const tlb = tlbSentence(view);
  if (tlb) sentences.push(tlb);
  return sentences;
}

export function outcomeSentence({ outcome }: WalkView): string {
  if (outcome.kind === 'fault') {
    return `Page fault, error code ${outcome.errorCode} (${errorCodeWords(outcome.errorCode)}). ${outcome.why}`;
  }
  if (outcome.byte === null)
    return `It arrives at physical ${hex(outcome.physical)}, where there is no memory.`;
  return `It arrives at physical ${hex(outcome.physical)}.`;
}

/** `P=1 W=0 U=1`. */
export const errorCodeWords = (code: number): string =>
  `P=${code & 1} W=${(code >>> 1) & 1} U=${(code >>> 2) & 1}${code & 8 ? ' RSVD=1' : ''}`;

/** Whether the TLB holds something else than the tables say: then the silicon goes on using that. */
export function isStale(view: WalkView): boolean {
  const { tlb, outcome, cpu } = view;
  if (!tlb) return false;
  // Under a hypervisor the TLB caches the shadow tables: the guest's frames are other numbers.
  const expected =
    outcome.kind !== 'mapped'
      ? null
      : cpu === 'guest' && view.machine !== null
        ? view.machine
        : outcome.physical;
  return expected === null || (expected & ~0xfff) >>> 0 !== tlb.frame;
}

export function tlbSentence(view: WalkView): string | null {
  const { tlb } = view;
  if (!tlb) return view.enabled ? 'The TLB holds nothing for this page.' : null;
  const rights = `${tlb.user ? 'user' : 'supervisor'}, ${tlb.writable ? 'writable' : 'read-only'}`;
  const holds = `The TLB holds ${hex(tlb.frame)} for this page (${rights}).`;
  return isStale(view)
    ? `${holds} That is stale: the tables say otherwise, and the silicon goes on using it until it is flushed.`
    : holds;
}
