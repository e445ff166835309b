/**
 * A guest of one's own as it is kept between visits: its files, what is to be started, and how. Plain data that
 * IndexedDB can clone.
 */
import type { Breakpoint } from '../session/debug';
import type { GuestInput, ImageChoice } from '../session/world';
import type { SourceFiles } from '../toolchain/api';

export type GuestKind =
  /** Assembly source: `main` is assembled with the other files at hand. */
  | 'source'
  /** A ready image (ELF, boot sector, disk, ROM, flat): the bytes of `main`. */
  | 'image';

/** What a list of guests shows: everything but the contents. */
export interface GuestSummary {
  readonly id: string;
  /** Chosen by its owner; not unique. */
  readonly name: string;
  readonly kind: GuestKind;
  /** A key of `files`. */
  readonly main: string;
  /** Milliseconds since 1970. */
  readonly created: number;
  readonly modified: number;
}

export interface StoredGuest extends GuestSummary {
  readonly files: SourceFiles;
  /** How it is loaded; null: as its bytes say. */
  readonly image: ImageChoice | null;
  /** Typed and sent from the start; absent: nothing. */
  readonly input?: GuestInput;
  /** Those that stand on its source lines, in terms of `files`. */
  readonly breakpoints: readonly Breakpoint[];
}

/** A guest that is not kept yet: the library gives it an id and its times. */
export type NewGuest = Omit<StoredGuest, 'id' | 'created' | 'modified'>;

export const summaryOf = ({
  id,
  name,
  kind,
  main,
  created,
  modified,
}: StoredGuest): GuestSummary => ({ id, name, kind, main, created, modified });
