/**
 * `%stacksize`, `%arg` and `%local`: names for a procedure's parameters and variables, as addresses relative to (E)BP.
 *
 * @see NASM manual, "Stack Relative Preprocessor Directives"
 */
import { SourceError } from '../errors';
import type { Token } from '../lexer';
import { type Table, table } from '../table';

interface Frame {
  readonly pointer: 'ebp' | 'bp';
  /** Bytes of a stack slot. */
  readonly slot: number;
  /** From the pointer to the first parameter: behind the saved pointer and the return address. */
  readonly first: number;
}

/** `small` is called near with 16 bits, `large` as NASM counts for far calls, `flat` with 32. */
const FRAMES: Table<Frame> = table({
  flat: { pointer: 'ebp', slot: 4, first: 8 },
  large: { pointer: 'bp', slot: 2, first: 4 },
  small: { pointer: 'bp', slot: 2, first: 6 },
});

const SIZES: Table<number> = table({ byte: 1, word: 2, dword: 4, qword: 8, tword: 10 });

export interface StackName {
  readonly name: string;
  /** What it stands for: `(ebp+8)`. */
  readonly address: string;
}

export class StackFrames {
  private frame: Frame = FRAMES.flat!;
  private nextArgument = this.frame.first;
  private locals = 0;

  /** Bytes of all variables: what ENTER wants to know. */
  get localBytes(): number {
    return this.locals;
  }

  /** @throws SourceError when there is no such model */
  choose(token: Token | undefined, at: number): void {
    const frame = FRAMES[token?.text.toLowerCase() ?? ''];
    if (!frame) {
      const found = token ? `'${token.text}'` : 'the end of the line';
      const message = `%stacksize takes flat, small or large, found ${found}`;
      throw new SourceError(message, token?.at ?? at, token?.text.length ?? 1);
    }
    this.frame = frame;
    this.nextArgument = frame.first;
    this.locals = 0;
  }

  /** `%arg a:dword, b:word`. */
  arguments(tokens: readonly Token[], at: number): StackName[] {
    return declarations('arg', tokens, at).map(({ name, size }) => {
      const address = `(${this.frame.pointer}+${this.nextArgument})`;
      this.nextArgument += this.inSlots(size);
      return { name, address };
    });
  }

  /** `%local a:dword, b:word`. */
  variables(tokens: readonly Token[], at: number): StackName[] {
    return declarations('local', tokens, at).map(({ name, size }) => {
      this.locals += this.inSlots(size);
      return { name, address: `(${this.frame.pointer}-${this.locals})` };
    });
  }

  private inSlots(size: number): number {
    return Math.ceil(size / this.frame.slot) * this.frame.slot;
  }
}

function declarations(
  directive: string,
  tokens: readonly Token[],
  at: number,
): { readonly name: string; readonly size: number }[] {
  const found: { name: string; size: number }[] = [];
  for (let i = 0; i < tokens.length || i === 0; i += 4) {
    const [name, colon, type, comma] = tokens.slice(i, i + 4);
    const size = SIZES[type?.text.toLowerCase() ?? ''];
    if (name?.kind !== 'word' || colon?.text !== ':' || size === undefined) {
      const message = `%${directive} needs names and sizes, as in '%${directive} count:dword, flag:byte'`;
      throw new SourceError(message, name?.at ?? at, name?.text.length ?? 1);
    }
    if (comma && comma.text !== ',') {
      const message = `expected ',' between names, found '${comma.text}'`;
      throw new SourceError(message, comma.at, comma.text.length);
    }
    found.push({ name: name.text, size });
  }
  return found;
}
