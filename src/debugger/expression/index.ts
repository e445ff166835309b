/** Expressions over registers, flags, labels and memory: what conditions, watches and go-to fields are written in. */
export { compileExpression, type Expression, type Labels, type Readable } from './compile';
export type { ExpressionError } from './errors';
export { REGISTER_NAMES } from './registers';
