/** Loads the editor when it is first shown. */
import { lazy, Suspense } from 'react';

const Loaded = lazy(() => import('./EditorPane'));

export function EditorPane() {
  return (
    <Suspense fallback={<p className="panel-note">Loading the editor…</p>}>
      <Loaded />
    </Suspense>
  );
}
