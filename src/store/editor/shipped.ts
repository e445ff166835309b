/** The shipped guests as the library offers them, by topic; their sources are fetched when one is opened. */
import { GUEST_CATALOG } from '../../guests/catalog';
import {
  GUEST_TOPICS,
  type GuestFormat,
  type GuestInfo,
  type GuestTopic,
} from '../../guests/shipped-guest';
import { sourceOf } from '../../guests/source-of';
import type { ImageChoice } from '../../session/world';
import type { OpenGuest } from './editor-state';

export interface ShippedTopic {
  readonly topic: GuestTopic;
  readonly guests: readonly GuestInfo[];
}

/** Topics without a guest are left out. */
export const SHIPPED_TOPICS: readonly ShippedTopic[] = GUEST_TOPICS.map((topic) => ({
  topic,
  guests: GUEST_CATALOG.filter((guest) => guest.topic === topic),
})).filter(({ guests }) => guests.length > 0);

/** The guest's source as the editor shows it; null when none has that name. */
export async function openShippedGuest(name: string): Promise<OpenGuest | null> {
  const guest = await sourceOf(name);
  if (!guest) return null;
  return {
    id: null,
    shipped: guest.name,
    name: guest.title,
    kind: 'source',
    main: guest.fileName,
    files: { [guest.fileName]: guest.source, ...guest.files },
    image: imageChoice(guest.format),
    created: 0,
    modified: 0,
  };
}

function imageChoice(format: GuestFormat): ImageChoice {
  switch (format.kind) {
    case 'multiboot-elf':
      return { format: 'multiboot' };
    case 'boot-sector':
      return { format: 'boot-sector' };
    case 'flat': {
      const { loadAddress, entry, bits } = format;
      return { format: 'flat', loadAddress, entry, bits };
    }
  }
}
