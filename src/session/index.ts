/** The session: what its doorways (worker, command) and the tests use. */
export type * from './api';
export { countsOf } from './counts';
export { ACCEPTED_GUESTS, problemOf } from './load-guest';
export { makeSystem } from './run';
export { Session, type SessionOptions } from './session';
export type * from './view';
export * from './world';
