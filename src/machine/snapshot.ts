/** Implemented by everything whose state is not bytes of machine memory: devices, buses, monitors. */
export interface Snapshotable<State> {
  /** A plain, cloneable copy; later changes of the original do not show in it. */
  save(): State;
  /** Puts exactly that state back. */
  restore(state: State): void;
}
