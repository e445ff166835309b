/** The looks of the debugger: one function per kind, `(context, request) => reply`. Start with `context.ts`. */

export { calls } from './calls';
export { disassembly, instructionAt } from './code';
export type { GuestLabel, GuestNames, InspectContext, SourcePlace } from './context';
export { baseOf, bitsOf, linearEip, lookAt } from './cpu';
export { memory } from './memory';
export { pages } from './pages';
export { stack } from './stack';
export { tables } from './tables';
export { walk } from './walk';
