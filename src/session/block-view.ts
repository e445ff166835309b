/** The guest block beside its translation; or, where nothing is translated, the guest block alone. */
import type { System, TranslationInfo } from '../hypervisor/core/system';
import { decode } from '../machine/codec/decode';
import { format } from '../machine/codec/format';
import { endsBasicBlock, sensitivityOf } from '../machine/codec/sensitivity';
import { nameCacheOperands } from './instruction-view';
import { codeBitness } from './registers-view';
import type { SourceMap } from './source-map';
import { readCode } from './stop-rules';
import type { BlockView, GuestLine, TranslatedLine } from './view';

/** As the translator: a unit ends after this many instructions if nothing ends it before. */
const MAX_INSTRUCTIONS = 12;

/** What is marked: linear addresses just executed, and the one to be executed next. */
export interface Marks {
  readonly executed: ReadonlySet<number>;
  readonly next: number | null;
}

export const NO_MARKS: Marks = { executed: new Set(), next: null };

export function translatedBlock(
  system: System,
  translation: TranslationInfo,
  map: SourceMap,
  marks: Marks,
): BlockView {
  const lines = translation.code.map((code): TranslatedLine => {
    const bytes = system.readReal(code.tcAddress, code.length) ?? new Uint8Array();
    return {
      address: code.tcAddress,
      bytes: [...bytes],
      text: nameCacheOperands(format(bytes, code.tcAddress, 32), system),
      tag: code.tag,
      from: code.from,
      executed: marks.executed.has(code.tcAddress),
      next: marks.next === code.tcAddress,
    };
  });
  const bitness = codeBitness(system.guest());
  const guest = translation.guest.map((info, index): GuestLine => {
    const own = lines.filter((line) => line.from === index);
    const bytes = system.readGuest(info.address, info.length) ?? new Uint8Array();
    return {
      address: info.address,
      bytes: [...bytes],
      text: format(bytes, info.address, bitness),
      class: info.class,
      ...sourceOf(map, info.address),
      executed: own.some((line) => line.executed),
      next: own.some((line) => line.next),
    };
  });
  return {
    id: translation.id,
    guestAddress: translation.guestAddress,
    label: map.labelOf(translation.guestAddress),
    guest,
    translation: lines,
    tcAddress: translation.tcAddress,
    executions: translation.executions,
  };
}

const sourceOf = (map: SourceMap, address: number) => {
  const place = map.lineOf(address);
  return { sourceLine: place?.line ?? null, sourceFile: place?.file ?? null };
};

/**
 * The block at `start`, decoded from the guest's memory as it is now.
 */
export function guestBlock(
  system: System,
  start: number,
  map: SourceMap,
  marks: Marks,
): BlockView | null {
  const bitness = codeBitness(system.guest());
  const guest: GuestLine[] = [];
  let at = start;
  while (guest.length < MAX_INSTRUCTIONS) {
    const address = at;
    const fetched = readCode((length) => system.readGuest(address, length));
    if (!fetched) break;
    const instruction = decode(fetched, address, bitness);
    if (instruction.length === 0) break;
    const bytes = fetched.subarray(0, instruction.length);
    const ends = endsBasicBlock(instruction);
    const sensitivity = sensitivityOf(instruction);
    guest.push({
      address,
      bytes: [...bytes],
      text: format(bytes, address, bitness),
      class: sensitivity === 'plain' && ends ? 'ends-block' : sensitivity,
      ...sourceOf(map, address),
      executed: marks.executed.has(address),
      next: marks.next === address,
    });
    at = (at + instruction.length) >>> 0;
    if (ends) break;
  }
  if (guest.length === 0) return null;
  return {
    id: null,
    guestAddress: start,
    label: map.labelOf(start),
    guest,
    translation: [],
    tcAddress: null,
    executions: 0,
  };
}
