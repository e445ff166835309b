/** What the page's wiring uses; types are in `guest.ts` and `library.ts`. */
export { copyName, createGuestLibrary } from './create-library';
export { createDrafts } from './draft';
export type { GuestKind, GuestSummary, NewGuest, StoredGuest } from './guest';
export type { GuestLibrary, LibraryOptions } from './library';
export { newId } from './new-id';
