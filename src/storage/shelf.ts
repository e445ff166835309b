/**
 * Where guests lie: a few records that can be read, put and taken away. The library's rules stand above it; below it is
 * IndexedDB, or memory.
 */
import type { SourceFiles } from '../toolchain/api';
import type { StoredGuest } from './guest';

/** A guest without its contents. */
export interface GuestRecord extends Omit<StoredGuest, 'files'> {
  /** 0, or how many removals there had been with this one: the oldest has the lowest number. */
  readonly removed: number;
  /** When it was removed, in milliseconds since 1970; absent: it was not. */
  readonly removedAt?: number;
}

/** All methods reject when the storage does. */
export interface Shelf {
  /** Removed ones too, in no order. */
  records(): Promise<readonly GuestRecord[]>;
  record(id: string): Promise<GuestRecord | null>;
  files(id: string): Promise<SourceFiles | null>;
  /** Record and contents together, or neither. */
  put(record: GuestRecord, files: SourceFiles): Promise<void>;
  delete(id: string): Promise<void>;
  setting(name: string): Promise<string | null>;
  setSetting(name: string, value: string | null): Promise<void>;
}

export function memoryShelf(): Shelf {
  const records = new Map<string, GuestRecord>();
  const contents = new Map<string, SourceFiles>();
  const settings = new Map<string, string>();
  return {
    records: async () => [...records.values()],
    record: async (id) => records.get(id) ?? null,
    files: async (id) => contents.get(id) ?? null,
    async put(record, files) {
      records.set(record.id, record);
      contents.set(record.id, files);
    },
    async delete(id) {
      records.delete(id);
      contents.delete(id);
    },
    setting: async (name) => settings.get(name) ?? null,
    async setSetting(name, value) {
      if (value === null) settings.delete(name);
      else settings.set(name, value);
    },
  };
}
