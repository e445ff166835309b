/**
 * Publishes `data-idle` on the root element: `false` from the key press on, `true` once no command is pending, play
 * is off, React has drawn the last reply and no animation runs. Browser tests and the benchmark wait for it.
 */
import { useEffect } from 'react';
import type { AppStore } from '../../store/store';
import { motionsRunning, subscribeToMotion } from '../shared/motion';

export function useIdleSignal(store: AppStore): void {
  useEffect(() => {
    const root = document.documentElement;
    let frame = 0;
    const isIdle = () => {
      const { busy, playing, view } = store.getState();
      return !busy && !playing && view !== null && motionsRunning() === 0;
    };
    const publish = () => {
      cancelAnimationFrame(frame);
      if (!isIdle()) {
        root.dataset.idle = 'false';
        return;
      }
      // React draws the reply before the next frame, and a panel may start its animation then.
      frame = requestAnimationFrame(() => {
        if (isIdle()) root.dataset.idle = 'true';
      });
    };
    const stops = [store.subscribe(publish), subscribeToMotion(publish)];
    publish();
    return () => {
      cancelAnimationFrame(frame);
      for (const stop of stops) stop();
    };
  }, [store]);
}
