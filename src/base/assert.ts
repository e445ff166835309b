/** Our own mistakes: an invariant that did not hold. Never thrown for what a guest or a user does. */
export class InvariantError extends Error {
  override readonly name = 'InvariantError';
}

/** Throws `InvariantError` naming the broken rule. */
export function invariant(condition: unknown, rule: string): asserts condition {
  if (!condition) throw new InvariantError(rule);
}

/** Ends every `switch` over a union: a new case that nobody handles fails to compile. */
export function assertNever(value: never): never {
  throw new InvariantError(`unhandled case: ${JSON.stringify(value)}`);
}
