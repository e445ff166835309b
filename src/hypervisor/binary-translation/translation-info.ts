/** A translation as plain data for the session: lines with their origin, tags that follow the chaining. */
import { endsBasicBlock } from '../../machine/codec/sensitivity';
import type { GuestInstructionInfo, TranslatedInstruction, TranslationInfo } from '../core/system';
import type { TranslationCache } from './cache';
import type { GuestInstruction, Translation } from './translation';

export function describeTranslation(
  cache: TranslationCache,
  translation: Translation,
): TranslationInfo {
  return {
    id: translation.id,
    guestAddress: translation.guestEip,
    tcAddress: translation.tcAddress,
    bytes: translation.bytes,
    valid: cache.isValid(translation.id),
    executions: cache.executions(translation.id),
    // Made when asked for: the map of the cache lists every translation and looks at no line.
    get guest() {
      return translation.guest.map(classify);
    },
    get code() {
      return describeCode(cache, translation);
    },
    chainedTo: cache.chainedTo(translation.id),
  };
}

function describeCode(cache: TranslationCache, translation: Translation): TranslatedInstruction[] {
  const chainedSlots = new Set(
    translation.exits
      .filter((_, index) => cache.isChained(translation.id, index))
      .map((exit) => exit.slot),
  );
  return translation.records.map((record): TranslatedInstruction => {
    const tag = record.tag === 'exit' && chainedSlots.has(record.offset) ? 'chained' : record.tag;
    const { offset, length, guestIndex } = record;
    return { tcAddress: translation.tcAddress + offset, length, tag, from: guestIndex };
  });
}

function classify({ decoded, bytes, sensitivity }: GuestInstruction): GuestInstructionInfo {
  const kind =
    sensitivity !== 'plain' ? sensitivity : endsBasicBlock(decoded) ? 'ends-block' : 'plain';
  return { address: decoded.address, length: bytes.length, class: kind };
}
