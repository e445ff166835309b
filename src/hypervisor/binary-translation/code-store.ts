/**
 * Guest code and its translations: finds or makes the translation of a guest EIP, chains exits, drops what the guest's
 * writes and address spaces make wrong, and translates again what keeps hitting traces.
 */
import { SEG } from '../../machine/cpu/state';
import type { Pc } from '../../machine/pc';
import type { Snapshotable } from '../../machine/snapshot';
import type { MonitorMemory } from '../memory/monitor-memory';
import { TranslationCache } from './cache';
import { readUnit } from './code-source';
import type { GuestMemory } from './guest-memory';
import type { Translation } from './translation';
import { translateUnit } from './translator';
import type { VirtualCpu } from './virtual-cpu';

/** Faults of one instruction on traced pages before its translation gets a callout instead. */
const GUILTY_AFTER = 3;

export class CodeStore implements Snapshotable<ReturnType<CodeStore['save']>> {
  readonly cache: TranslationCache;
  /** Guest EIPs whose plain instructions fault on traced pages, with their count so far. */
  private suspects = new Map<number, number>();
  private guilty = new Set<number>();
  /** Old translation to the one that replaced it, by id. */
  private forwards = new Map<number, number>();
  /** CS base and limit that all translations were made for. */
  private codeSegment = '';

  constructor(
    private readonly pc: Pc,
    private readonly virtual: VirtualCpu,
    private readonly guest: GuestMemory,
    memory: MonitorMemory,
    cacheBytes: number,
  ) {
    this.cache = new TranslationCache(memory, cacheBytes);
  }

  /** The translation was replaced: a forwarding jump stands where it began. */
  isForwarded(id: number): boolean {
    return this.forwards.has(id);
  }

  /** The translation of the virtual CPU's EIP; null if the code cannot be fetched. */
  find(): Translation | null {
    this.checkCodeSegment();
    const { eip } = this.virtual;
    const found = this.cache.find(eip);
    if (!found) return this.translate(eip);
    if (this.mappingOf(found, true) !== 'moved') return found;
    this.invalidate(found, 'its code is mapped elsewhere now');
    return this.translate(eip);
  }

  /** Makes an exit lead straight to the translation of the virtual CPU's EIP. */
  chain(from: Translation, exit: number): void {
    const to = this.find();
    if (!to || !this.cache.holds(from)) return;
    this.cache.chain(from, exit, to);
    const site = from.tcAddress + (from.exits[exit]?.slot ?? 0);
    this.pc.events.emit({ kind: 'chained', from: from.id, to: to.id, site });
  }

  private translate(eip: number): Translation | null {
    const segment = this.virtual.segment(SEG.CS);
    const unit = readUnit(this.guest.tables, this.guest.paging(), segment, eip);
    if (!unit) return null;
    const code = translateUnit(unit.guest, this.guilty, segment.limit);
    if (!this.cache.hasRoom(code.bytes.length)) this.flushCache('the cache is full');
    const guestLinear = (segment.base + eip) >>> 0;
    const translation = this.cache.add({ guestEip: eip, guestLinear, ...unit }, code);
    this.cache.misses++;
    const { clock } = this.pc;
    clock.charge(
      'translating',
      clock.costs.translateTu + unit.guest.length * clock.costs.translateInsn,
    );
    this.pc.events.emit({ kind: 'cache-miss', guestEip: eip });
    this.pc.events.emit({
      kind: 'translated',
      block: translation.id,
      guestEip: eip,
      guestLinear,
      tcAddress: translation.tcAddress,
      guestInstructions: unit.guest.length,
      bytes: translation.bytes,
    });
    for (const frame of unit.pages.values()) this.guest.trace(frame, 'code');
    return translation;
  }

  /** Translations hold for one code segment; another base or limit starts over. */
  private checkCodeSegment(): void {
    const { base, limit } = this.virtual.segment(SEG.CS);
    const key = `${base}:${limit}`;
    if (key === this.codeSegment) return;
    if (this.cache.all.length > 0) this.flushCache('the kernel runs on another code segment');
    this.codeSegment = key;
  }

  private flushCache(reason: string): void {
    this.cache.flush();
    this.forwards.clear();
    this.pc.events.emit({ kind: 'cache-flushed', reason });
    this.guest.untraceAll('code');
  }

  /** Drops translations of frames that were written, whose bytes are no longer what was translated. */
  checkWritten(frame: number): void {
    for (const translation of this.cache.all) {
      if (!this.cache.isValid(translation.id)) continue;
      if (![...translation.pages.values()].includes(frame)) continue;
      const now = this.guest.tables.bytes(
        this.guest.paging(),
        translation.guestLinear,
        translation.source.length,
      );
      const same =
        now !== null &&
        now.length === translation.source.length &&
        translation.source.every((byte, i) => byte === now[i]);
      if (!same) this.invalidate(translation, 'the guest wrote to its code');
    }
  }

  /**
   * After the guest changed its address space: translations hold only where their code is still mapped. Where the new
   * mapping has not been used yet, silicon would set its accessed bits at the next fetch: so the next entry has to come
   * through the dispatcher, which does.
   */
  checkMappings(): void {
    for (const translation of this.cache.all) {
      if (!this.cache.isValid(translation.id)) continue;
      const state = this.mappingOf(translation, false);
      if (state === 'moved') this.invalidate(translation, 'its code is mapped elsewhere now');
      else if (state === 'untouched') this.unchained(this.cache.unlink(translation));
    }
  }

  /** How the guest maps a translation's code now; `commit` sets accessed bits, as fetching it does. */
  mappingOf(translation: Translation, commit: boolean): 'touched' | 'untouched' | 'moved' {
    let touched = true;
    for (const [page, frame] of translation.pages) {
      const access = { write: false, user: false, commit };
      const walk = this.guest.tables.walk(this.guest.paging(), (page << 12) >>> 0, access);
      if (walk.kind === 'fault' || walk.address >>> 12 !== frame) return 'moved';
      touched &&= walk.accessed;
    }
    return touched ? 'touched' : 'untouched';
  }

  private invalidate(translation: Translation, reason: string): void {
    this.unchained(this.cache.invalidate(translation));
    this.pc.events.emit({ kind: 'invalidated', block: translation.id, reason });
  }

  private unchained(chains: readonly { readonly from: number; readonly to: number }[]): void {
    for (const { from, to } of chains) this.pc.events.emit({ kind: 'unchained', from, to });
  }

  /** Innocent until proven guilty: an instruction that keeps hitting traces is translated again, with a callout. */
  suspect(eip: number): void {
    const count = (this.suspects.get(eip) ?? 0) + 1;
    this.suspects.set(eip, count);
    if (count < GUILTY_AFTER || this.guilty.has(eip)) return;
    this.guilty.add(eip);
    for (const old of [...this.cache.all]) {
      const contains = old.guest.some((instruction) => instruction.decoded.address === eip);
      if (contains && this.cache.holds(old)) this.retranslate(old, eip);
    }
  }

  private retranslate(old: Translation, eip: number): void {
    this.cache.retire(old);
    const replacement = this.translate(old.guestEip);
    // Making room for the replacement may have thrown the old one away.
    if (!replacement || this.cache.get(old.id) !== old) return;
    this.cache.forward(old, replacement);
    this.forwards.set(old.id, replacement.id);
    this.pc.events.emit({
      kind: 'retranslated',
      block: old.id,
      replacement: replacement.id,
      guestEip: eip,
    });
  }

  save() {
    return {
      cache: this.cache.save(),
      suspects: [...this.suspects],
      guilty: [...this.guilty],
      forwards: [...this.forwards],
      codeSegment: this.codeSegment,
    };
  }

  restore(state: ReturnType<CodeStore['save']>): void {
    this.cache.restore(state.cache);
    this.suspects = new Map(state.suspects);
    this.guilty = new Set(state.guilty);
    this.forwards = new Map(state.forwards);
    this.codeSegment = state.codeSegment;
  }
}
