/** The shipped guests as the library offers them, by topic; their sources are fetched when one is opened. */
import { GUEST_CATALOG } from '../../guests/catalog';
import {
  GUEST_TOPICS,
  type GuestInfo,
  type GuestTopic,
  loadChoice,
} from '../../guests/shipped-guest';
import { sourceOf } from '../../guests/source-of';
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
    image: loadChoice(guest.format),
    input: guest.input ?? null,
    created: 0,
    modified: 0,
  };
}

/** Nothing types for it, and it waits for somebody who does. */
export const waitsForPerson = (name: string): boolean =>
  GUEST_CATALOG.some((guest) => guest.name === name && guest.typedInTests !== undefined);

const TECHNIQUE_NAMES = { bare: 'No hypervisor', 'binary-translation': 'Binary translation' };

/** What a technique is meant to show this guest that bare hardware would not; null: nothing. */
export function differenceOf(guest: GuestInfo): { technique: string; why: string } | null {
  for (const technique of ['bare', 'binary-translation'] as const) {
    const run = guest.runs[technique];
    if ('notMeant' in run) return { technique: TECHNIQUE_NAMES[technique], why: run.notMeant };
    if (run.difference) {
      return { technique: TECHNIQUE_NAMES[technique], why: run.difference.why };
    }
  }
  return null;
}
