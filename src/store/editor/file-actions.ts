/** Changing the open program: texts, files, how it is loaded. A shipped guest is never changed. */
import type { Diagnostic } from '../../toolchain/api';
import { isOnSource, moved, textOf } from './breakpoints';
import type { EditorActions, EditorState, OpenGuest } from './editor-state';
import { lineMap } from './line-map';
import { withSuggestion } from './problems';
import { nameProblem, withFile, withoutFile, withRenamed } from './program-files';

type FileActions = Pick<
  EditorActions,
  | 'selectFile'
  | 'edit'
  | 'addFile'
  | 'renameFile'
  | 'removeFile'
  | 'setMain'
  | 'setImage'
  | 'setInput'
  | 'applySuggestion'
>;

export interface FileDeps {
  readonly get: () => EditorState;
  readonly set: (change: Partial<EditorState>) => void;
  /** Texts, files or the main file changed: assemble and keep. */
  readonly changed: () => void;
  /** Something changed that is only to be kept. */
  readonly keep: () => void;
}

const READ_ONLY = 'A shipped guest is read-only: edit a copy of it.';

export function fileActions({ get, set, changed, keep }: FileDeps): FileActions {
  /** The open program if it may be changed. */
  const own = (): OpenGuest | null => {
    const { guest } = get();
    return guest && guest.id !== null ? guest : null;
  };

  const edit = (file: string, text: string): void => {
    const guest = own();
    if (!guest || typeof guest.files[file] !== 'string' || guest.files[file] === text) return;
    const map = lineMap(textOf(guest.files, file), text);
    set({
      guest: { ...guest, files: withFile(guest.files, file, text) },
      waiting: get().waiting.map((breakpoint) =>
        isOnSource(breakpoint) && breakpoint.place.file === file
          ? moved(breakpoint, map)
          : breakpoint,
      ),
    });
    changed();
  };

  return {
    edit,
    selectFile(file) {
      const { guest } = get();
      if (guest && Object.hasOwn(guest.files, file)) set({ activeFile: file });
    },
    addFile(name, content = '') {
      const guest = own();
      if (!guest) return READ_ONLY;
      const problem = nameProblem(name.trim(), guest.files);
      if (problem) return problem;
      set({
        guest: { ...guest, files: withFile(guest.files, name.trim(), content) },
        activeFile: name.trim(),
      });
      changed();
      return null;
    },
    renameFile(file, given) {
      const guest = own();
      const name = given.trim();
      if (!guest) return READ_ONLY;
      if (name === file) return null;
      const problem = nameProblem(name, guest.files);
      if (problem) return problem;
      set({
        guest: withRenamed(guest, file, name),
        activeFile: get().activeFile === file ? name : get().activeFile,
        waiting: get().waiting.map((breakpoint) =>
          isOnSource(breakpoint) && breakpoint.place.file === file
            ? { ...breakpoint, place: { ...breakpoint.place, file: name } }
            : breakpoint,
        ),
      });
      changed();
      return null;
    },
    removeFile(file) {
      const guest = own();
      if (!guest || file === guest.main || !Object.hasOwn(guest.files, file)) return;
      set({
        guest: { ...guest, files: withoutFile(guest.files, file) },
        activeFile: get().activeFile === file ? guest.main : get().activeFile,
        waiting: get().waiting.filter((b) => !isOnSource(b) || b.place.file !== file),
      });
      changed();
    },
    setMain(file) {
      const guest = own();
      if (!guest || typeof guest.files[file] !== 'string') return;
      set({ guest: { ...guest, main: file } });
      changed();
    },
    setImage(image) {
      const guest = own();
      if (!guest) return;
      set({ guest: { ...guest, image } });
      keep();
    },
    setInput(input) {
      const guest = own();
      if (!guest) return;
      set({ guest: { ...guest, input } });
      keep();
    },
    applySuggestion(diagnostic: Diagnostic) {
      const guest = own();
      if (!guest) return;
      const text = withSuggestion(textOf(guest.files, diagnostic.file), diagnostic);
      if (text !== null) edit(diagnostic.file, text);
    },
  };
}
