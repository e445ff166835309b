/** The library, as others mount it: its dialogs come in a chunk of their own when one is first needed. */
export { droppedFiles, readFiles } from '../editor/hand-over';
export { LibraryDialog } from './LazyLibrary';
