/** One's own guests beside those that ship with Ringside. */
import { useEditor, useEditorActions } from '../../store/editor/use-editor';
import { Modal } from './Modal';
import { OwnGuests } from './OwnGuests';
import { ShippedGuests } from './ShippedGuests';

export function LibraryPanel() {
  const open = useEditor((s) => s.libraryOpen);
  const { setLibraryOpen } = useEditorActions();
  if (!open) return null;
  return (
    <Modal title="Guests" className="library" onClose={() => setLibraryOpen(false)}>
      <div className="library-columns">
        <OwnGuests />
        <ShippedGuests />
      </div>
    </Modal>
  );
}
