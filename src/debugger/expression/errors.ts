/** What is wrong with an expression, or why it has no value just now: a sentence and a place. */

export interface ExpressionError {
  /** For people: what was found, what was expected, what to write. */
  readonly message: string;
  /** 1-based. */
  readonly column: number;
}

/** Thrown inside this folder only; `compileExpression` and `evaluate` turn it into a result. */
export class ExpressionProblem extends Error {
  override readonly name = 'ExpressionProblem';

  constructor(
    message: string,
    readonly column: number,
  ) {
    super(message);
  }
}
