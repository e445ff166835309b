/** Measures an element, so that geometry can be laid out in real pixels. */
import { type RefObject, useLayoutEffect, useRef, useState } from 'react';

/**
 * Width of the element the returned ref is put on, in CSS pixels, kept up to date. `initial` stands in until the first
 * measurement, which happens before the first paint.
 */
export function useWidth<T extends HTMLElement>(initial: number): [RefObject<T | null>, number] {
  const ref = useRef<T>(null);
  const [width, setWidth] = useState(initial);
  useLayoutEffect(() => {
    const element = ref.current;
    if (!element) return;
    const measure = () => {
      const now = element.clientWidth;
      if (now > 0) setWidth(now);
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return [ref, width];
}
