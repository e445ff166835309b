/**
 * The signal an instruction unwinds with when it faults: one preallocated object, because faults are ordinary
 * control flow here and must not cost an `Error` with a stack. The run loop catches it at the boundary.
 *
 * Whoever catches it copies what it needs before doing anything that may fault again.
 */
import { VECTOR } from './state';

/** `errorCode` of a vector that pushes none. */
export const NO_ERROR_CODE = -1;

export class FaultSignal {
  vector = 0;
  /** The error code to push, or `NO_ERROR_CODE`. */
  errorCode = NO_ERROR_CODE;
  /** Faulting linear address, for #PF only. Unsigned. */
  cr2 = 0;
  /** Raised by a task switch after its commit: the registers are the new task's, and so is the saved EIP. */
  inNewTask = false;
}

const signal = new FaultSignal();

/** Ends the current instruction with an exception. */
export function raise(vector: number, errorCode: number = NO_ERROR_CODE): never {
  signal.vector = vector;
  signal.errorCode = errorCode;
  signal.inNewTask = false;
  throw signal;
}

export function raisePageFault(linear: number, errorCode: number): never {
  signal.vector = VECTOR.PF;
  signal.errorCode = errorCode;
  signal.cr2 = linear >>> 0;
  signal.inNewTask = false;
  throw signal;
}

/**
 * Ends the current block before the instruction that throws it has any effect: its bytes changed under it, time
 * is up, or a repeated string instruction makes room for an interrupt.
 */
export const RESYNC = { name: 'resync' } as const;
