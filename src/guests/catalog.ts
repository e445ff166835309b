/**
 * The list of shipped guests, one line each, without their sources: what a page needs to offer them. To add a guest see
 * the README. Order is reading order.
 */
import { helloRings } from './hello-rings/guest';
import type { GuestInfo } from './shipped-guest';

export const GUEST_CATALOG: readonly GuestInfo[] = [helloRings];
