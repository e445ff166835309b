/** The browser's file dialog behind a button: a hidden field that opens what was chosen as a guest. */
import type { Ref } from 'react';
import { useEditorActions } from '../../store/editor/use-editor';
import { useActions } from '../../store/use-store';
import { readFiles, unlessUnreadable } from '../editor/hand-over';

export interface FilePickerProps {
  /** To open the dialog: `click()` it. */
  readonly ref: Ref<HTMLInputElement>;
  readonly label: string;
  /** Takes a whole folder instead of files. */
  readonly folder?: boolean;
  readonly testId?: string;
}

export function FilePicker({ ref, label, folder = false, testId }: FilePickerProps) {
  const { openFiles } = useEditorActions();
  const { report } = useActions();
  return (
    <input
      ref={ref}
      type="file"
      hidden
      aria-label={label}
      data-testid={testId}
      {...(folder ? { webkitdirectory: '' } : { multiple: true })}
      onChange={async (event) => {
        const input = event.currentTarget;
        const chosen = await unlessUnreadable(readFiles(input.files ?? []), report);
        // The same file may be chosen again after it was mended.
        input.value = '';
        if (chosen.length > 0) void openFiles(chosen);
      }}
    />
  );
}
