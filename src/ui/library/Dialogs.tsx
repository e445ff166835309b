/** The dialogs around guests; the store says which of them is open. */
import { ImageDialog } from './ImageDialog';
import { LibraryPanel } from './LibraryPanel';
import { UndoToast } from './UndoToast';
import './library.css';

export default function Dialogs() {
  return (
    <>
      <LibraryPanel />
      <ImageDialog />
      <UndoToast />
    </>
  );
}
