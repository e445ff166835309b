/**
 * The translation cache: where translations lie, how guest addresses find them, how they are chained and dropped.
 *
 * Code bytes, exit slots and the 256-entry lookup table are in emulated memory; this class holds the monitor's
 * books about them. Space is handed out in order; when it is used up everything is flushed.
 */
import { invariant } from '../../base/assert';
import type { Snapshotable } from '../../machine/snapshot';
import { CACHE_BASE, CACHE_BYTES, LOOKUP_BASE, LOOKUP_ENTRIES } from '../memory/layout';
import type { MonitorMemory } from '../memory/monitor-memory';
import { calloutBytes, dword } from './emitter';
import type { Translation } from './translation';
import type { Emitted } from './translator';

/** Translations start on multiples of this. */
const ALIGNMENT = 16;
/** As many translations as there are execution counters. */
const LIMIT = 65536;

/** A chained exit: `from` jumps straight into `to`. */
export interface Chain {
  readonly from: number;
  readonly exit: number;
  readonly to: number;
}

export interface CacheState {
  readonly translations: readonly Translation[];
  readonly valid: readonly boolean[];
  readonly chains: readonly Chain[];
  readonly next: number;
  readonly forgotten: number;
  readonly misses: number;
  readonly chainCount: number;
  /** Execution counters, which lie outside RAM. */
  readonly executions: Int32Array;
}

export class TranslationCache implements Snapshotable<CacheState> {
  private translations: Translation[] = [];
  private valid: boolean[] = [];
  private byEip = new Map<number, number>();
  private chains: Chain[] = [];
  private next = CACHE_BASE;
  /** Executions of translations that a flush has thrown away. */
  private forgotten = 0;
  misses = 0;
  chainCount = 0;

  constructor(
    private readonly memory: MonitorMemory,
    private readonly capacity: number = CACHE_BYTES,
  ) {}

  private get counts(): Int32Array {
    return this.memory.memory.entryCounts;
  }

  get all(): readonly Translation[] {
    return this.translations;
  }

  get usedBytes(): number {
    return this.next - CACHE_BASE;
  }

  get capacityBytes(): number {
    return this.capacity;
  }

  isValid(id: number): boolean {
    return this.valid[id] ?? false;
  }

  /** True while this very translation is in use (an id alone may have gone to another since a flush). */
  holds(translation: Translation): boolean {
    return this.isValid(translation.id) && this.translations[translation.id] === translation;
  }

  /** Times the translation was entered. */
  executions(id: number): number {
    return this.counts[id] ?? 0;
  }

  /** Entries into translations since the start, by whatever way. */
  get entries(): number {
    let sum = this.forgotten;
    for (let id = 0; id < this.translations.length; id++) sum += this.executions(id);
    return sum;
  }

  chainedTo(id: number): number[] {
    return this.chains.filter((chain) => chain.from === id).map((chain) => chain.to);
  }

  isChained(id: number, exit: number): boolean {
    return this.chains.some((chain) => chain.from === id && chain.exit === exit);
  }

  /** The valid translation that starts at a guest EIP. */
  find(guestEip: number): Translation | null {
    const id = this.byEip.get(guestEip >>> 0);
    return id === undefined ? null : (this.translations[id] ?? null);
  }

  get(id: number): Translation | null {
    return this.translations[id] ?? null;
  }

  /** The translation whose bytes hold a cache address, valid or not: by binary search, as space goes out in order. */
  at(tcAddress: number): Translation | null {
    let low = 0;
    let high = this.translations.length - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      const candidate = this.translations[middle];
      if (!candidate || tcAddress < candidate.tcAddress) high = middle - 1;
      else if (tcAddress >= candidate.tcAddress + candidate.bytes) low = middle + 1;
      else return candidate;
    }
    return null;
  }

  hasRoom(bytes: number): boolean {
    return this.next + bytes <= CACHE_BASE + this.capacity && this.translations.length < LIMIT;
  }

  /** Writes a translation into the cache and enters it in the books. */
  add(
    unit: Pick<Translation, 'guestEip' | 'guestLinear' | 'guest' | 'source' | 'pages'>,
    code: Emitted,
  ): Translation {
    invariant(this.hasRoom(code.bytes.length), 'the caller flushes a full cache first');
    const translation: Translation = {
      ...unit,
      id: this.translations.length,
      tcAddress: this.next,
      bytes: code.bytes.length,
      records: code.records,
      exits: code.exits,
    };
    this.memory.write(translation.tcAddress, code.bytes);
    this.next += Math.ceil(code.bytes.length / ALIGNMENT) * ALIGNMENT;
    this.translations.push(translation);
    this.valid.push(true);
    this.counts[translation.id] = 0;
    this.byEip.set(unit.guestEip >>> 0, translation.id);
    return translation;
  }

  /** Puts a translation into the in-cache lookup table, over whatever shared its slot. */
  publish(translation: Translation): void {
    this.writeLookup(translation.guestEip & 0xff, translation.guestEip, translation.tcAddress);
  }

  /** Makes an exit jump straight into its target's translation. */
  chain(from: Translation, exitIndex: number, to: Translation): void {
    const exit = from.exits[exitIndex];
    invariant(exit !== undefined, 'a chained exit exists');
    const slot = from.tcAddress + exit.slot;
    this.memory.write(slot, [0xe9, ...dword(to.tcAddress - (slot + 5)), 0x90, 0x90]);
    if (exit.branch !== null) this.pointBranch(from, exit.branch, to.tcAddress);
    this.chains.push({ from: from.id, exit: exitIndex, to: to.id });
    this.chainCount++;
  }

  /**
   * Takes a translation out of use: nothing jumps or looks up to it any more. Its bytes stay until the next flush.
   * @returns the chains that were cut
   */
  invalidate(translation: Translation): readonly Chain[] {
    if (!this.isValid(translation.id)) return [];
    this.retire(translation);
    return this.unchainFrom(translation);
  }

  /** Cuts every short way to a translation: its next entry goes through the monitor's dispatcher. It stays valid. */
  unlink(translation: Translation): readonly Chain[] {
    const slot = translation.guestEip & 0xff;
    if (this.readLookupTarget(slot) === translation.tcAddress) this.clearLookup(slot);
    return this.unchainFrom(translation);
  }

  private unchainFrom(translation: Translation): readonly Chain[] {
    const cut = this.chains.filter((chain) => chain.to === translation.id);
    if (cut.length === 0) return cut;
    for (const chain of cut) this.unchain(chain);
    this.chains = this.chains.filter((chain) => chain.to !== translation.id);
    return cut;
  }

  /** Takes a translation out of the books; jumps that are chained to it stay, for a forwarding jump to catch. */
  retire(translation: Translation): void {
    this.valid[translation.id] = false;
    if (this.byEip.get(translation.guestEip >>> 0) === translation.id) {
      this.byEip.delete(translation.guestEip >>> 0);
    }
    const slot = translation.guestEip & 0xff;
    if (this.readLookupTarget(slot) === translation.tcAddress) this.clearLookup(slot);
  }

  /** Makes every entry of an old translation go on to its replacement: the forwarding jump of adaptive retranslation. */
  forward(from: Translation, to: Translation): void {
    this.memory.write(from.tcAddress, [0xe9, ...dword(to.tcAddress - (from.tcAddress + 5))]);
    // Whoever is chained to the old one arrives at the new one, and has to be cut off when that goes.
    this.chains = this.chains.map((chain) =>
      chain.to === from.id ? { ...chain, to: to.id } : chain,
    );
  }

  flush(): void {
    this.forgotten = this.entries;
    this.counts.fill(0, 0, this.translations.length);
    this.translations = [];
    this.valid = [];
    this.byEip.clear();
    this.chains = [];
    this.next = CACHE_BASE;
    this.clearLookupTable();
  }

  clearLookupTable(): void {
    for (let slot = 0; slot < LOOKUP_ENTRIES; slot++) this.clearLookup(slot);
  }

  private unchain(chain: Chain): void {
    const from = this.translations[chain.from];
    const exit = from?.exits[chain.exit];
    invariant(from && exit, 'a chain leads from an exit');
    this.memory.write(from.tcAddress + exit.slot, calloutBytes('dispatch'));
    if (exit.branch !== null) this.pointBranch(from, exit.branch, from.tcAddress + exit.slot);
  }

  private pointBranch(from: Translation, branch: number, target: number): void {
    const field = from.tcAddress + branch;
    this.memory.write(field, dword(target - (field + 4)));
  }

  private readLookupTarget(slot: number): number {
    return this.memory.read32(LOOKUP_BASE + slot * 8 + 4);
  }

  private writeLookup(slot: number, guestEip: number, target: number): void {
    const entry = LOOKUP_BASE + slot * 8;
    this.memory.write32(entry, -guestEip >>> 0);
    this.memory.write32(entry + 4, target >>> 0);
  }

  /** A key whose low byte belongs to another slot never matches. */
  private clearLookup(slot: number): void {
    this.writeLookup(slot, (slot + 1) & 0xff, 0);
  }

  save(): CacheState {
    return {
      translations: this.translations.slice(),
      valid: this.valid.slice(),
      chains: this.chains.slice(),
      next: this.next,
      forgotten: this.forgotten,
      misses: this.misses,
      chainCount: this.chainCount,
      executions: this.counts.slice(0, this.translations.length),
    };
  }

  restore(state: CacheState): void {
    this.translations = state.translations.slice();
    this.valid = state.valid.slice();
    this.chains = state.chains.slice();
    this.next = state.next;
    this.forgotten = state.forgotten;
    this.misses = state.misses;
    this.chainCount = state.chainCount;
    this.counts.set(state.executions);
    this.byEip = new Map();
    for (const translation of this.translations) {
      if (this.valid[translation.id]) this.byEip.set(translation.guestEip >>> 0, translation.id);
    }
  }
}
