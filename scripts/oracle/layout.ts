/** Where a random program finds things; `program.ts` lays them out, the instruction makers aim at them. */

/** Every random instruction has a slot of its own: whatever happens in it, the handler goes on at the next. */
export const SLOT_BYTES = 64;

/**
 * Eight linear pages with different rights:
 * 0, 1, 7 user, writable; 2 user, read-only; 3 supervisor; 4 absent; 5 the same frame as 0; 6 supervisor, read-only
 */
export const WINDOW = 0x400000;
/** Two user pages that 16-bit addresses reach. */
export const LOW_WINDOW = 0x8000;
/** Bases of the segments in FS and GS. */
export const FS_BASE = WINDOW;
export const GS_BASE = WINDOW + 0x800;
/** A dword, writable in ring 3: where to go on after a fault outside the slots. */
export const RESUME = LOW_WINDOW - 4;

export const SELECTOR = {
  kernelCode: 0x08,
  kernelData: 0x10,
  userCode: 0x1b,
  userData: 0x23,
  task: 0x28,
  fs: 0x33,
  gs: 0x3b,
  absent: 0x43,
  readOnly: 0x4b,
  conforming: 0x50,
  local: 0x58,
  callGate: 0x63,
  executeOnly: 0x6b,
  ring1Data: 0x71,
  beyond: 0xff8,
} as const;
