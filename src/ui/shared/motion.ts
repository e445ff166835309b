/**
 * Counts the animations that are running, so the page can say when it is at rest (`data-idle`). A panel that
 * starts one calls `beginMotion()` and calls what it returns when the animation ends or is cut short.
 */
let running = 0;
const listeners = new Set<() => void>();

const tell = () => {
  for (const listener of listeners) listener();
};

/** Marks one animation as running. Returns a function that ends it; calling that twice is harmless. */
export function beginMotion(): () => void {
  let ended = false;
  running += 1;
  tell();
  return () => {
    if (ended) return;
    ended = true;
    running -= 1;
    tell();
  };
}

export const motionsRunning = (): number => running;

export function subscribeToMotion(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** True when the reader asked for no motion: panels then show the end state at once. */
export const prefersReducedMotion = (): boolean =>
  window.matchMedia('(prefers-reduced-motion: reduce)').matches;
