/**
 * What crosses the worker boundary: types only. The page sees the machine through these and nothing else.
 *
 * Every call is one message and gets exactly one reply. Arguments and results are plain data.
 */
import type { SessionApi } from '../session/api';

export type * from '../session/api';
export type * from '../session/debug';
export type * from '../session/view';
export type * from '../session/world';

/** Names of the session's methods. */
export type Method = keyof SessionApi;

/** A call that failed in the worker: an error of ours, told so that no promise hangs. */
export interface Failure {
  readonly kind: 'failed';
  readonly message: string;
  /** For the console of whoever develops; never shown to students. */
  readonly stack: string;
}

export type Reply = { readonly kind: 'done'; readonly value: unknown } | Failure;

/** What the worker exposes. */
export interface Doorway {
  call(method: Method, args: readonly unknown[]): Promise<Reply>;
}

/**
 * The worker's first message: it listens from now on. Its modules wait for WebAssembly (top-level await), and what
 * is sent to a module worker before it listens is lost.
 */
export type Ready = 'ready';
