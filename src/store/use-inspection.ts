/**
 * A panel's look at the present moment, asked again whenever the moment, the branch or the question changes. The last
 * reply stays while the next one is on its way, so that panels do not flicker. While the guest plays at full speed
 * a panel looks ten times a second: more nobody can read, and each look would take time from the guest.
 */
import { useEffect, useRef, useState } from 'react';
import type { InspectionKind, Inspections } from '../session/debug';
import { isRushing } from './app-state';
import { useActions, useApp } from './use-store';

const BETWEEN_LOOKS_MS = 100;

export interface Look<Reply> {
  /** Null until the first reply to a question of this kind. */
  readonly reply: Reply | null;
  readonly loading: boolean;
}

/** @param request null: nothing is asked */
export function useInspection<Kind extends InspectionKind>(
  kind: Kind,
  request: Inspections[Kind]['request'] | null,
): Look<Inspections[Kind]['reply']> {
  const { inspect } = useActions();
  const view = useApp((s) => s.view);
  const hasty = useApp(isRushing);
  const [reply, setReply] = useState<Inspections[Kind]['reply'] | null>(null);
  const [loading, setLoading] = useState(true);
  const question = JSON.stringify(request);
  const asked = useRef(request);
  asked.current = request;
  const lookedAt = useRef(Number.NEGATIVE_INFINITY);

  // biome-ignore lint/correctness/useExhaustiveDependencies: `question` stands for the request, which is a new object each time
  useEffect(() => {
    if (asked.current === null || view === null) {
      setLoading(false);
      return;
    }
    let mine = true;
    setLoading(true);
    const look = () => {
      if (asked.current === null) return;
      lookedAt.current = performance.now();
      inspect(kind, asked.current).then((found) => {
        if (!mine) return;
        setLoading(false);
        if (found !== null) setReply(found);
      });
    };
    // A look that is put off is dropped if another moment comes first; the last moment is looked at in any case.
    const wait = hasty ? BETWEEN_LOOKS_MS - (performance.now() - lookedAt.current) : 0;
    const timer = wait > 0 ? setTimeout(look, wait) : undefined;
    if (timer === undefined) look();
    return () => {
      // In haste the next moment comes before the reply: a reply about the one before is better than none.
      if (!hasty) mine = false;
      clearTimeout(timer);
    };
  }, [kind, question, view, inspect, hasty]);

  return { reply, loading };
}
