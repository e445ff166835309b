/**
 * A panel's look at the present moment, asked again whenever the moment, the branch or the question changes. The last
 * reply stays while the next one is on its way, so that panels do not flicker.
 */
import { useEffect, useRef, useState } from 'react';
import type { InspectionKind, Inspections } from '../session/debug';
import { useActions, useApp } from './use-store';

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
  const [reply, setReply] = useState<Inspections[Kind]['reply'] | null>(null);
  const [loading, setLoading] = useState(true);
  const question = JSON.stringify(request);
  const asked = useRef(request);
  asked.current = request;

  // biome-ignore lint/correctness/useExhaustiveDependencies: `question` stands for the request, which is a new object each time
  useEffect(() => {
    if (asked.current === null || view === null) {
      setLoading(false);
      return;
    }
    let mine = true;
    setLoading(true);
    inspect(kind, asked.current).then((found) => {
      if (!mine) return;
      setLoading(false);
      if (found !== null) setReply(found);
    });
    return () => {
      mine = false;
    };
  }, [kind, question, view, inspect]);

  return { reply, loading };
}
