import { describe, expect, it } from 'vitest';
import { archiveOf, filesInArchive, isArchive } from './archive';
import { importFiles } from './import-files';

const FILES = {
  'kernel.asm': '        bits 32\n%include "lib/print.inc"\nincbin "logo.bin"\n',
  'lib/print.inc': '; prints ä\n',
  'logo.bin': Uint8Array.of(0, 1, 2, 255),
};

describe('a guest in an archive', () => {
  it('comes out as it went in, folders and bytes included, and is the same program', async () => {
    const archive = await archiveOf('My guest: 2', FILES);
    expect(archive.name).toBe('My-guest-2.zip');
    expect(isArchive(archive)).toBe(true);
    const files = await filesInArchive(archive);
    if (!files.ok) throw new Error(files.error.message);
    const imported = importFiles(files.value);
    expect(imported).toMatchObject({ kind: 'source', main: 'kernel.asm', files: FILES });
  });

  it('is the same archive every time', async () => {
    const [one, other] = [await archiveOf('g', FILES), await archiveOf('g', FILES)];
    expect(one.bytes).toEqual(other.bytes);
  });

  it('that is cut short is refused with a reason', async () => {
    const { name, bytes } = await archiveOf('g', FILES);
    const files = await filesInArchive({ name, bytes: bytes.subarray(0, bytes.length - 30) });
    expect(files).toMatchObject({ ok: false, error: { file: 'g.zip' } });
  });
});
