/** How the open program is loaded: automatic, or as its owner says. */
import type { ImageChoice } from '../../session/world';
import type { OpenGuest } from '../../store/editor/editor-state';
import { choiceInWords } from '../../store/editor/load-plan';
import { useEditorActions } from '../../store/editor/use-editor';
import { Select } from '../shared/Select';

const CHOICES: readonly {
  readonly value: string;
  readonly label: string;
  readonly choice: ImageChoice | null;
}[] = [
  { value: 'auto', label: 'Load: automatic', choice: null },
  { value: 'multiboot', label: 'Load: Multiboot', choice: { format: 'multiboot' } },
  { value: 'flat32', label: 'Load: flat, 32-bit', choice: { format: 'flat', bits: 32 } },
  { value: 'flat16', label: 'Load: flat, 16-bit', choice: { format: 'flat', bits: 16 } },
  { value: 'boot-sector', label: 'Load: boot sector', choice: { format: 'boot-sector' } },
  { value: 'rom', label: 'Load: ROM', choice: { format: 'rom' } },
];

const choiceName = (image: ImageChoice | null): string =>
  image?.format === 'flat' ? `flat${image.bits ?? 32}` : (image?.format ?? 'auto');

export function LoadChoice({ guest }: { readonly guest: OpenGuest }) {
  const { setImage } = useEditorActions();
  if (guest.id === null) {
    return <span className="load-choice">{choiceInWords(guest.image)}</span>;
  }
  return (
    <Select
      plain
      label="How the program is loaded"
      value={choiceName(guest.image)}
      options={CHOICES}
      onChange={(value) => setImage(CHOICES.find((c) => c.value === value)?.choice ?? null)}
    />
  );
}
