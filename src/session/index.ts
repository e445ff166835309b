/** The session: what its doorways (worker, command) and the tests use. */

export type { System } from '../hypervisor/core/system';
export type { Outcome } from '../machine/outcome';
export type * from './api';
export { assembleSource } from './assemble-source';
export { countsOf } from './counts';
export { ACCEPTED_GUESTS, problemOf } from './load-guest';
export { resultObject, traceLine } from './report';
export { makeSystem } from './run';
export { Session, type SessionOptions } from './session';
export type * from './view';
export * from './world';
