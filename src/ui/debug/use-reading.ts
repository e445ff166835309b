/** A look whose request may be an expression that cannot be evaluated: the reply, or why there is none. */
import type { InspectionKind, Inspections } from '../../session/debug';
import { useInspection } from '../../store/use-inspection';

type Readable<Reply> = Exclude<Reply, { readonly unreadable: string }>;

export interface Reading<Reply> {
  readonly reply: Readable<Reply> | null;
  readonly problem: string | null;
}

/** @param request null: nothing is asked */
export function useReading<Kind extends InspectionKind>(
  kind: Kind,
  request: Inspections[Kind]['request'] | null,
): Reading<Inspections[Kind]['reply']> {
  const { reply } = useInspection(kind, request);
  if (reply !== null && typeof reply === 'object' && 'unreadable' in reply) {
    return { reply: null, problem: (reply as { readonly unreadable: string }).unreadable };
  }
  return { reply: reply as Readable<Inspections[Kind]['reply']> | null, problem: null };
}
