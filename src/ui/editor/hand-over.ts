/** Files in and out of the page: downloads, and files a person picked or dropped. */
import type { Problem } from '../../session/view';
import type { Download, NamedBytes } from '../../store/editor/editor-state';

/** Long enough for the browser to have begun reading. */
const KEPT_MS = 10_000;

export function handOver({ name, bytes, type }: Download): void {
  const address = URL.createObjectURL(new Blob([new Uint8Array(bytes)], { type }));
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), KEPT_MS);
}

/** A file that cannot be read is told of, and nothing is opened. */
export async function unlessUnreadable(
  reading: Promise<NamedBytes[]>,
  report: (problem: Problem) => void,
): Promise<NamedBytes[]> {
  try {
    return await reading;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const hint = 'It may have been moved or changed meanwhile, or be a folder without access.';
    report({ message: `A file could not be read: ${why}`, hint });
    return [];
  }
}

/** Names with their folders, when a folder was chosen. */
export async function readFiles(files: Iterable<File>): Promise<NamedBytes[]> {
  return Promise.all(
    [...files].map(async (file) => ({
      name: file.webkitRelativePath || file.name,
      bytes: new Uint8Array(await file.arrayBuffer()),
    })),
  );
}

/** What was dropped: files, and folders with all that is in them. To be called while the event is handled. */
export function droppedFiles(transfer: DataTransfer): Promise<NamedBytes[]> {
  const entries = [...transfer.items].flatMap((item) => item.webkitGetAsEntry() ?? []);
  if (entries.length === 0) return readFiles(transfer.files);
  return Promise.all(entries.map((entry) => readEntry(entry))).then((found) => found.flat());
}

async function readEntry(entry: FileSystemEntry): Promise<NamedBytes[]> {
  const name = entry.fullPath.replace(/^\//, '');
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) =>
      (entry as FileSystemFileEntry).file(resolve, reject),
    );
    return [{ name, bytes: new Uint8Array(await file.arrayBuffer()) }];
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  const found: NamedBytes[] = [];
  // A directory is read in portions, until an empty one.
  for (;;) {
    const portion = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    );
    if (portion.length === 0) return found;
    for (const child of portion) found.push(...(await readEntry(child)));
  }
}
