/**
 * Which walk over the statements this is, which statement it has reached, and whether anything has moved.
 *
 * Layout, names and bodies all look at it; only `layout.ts` starts walks and goes from statement to statement.
 */
import { SourceError } from './errors';
import type { Statement } from './statements';

export class Walk {
  /** From 1 on. */
  number = 0;
  /** Addresses are known: bytes are written, and errors are told. */
  isLast = false;
  /** The statement being placed. */
  statement!: Statement;
  private somethingMoved = false;
  private moved: Statement | null = null;

  /** Begins the next walk, in which nothing has moved yet. */
  begin(): void {
    this.number++;
    this.somethingMoved = false;
  }

  /** Whether names or sections lie elsewhere than in the walk before. */
  get hasMoved(): boolean {
    return this.somethingMoved;
  }

  /** The statement that moved a name last, in any walk; null where only sections move. */
  get lastMoved(): Statement | null {
    return this.moved;
  }

  /** Notes that a section lies elsewhere than in the walk before. */
  noteMove(): void {
    this.somethingMoved = true;
  }

  /** Notes that the present statement gives its name another value than in the walk before. */
  noteMoveHere(): void {
    this.somethingMoved = true;
    this.moved = this.statement;
  }

  /** An error at the word that begins the present statement. */
  wrong(message: string): SourceError {
    const { token } = this.statement;
    return new SourceError(message, token.at, token.text.length);
  }
}
