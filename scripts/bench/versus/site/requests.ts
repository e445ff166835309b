/** What the page asks the worker, and what comes back. Plain data, but for an image's bytes. */
import type { TechniqueId } from '../../../../src/session/world';
import type { SpeedGuest } from '../guest';
import type { Contest, Standing } from '../rounds';

export type Request =
  | { readonly kind: 'contest'; readonly guest: SpeedGuest; readonly contest: Contest }
  /** Loads a session as the site's worker does, and does nothing more. */
  | { readonly kind: 'load'; readonly image: Uint8Array; readonly technique: TechniqueId }
  /** The worker's code alone. */
  | { readonly kind: 'nothing' };

export type Answer =
  | { readonly kind: 'standings'; readonly standings: readonly Standing[] }
  /** With the bytes of all WebAssembly memories made by our code. */
  | { readonly kind: 'done'; readonly memoryBytes: number }
  | { readonly kind: 'failed'; readonly message: string };

/** The worker's first word. */
export type Ready = 'ready';

/** Arrays of bytes do not survive the way into a page: requests travel as text. */
export const toText = (request: Request): string =>
  JSON.stringify(request, (_, value) => (value instanceof Uint8Array ? [...value] : value));

export const fromText = (text: string): Request =>
  JSON.parse(text, (key, value) => (key === 'image' ? Uint8Array.from(value) : value));
