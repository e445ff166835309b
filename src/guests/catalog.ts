/**
 * The list of shipped guests, one line each, without their sources: what a page needs to offer them. To add a guest see
 * the README. Order is reading order.
 */
import { callGate } from './call-gate/guest';
import { helloRings } from './hello-rings/guest';
import { pageTables } from './page-tables/guest';
import { redPill } from './red-pill/guest';
import { selfModifying } from './self-modifying/guest';
import { silentSeventeen } from './silent-seventeen/guest';
import { timerInterrupts } from './timer-interrupts/guest';
import { userCli } from './user-cli/guest';
import type { GuestInfo } from './shipped-guest';

export const GUEST_CATALOG: readonly GuestInfo[] = [
  userCli,
  helloRings,
  silentSeventeen,
  callGate,
  timerInterrupts,
  pageTables,
  selfModifying,
  redPill,
];
