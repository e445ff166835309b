/** What the toolchain's worker uses. Pages import the types of `api.ts` only. */
export type * from './api';
export { createToolchain } from './toolchain';
