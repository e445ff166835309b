/** Why a machine stopped. Plain data; shown to people, so every message names what happened and where. */
export type Outcome =
  /** The debug-exit port was written. `code` is the byte written. */
  | { readonly kind: 'exited'; readonly code: number }
  /** HLT with nothing that could ever wake the CPU. */
  | { readonly kind: 'halted' }
  /** The instruction budget of this run is spent: the machine can go on. */
  | { readonly kind: 'budget' }
  | { readonly kind: 'triple-fault'; readonly message: string }
  /** A monitor ended its guest. */
  | { readonly kind: 'killed'; readonly message: string }
  /** Something Ringside does not implement, named: bytes, text and address. The machine stays inspectable. */
  | { readonly kind: 'stopped'; readonly message: string };

/** Thrown inside the machine or a monitor for what is not implemented; the run loop turns it into `stopped`. */
export class NotImplemented extends Error {
  override readonly name = 'NotImplemented';
}
