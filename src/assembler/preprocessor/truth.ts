/**
 * Whether that holds which an `%if…` or `%elif…` asks: of a value, of names, of what tokens look like.
 *
 * Which lines count for that is kept in `conditions.ts`.
 */
import { SourceError } from '../errors';
import { type Token, tokenize } from '../lexer';
import { type DirectiveLine, tokensFrom } from './directive-line';
import { PACKAGES } from './packages';
import type { Workspace } from './workspace';

/**
 * The truth of `%if<kind> …`.
 *
 * @param kind what follows "if", with a leading n for "not"
 * @throws SourceError when there is no such condition, or what it asks about is missing or wrong
 */
export function isTrue(kind: string, line: DirectiveLine, workspace: Workspace): boolean {
  const negated = kind.startsWith('n') && kind !== 'num';
  const found = holds(negated ? kind.slice(1) : kind, kind, line, workspace);
  return negated ? !found : found;
}

function holds(plain: string, kind: string, line: DirectiveLine, workspace: Workspace): boolean {
  const { text, at, origin, percent } = line;
  if (plain === '') return workspace.constant(tokensFrom(text, at), text.length, at) !== 0n;
  const rest = text.slice(at);
  const raw = tokenize(rest);
  if (/^(def|macro|ctx|env|using|usable)$/.test(plain) && raw.length === 0) {
    throw new SourceError(`%if${kind} needs a name`, text.length);
  }
  switch (plain) {
    case 'def':
      return raw.some((token) => workspace.defines.has(token.text));
    case 'macro':
      return workspace.macros.matches(rest);
    case 'ctx':
      return raw.some((token) => workspace.contexts.isInnermost(token.text));
    // A guest knows no environment.
    case 'env':
      return false;
    case 'using':
      return raw.some((token) => workspace.packages.has(token.text.toLowerCase()));
    case 'usable':
      return raw.some((token) => Object.hasOwn(PACKAGES, token.text.toLowerCase()));
  }
  const tokens = workspace.defines.expand(raw, origin);
  switch (plain) {
    case 'idn':
    case 'idni':
      return isSameText(tokens, plain === 'idni', kind, at);
    // As NASM does: only the beginning is looked at.
    case 'num': {
      const isSigned = tokens[0]?.text === '-' || tokens[0]?.text === '+';
      return tokens[isSigned ? 1 : 0]?.kind === 'number';
    }
    case 'str':
      return tokens[0]?.kind === 'string';
    case 'id':
      return tokens[0]?.kind === 'word';
    case 'empty':
      return tokens.length === 0;
    case 'token':
      return tokens.length === 1;
    default:
      throw new SourceError(`unknown condition '%if${kind}'`, percent, kind.length + 3);
  }
}

/** `%ifidn`: whether the texts on both sides of the first comma are the same. */
function isSameText(tokens: readonly Token[], anyCase: boolean, kind: string, at: number): boolean {
  const comma = tokens.findIndex((token) => token.text === ',');
  if (comma < 0) throw new SourceError(`%if${kind} needs two texts and a comma`, at);
  const [left, right] = [tokens.slice(0, comma), tokens.slice(comma + 1)].map((side) => {
    const joined = side.map((token) => token.text).join(' ');
    return anyCase ? joined.toLowerCase() : joined;
  });
  return left === right;
}
