/**
 * Publishes `data-idle` on the root element: `false` from the key press on, `true` once no command is pending, no
 * guest is being opened, play is off, React has drawn the last reply and no animation runs. Browser tests and the
 * benchmark wait for it.
 */
import { useEffect } from 'react';
import type { EditorStore } from '../../store/editor/editor-state';
import type { AppStore } from '../../store/store';

const noMotion = window.matchMedia('(prefers-reduced-motion: reduce)');

/** Animations that will end by themselves. Asking makes the browser compute styles, so not when there are none. */
const runningAnimations = (): readonly Animation[] =>
  noMotion.matches
    ? []
    : document
        .getAnimations()
        .filter(
          (a) => a.playState === 'running' && a.effect?.getComputedTiming().endTime !== Infinity,
        );

export function useIdleSignal(store: AppStore, editor: EditorStore): void {
  useEffect(() => {
    const root = document.documentElement;
    let frame = 0;
    const atRest = () => {
      const { busy, playing, view } = store.getState();
      return !busy && !playing && view !== null && editor.getState().opening === 0;
    };
    const publish = () => {
      cancelAnimationFrame(frame);
      if (!atRest()) {
        root.dataset.idle = 'false';
        return;
      }
      // React draws the reply before the next frame, and a panel may start its animation then.
      frame = requestAnimationFrame(() => {
        if (!atRest()) return;
        const animations = runningAnimations();
        if (animations.length === 0) root.dataset.idle = 'true';
        else void Promise.allSettled(animations.map((a) => a.finished)).then(publish);
      });
    };
    const stops = [store.subscribe(publish), editor.subscribe(publish)];
    publish();
    return () => {
      cancelAnimationFrame(frame);
      for (const stop of stops) stop();
    };
  }, [store, editor]);
}
