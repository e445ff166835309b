/** Arithmetic of the timeline's window: zooming around a place, panning, following. Pure. */

/** A stretch of the run in machine steps, `[from, to)`. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** No window is narrower: a mark then has room for its neighbours. */
export const NARROWEST = 32;

const clampSpan = (from: number, length: number, end: number): Span => {
  const start = Math.round(Math.max(0, Math.min(from, end - length)));
  return { from: start, to: Math.round(start + length) };
};

/**
 * Zooms by `factor` (above 1: closer) and keeps `at` where it is in the picture.
 *
 * @param end number of machine steps in the run as far as known
 * @returns the new window, or null for the whole run
 */
export function zoomAround(span: Span, at: number, factor: number, end: number): Span | null {
  const length = Math.max(NARROWEST, (span.to - span.from) / factor);
  if (length >= end) return null;
  const share = (at - span.from) / (span.to - span.from);
  return clampSpan(at - share * length, length, end);
}

/** Moves the window by a share of its own length; stays inside the run. */
export const pan = (span: Span, share: number, end: number): Span =>
  clampSpan(span.from + share * (span.to - span.from), span.to - span.from, end);

/** The window moved, if need be, so that `at` is in it: a third from the edge it left through. */
export function follow(span: Span, at: number, end: number): Span {
  const length = span.to - span.from;
  if (at < span.from) return clampSpan(at - (2 * length) / 3, length, end);
  if (at >= span.to) return clampSpan(at - length / 3, length, end);
  return span;
}
