/** What crosses the boundary between the page and the toolchain's worker: types only, and plain data. */
import type { ToolchainApi } from '../toolchain/api';
import type { Reply } from './protocol';

export type * from '../toolchain/api';
export type { Failure, Ready, Reply } from './protocol';

export type ToolchainMethod = keyof ToolchainApi;

/** What the worker exposes: one call, one reply. */
export interface ToolchainDoorway {
  call(method: ToolchainMethod, args: readonly unknown[]): Promise<Reply>;
}
