/** The shipped texts that a guest needs, fetched before it is loaded: loading itself waits for nothing. */
import { err, ok, type Result } from '../base/result';
import { NO_TEXTS, type ShippedTexts } from '../guests/shipped-guest';
import { libraryFor, sourceOf } from '../guests/source-of';
import type { Problem } from './view';
import type { GuestSource } from './world';

export async function fetchTexts(guest: GuestSource): Promise<Result<ShippedTexts, Problem>> {
  try {
    return ok(await textsFor(guest));
  } catch (error) {
    return err({
      message: `The texts that ${guest.name} needs could not be fetched: ${error instanceof Error ? error.message : error}`,
      hint: 'Check the connection and open the guest again; if that does not help, reload the page.',
    });
  }
}

async function textsFor(guest: GuestSource): Promise<ShippedTexts> {
  switch (guest.kind) {
    case 'shipped': {
      const found = await sourceOf(guest.name);
      return found ? { guests: [found], library: {} } : NO_TEXTS;
    }
    case 'assembly':
      return {
        guests: [],
        library: await libraryFor([guest.text, ...Object.values(guest.files ?? {})]),
      };
    case 'image':
      return NO_TEXTS;
  }
}
