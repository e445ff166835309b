/**
 * The list of shipped guests, one line each, without their sources: what a page needs to offer them. To add a guest see
 * the README. Order is reading order.
 */
import { bootSector } from './boot-sector/guest';
import { callGate } from './call-gate/guest';
import { copyOnWrite } from './copy-on-write/guest';
import { helloRings } from './hello-rings/guest';
import { keyboardEcho } from './keyboard-echo/guest';
import { pageTables } from './page-tables/guest';
import { redPill } from './red-pill/guest';
import { selfModifying } from './self-modifying/guest';
import { silentSeventeen } from './silent-seventeen/guest';
import { systemCalls } from './system-calls/guest';
import { taskSwitch } from './task-switch/guest';
import { threads } from './threads/guest';
import { timerInterrupts } from './timer-interrupts/guest';
import { tinyos } from './tinyos/guest';
import { tripleFault } from './triple-fault/guest';
import { userCli } from './user-cli/guest';
import { virtual8086 } from './virtual-8086/guest';
import type { GuestInfo } from './shipped-guest';

export const GUEST_CATALOG: readonly GuestInfo[] = [
  userCli,
  bootSector,
  helloRings,
  systemCalls,
  silentSeventeen,
  callGate,
  tripleFault,
  timerInterrupts,
  keyboardEcho,
  pageTables,
  copyOnWrite,
  selfModifying,
  redPill,
  virtual8086,
  threads,
  taskSwitch,
  tinyos,
];
