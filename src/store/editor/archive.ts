/** All files of a guest in one zip archive, and back. The library for it is fetched when the first archive is made or read. */
import { err, ok, type Result } from '../../base/result';
import type { Problem } from '../../session/view';
import type { SourceFiles } from '../../toolchain/api';
import type { Download, NamedBytes } from './editor-state';

const LARGEST_BYTES = 64 * 1024 * 1024;
/** The first day that the format can tell: the same files make the same archive. */
const MTIME = new Date(1980, 0, 1);

/** "PK", 3, 4: a local file header comes first. */
export const isArchive = ({ bytes }: NamedBytes): boolean =>
  [0x50, 0x4b, 3, 4].every((byte, i) => bytes[i] === byte);

/** @param name of the guest: of the archive without its ending, and of the folder inside */
export async function archiveOf(name: string, files: SourceFiles): Promise<Download> {
  const { zipSync } = await import('fflate');
  const folder = name.replace(/[^\w.-]+/g, '-').replace(/^[.-]+|-+$/g, '') || 'guest';
  const entries = Object.entries(files).map(([path, content]) => {
    const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
    return [`${folder}/${path}`, bytes] as const;
  });
  const bytes = zipSync(Object.fromEntries(entries), { mtime: MTIME });
  return { name: `${folder}.zip`, bytes, type: 'application/zip' };
}

/** The files in an archive, folders in their names. */
export async function filesInArchive({
  name,
  bytes,
}: NamedBytes): Promise<Result<NamedBytes[], Problem>> {
  const { unzipSync } = await import('fflate');
  let size = 0;
  try {
    const files = unzipSync(bytes, {
      filter: (file) => {
        size += file.originalSize;
        return size <= LARGEST_BYTES && !file.name.endsWith('/');
      },
    });
    if (size > LARGEST_BYTES) {
      const message = `${name} holds more than ${LARGEST_BYTES / 1024 / 1024} MiB.`;
      return err({ message, file: name, hint: 'Unpack it and open the files of the guest alone.' });
    }
    return ok(Object.entries(files).map(([path, content]) => ({ name: path, bytes: content })));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return err({
      message: `${name} begins like a zip archive and cannot be read: ${why}.`,
      file: name,
      hint: 'It may be cut short. Make it again, or unpack it elsewhere and open its files.',
    });
  }
}
