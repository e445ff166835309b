/** The text of one shipped guest, fetched only when someone opens it: the sources are a chunk of their own. */
import type { ShippedGuest } from './shipped-guest';

/** @returns the guest with its source and included files, or undefined if none has that name */
export async function sourceOf(name: string): Promise<ShippedGuest | undefined> {
  const { shippedGuest } = await import('./registry');
  return shippedGuest(name);
}
