import { describe, expect, it } from 'vitest';
import { createDrafts, withDraft } from './draft';
import type { StoredGuest } from './guest';

function fakeStorage() {
  const kept = new Map<string, string>();
  return {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
  } as unknown as Storage;
}

const guest: StoredGuest = {
  ...{ id: 'g', name: 'G', kind: 'source', main: 'a.asm', created: 1, modified: 5 },
  files: { 'a.asm': 'old', 'logo.bin': Uint8Array.of(1, 2) },
  image: null,
  breakpoints: [],
};

describe('a draft', () => {
  it('gives its texts to the guest it is of, beside the bytes, once', () => {
    const storage = fakeStorage();
    const drafts = createDrafts(
      () => storage,
      () => 9,
    );
    drafts.put({ ...guest, files: { ...guest.files, 'a.asm': 'new' } });
    const draft = drafts.take();
    expect(draft && withDraft(guest, draft)?.files).toEqual({
      'a.asm': 'new',
      'logo.bin': Uint8Array.of(1, 2),
    });
    expect(drafts.take()).toBeNull();
  });

  it('gives way to what was kept later, and to another guest', () => {
    const draft = { id: 'g', time: 4, main: 'a.asm', texts: { 'a.asm': 'new' } };
    expect(withDraft(guest, draft)).toBeNull();
    expect(withDraft({ ...guest, id: 'h', modified: 1 }, draft)).toBeNull();
  });

  it('is left out where the browser keeps nothing', () => {
    const refusing = createDrafts(
      () => {
        throw new DOMException('no', 'SecurityError');
      },
      () => 1,
    );
    expect(() => refusing.put(guest)).not.toThrow();
    expect(refusing.take()).toBeNull();
  });
});
