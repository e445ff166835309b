/** Lets a guest file be dropped anywhere on the page. */
import { type ReactNode, useEffect, useState } from 'react';
import { guestFromFile } from '../../store/guest-file';
import { useActions } from '../../store/use-store';

const hasFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') ?? false;

export function DropZone(): ReactNode {
  const { openGuest } = useActions();
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
      const file = event.dataTransfer?.files[0];
      if (file) void openGuest(guestFromFile(file.name, new Uint8Array(await file.arrayBuffer())));
    };
    document.addEventListener('dragover', onDragOver);
    document.addEventListener('dragleave', onDragLeave);
    document.addEventListener('drop', onDrop);
    return () => {
      document.removeEventListener('dragover', onDragOver);
      document.removeEventListener('dragleave', onDragLeave);
      document.removeEventListener('drop', onDrop);
    };
  }, [openGuest]);

  return over ? (
    <div className="drop-zone" aria-hidden="true">
      <p>Drop a guest: assembly source (.asm) or a Multiboot ELF file</p>
    </div>
  ) : null;
}
