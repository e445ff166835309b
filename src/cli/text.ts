/** Where the command writes and reads: injected, so tests need no process. */
export interface Terminal {
  out(text: string): void;
  error(text: string): void;
  readFile(path: string): Uint8Array | null;
  /** Why a path that was just refused cannot be read, as the end of a sentence: `is a folder`. */
  whyUnreadable(path: string): string;
  /** Whether two paths name the same file, which need not be there yet. */
  isSameFile(one: string, other: string): boolean;
  /** Opens a file for writing in portions. @throws Error with the system's words when it cannot be written */
  writeFile(path: string): FileSink;
}

export interface FileSink {
  write(data: string | Uint8Array): void;
  close(): void;
}

/** Exit statuses of the command. */
export const STATUS = { ended: 0, died: 1, usage: 2, budget: 3 } as const;

/** The reader of stdout went away, as `head` does when it has seen enough: there is nobody to tell. */
export class NobodyListens extends Error {
  override readonly name = 'NobodyListens';
}

/** What the user typed wrong. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
