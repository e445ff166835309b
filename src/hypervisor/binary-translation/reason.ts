/** Why the monitor has control, and what it decided: every entry is one of these, every handler answers with one. */
import type { Callout } from '../memory/layout';

export type EntryReason =
  /** Translated code called through a gate. */
  | { readonly kind: 'callout'; readonly name: Callout }
  | { readonly kind: 'page-fault'; readonly address: number; readonly errorCode: number }
  /** Any other exception: the guest's own, or one that deprivileging made. */
  | { readonly kind: 'exception'; readonly vector: number; readonly errorCode: number }
  /** INT n in directly executed user code, through the gate of that vector. */
  | { readonly kind: 'software-interrupt'; readonly vector: number }
  | { readonly kind: 'device-interrupt'; readonly irq: number }
  /** Single-step trap of user code that has set TF by itself. */
  | { readonly kind: 'single-step' }
  /** INT1 in directly executed user code. */
  | { readonly kind: 'int1' }
  /** #DB from the monitor's own stepping to the end of an inserted sequence. */
  | { readonly kind: 'sequence-step' };

export type Outcome =
  /** Decide anew, from the virtual CPU's state, where the guest goes on. */
  | { readonly kind: 'resume' }
  /** Back to the very instruction that was interrupted, registers as they were. */
  | { readonly kind: 'retry' }
  /** The same, but trap after one machine instruction: an interrupt waits for the end of an inserted sequence. */
  | { readonly kind: 'retry-stepping' };
