/**
 * Lines that invoke a macro: found among the others, and their macro's body put before the lines still to be read.
 *
 * The table of macros, and what their parameters become, is in `macros.ts`.
 */
import { SourceError } from '../errors';
import type { Token } from '../lexer';
import { formsNamed } from '../mnemonics';
import type { Line, Origin } from '../origin';
import { argumentTexts, type Invocation, type Macro } from './macros';
import { placeOf, splitArguments } from './text';
import type { Workspace } from './workspace';

export class Invocations {
  /** So far: each has names of its own, by its number. */
  private count = 0;

  constructor(private readonly workspace: Workspace) {}

  /**
   * When the line invokes a macro its body is queued; a label before it is handed out first.
   *
   * @param end where the line ends, for errors
   * @returns the line to hand out, or null when there is nothing but the invocation
   * @throws SourceError when the macro takes other parameters, or invokes itself
   */
  carryOut(tokens: readonly Token[], origin: Origin, end: number): Line | null {
    let at = 0;
    if (tokens[1]?.text === ':' && tokens[0]?.kind === 'word') at = 2;
    else if (tokens[0]?.kind === 'word' && !this.isMacro(tokens[0]) && this.isMacro(tokens[1])) {
      at = 1;
    }
    const head = tokens[at];
    if (!head || !this.isMacro(head)) return { tokens, origin, end };
    const list = splitArguments(tokens.slice(at + 1));
    const { macros, reader } = this.workspace;
    // `%macro push 2` leaves `push eax` alone, and inside itself a name means the instruction it hides.
    const isHidden = formsNamed(head.text.toLowerCase()) !== undefined;
    const fitting = macros.withCount(head.text, list.length);
    if (isHidden && (!fitting || this.isBeingInvoked(fitting))) return { tokens, origin, end };
    const macro = macros.choose(head, list.length);
    if (this.isBeingInvoked(macro)) {
      const message = `macro '${head.text}' invokes itself: only %rmacro may`;
      throw new SourceError(message, head.at, head.text.length);
    }
    if (reader.isTooDeep) {
      const message = `macro '${head.text}' invokes itself endlessly`;
      throw new SourceError(message, head.at, head.text.length);
    }
    const invocation: Invocation = {
      id: ++this.count,
      macro,
      name: head.text,
      arguments: argumentTexts(macro, list),
      label: at > 0 ? tokens[0]!.text : '',
      origin: placeOf(origin),
    };
    reader.openMacro(invocation);
    return at > 0 && !macro.takesLabel ? { tokens: tokens.slice(0, at), origin, end } : null;
  }

  private isBeingInvoked(macro: Macro): boolean {
    return !macro.recursive && this.workspace.reader.isInside(macro);
  }

  private isMacro(token: Token | undefined): boolean {
    return token?.kind === 'word' && this.workspace.macros.named(token.text) !== undefined;
  }
}
