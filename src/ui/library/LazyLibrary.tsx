/** Loads the dialogs of the library when the first of them is needed. */
import { lazy, Suspense } from 'react';
import { useEditor } from '../../store/editor/use-editor';

const Dialogs = lazy(() => import('./Dialogs'));

/** The library, the question how an image is loaded, and the offer to undo a deletion: each when it is wanted. */
export function LibraryDialog() {
  const wanted = useEditor((s) => s.libraryOpen || s.question !== null || s.removed !== null);
  return wanted ? (
    <Suspense fallback={null}>
      <Dialogs />
    </Suspense>
  ) : null;
}
