/** The library, as others mount it: its dialogs come in a chunk of their own when one is first needed. */
export { droppedFiles, unlessUnreadable } from '../editor/hand-over';
export { FilePicker } from './FilePicker';
export { LibraryDialog } from './LazyLibrary';
