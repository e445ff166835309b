/** After a deletion: what went, and the way back. It stays until it is used or dismissed. */
import { Undo2, X } from 'lucide-react';
import { createPortal } from 'react-dom';
import { useEditor, useEditorActions } from '../../store/editor/use-editor';
import { Button, IconButton } from '../shared/Button';

export function UndoToast() {
  const removed = useEditor((s) => s.removed);
  const libraryOpen = useEditor((s) => s.libraryOpen);
  const { undoRemove, dismissRemoved } = useEditorActions();
  if (!removed) return null;
  const toast = (
    <div className="undo-toast" role="status">
      <span>
        Deleted <strong>{removed.name}</strong>. It is gone for good at the next start.
      </span>
      <Button onClick={() => void undoRemove()}>
        <Undo2 size={14} aria-hidden="true" /> Undo
      </Button>
      <IconButton label="Dismiss" className="quiet" tipSide="end" onClick={dismissRemoved}>
        <X size={14} aria-hidden="true" />
      </IconButton>
    </div>
  );
  // An open modal dialog covers the page and makes it inert: the offer stands inside it then.
  const dialog = libraryOpen ? document.querySelector('dialog.library .modal-body') : null;
  return dialog ? createPortal(toast, dialog) : toast;
}
