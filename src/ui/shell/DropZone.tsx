/** Lets a guest be dropped anywhere on the page: an image, or source with the files it includes. */
import { type ReactNode, useEffect, useState } from 'react';
import { useEditorActions } from '../../store/editor/use-editor';
import { useActions } from '../../store/use-store';
import { droppedFiles, unlessUnreadable } from '../library';

const hasFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') ?? false;

export function DropZone(): ReactNode {
  const { openFiles } = useEditorActions();
  const { report } = useActions();
  const [over, setOver] = useState(false);

  useEffect(() => {
    const onDragOver = (event: DragEvent) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      setOver(true);
    };
    const onDragLeave = (event: DragEvent) => {
      if (event.relatedTarget === null) setOver(false);
    };
    const onDrop = async (event: DragEvent) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      setOver(false);
      if (!event.dataTransfer) return;
      const files = await unlessUnreadable(droppedFiles(event.dataTransfer), report);
      if (files.length > 0) void openFiles(files);
    };
    document.addEventListener('dragover', onDragOver);
    document.addEventListener('dragleave', onDragLeave);
    document.addEventListener('drop', onDrop);
    return () => {
      document.removeEventListener('dragover', onDragOver);
      document.removeEventListener('dragleave', onDragLeave);
      document.removeEventListener('drop', onDrop);
    };
  }, [openFiles, report]);

  return over ? (
    <div className="drop-zone" aria-hidden="true">
      <p>
        Drop a guest: assembly source with its includes, an ELF kernel, a boot sector, a disk or ROM
        image
      </p>
    </div>
  ) : null;
}
