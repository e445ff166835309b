/**
 * The shelf in IndexedDB. Records and contents are two object stores, so that a list of guests does not read their
 * bytes; one transaction writes both.
 *
 * Version 1: `guests` (GuestRecord by `id`), `contents` (`{ id, files }` by `id`), `settings` (text by name).
 */
import { type DBSchema, type IDBPDatabase, openDB } from 'idb';
import type { SourceFiles } from '../toolchain/api';
import type { GuestRecord, Shelf } from './shelf';

const DATABASE = 'ringside';
const VERSION = 1;

interface Schema extends DBSchema {
  guests: { key: string; value: GuestRecord };
  contents: { key: string; value: { readonly id: string; readonly files: SourceFiles } };
  settings: { key: string; value: string };
}

/** A page of an older version in another tab keeps the database from being opened. */
export class StorageBlocked extends Error {
  override readonly name = 'StorageBlocked';
}

/** The browser has not answered for so long that nobody should wait for it. */
export class StorageSilent extends Error {
  override readonly name = 'StorageSilent';
}

const PATIENCE_MS = 5000;

/**
 * The database is opened by the first use, and again after the browser closed it.
 *
 * @param patience milliseconds until a browser that does not answer counts as one that refuses
 */
export function indexedDbShelf(name = DATABASE, patience = PATIENCE_MS): Shelf {
  let opened: Promise<IDBPDatabase<Schema>> | null = null;
  const database = (): Promise<IDBPDatabase<Schema>> => {
    if (opened) return opened;
    const closed = () => {
      if (opened === mine) opened = null;
    };
    const mine = open(name, patience, closed);
    opened = mine;
    // A failure is not remembered: the next use tries again. But silence is, or each use would wait for its end.
    mine.catch((error) => {
      if (!(error instanceof StorageSilent)) closed();
    });
    return mine;
  };

  return {
    records: async () => (await database()).getAll('guests'),
    record: async (id) => (await (await database()).get('guests', id)) ?? null,
    files: async (id) => (await (await database()).get('contents', id))?.files ?? null,
    async put(record, files) {
      const change = (await database()).transaction(['guests', 'contents'], 'readwrite');
      await Promise.all([
        change.objectStore('guests').put(record),
        change.objectStore('contents').put({ id: record.id, files }),
        change.done,
      ]);
    },
    async delete(id) {
      const change = (await database()).transaction(['guests', 'contents'], 'readwrite');
      await Promise.all([
        change.objectStore('guests').delete(id),
        change.objectStore('contents').delete(id),
        change.done,
      ]);
    },
    setting: async (key) => (await (await database()).get('settings', key)) ?? null,
    async setSetting(key, value) {
      const db = await database();
      if (value === null) await db.delete('settings', key);
      else await db.put('settings', value, key);
    },
  };
}

/** @param closed called when the connection is no longer of use */
function open(name: string, patience: number, closed: () => void): Promise<IDBPDatabase<Schema>> {
  return new Promise((resolve, reject) => {
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      reject(new StorageSilent('The browser does not open its storage.'));
    }, patience);
    openDB<Schema>(name, VERSION, {
      upgrade(db) {
        db.createObjectStore('guests', { keyPath: 'id' });
        db.createObjectStore('contents', { keyPath: 'id' });
        db.createObjectStore('settings');
      },
      blocked: () => reject(new StorageBlocked('Another tab keeps the storage from being opened.')),
      blocking(_current, _blocked, event) {
        // A newer version of the page waits in another tab: this one makes way.
        (event.target as IDBDatabase).close();
        closed();
      },
      terminated: closed,
    })
      .then((database) => {
        // Nobody waits for it any more, and open it would keep others from a new version.
        if (late) {
          database.close();
          closed();
        } else resolve(database);
      }, reject)
      .finally(() => clearTimeout(timer));
  });
}
