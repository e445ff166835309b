/**
 * Directives that give names a text or a value, or take it away: %define and its kin, %assign, strings, %arg and %local.
 *
 * The names are kept in `defines.ts`; names of macros with lines are given in `reading-directives.ts`.
 */
import { SourceError } from '../errors';
import { type Token, tokenize } from '../lexer';
import { type Table, table } from '../table';
import { parametersIn } from './defines';
import { type Directive, type DirectiveLine, subjectOf, tokensFrom } from './directive-line';
import type { StackName } from './stack-frames';
import { STRING_DIRECTIVES, stringDirective } from './strings';
import { numberTokens } from './text';
import type { Workspace } from './workspace';

/** `%idefine`, `%iassign`: the name in upper and lower case alike. */
const isAnyCase = ({ name }: DirectiveLine): boolean => name.startsWith('i');

const define: Directive = (line, _words, { defines }) => {
  const { name, text, at, origin } = line;
  const found = /^\s*([A-Za-z_.?@$][\w.?@$#~]*)(\(\s*([^)]*)\))?/.exec(text.slice(at));
  if (!found) throw new SourceError(`%${name} needs a name`, at);
  let body: readonly Token[] = tokensFrom(text, at + found[0].length);
  if (name.endsWith('xdefine')) body = defines.expand(body, origin);
  const parameters = found[2] === undefined ? null : parametersIn(found[3] ?? '');
  defines.set(found[1]!, { parameters, body }, isAnyCase(line));
};

const undefine: Directive = (_line, words, { defines }) => {
  for (const token of words) defines.delete(token.text);
};

const assign: Directive = (line, _words, workspace) => {
  const { text, at } = line;
  const subject = subjectOf(line);
  if (!subject) throw new SourceError('%assign needs a name and a value', at);
  const body = numberTokens(workspace.constant(tokensFrom(text, subject.end), text.length));
  workspace.defines.set(subject.name, { parameters: null, body }, isAnyCase(line));
};

const defineString: Directive = (line, _words, workspace) => {
  const { name, text, at, origin } = line;
  const subject = subjectOf(line);
  if (!subject) throw new SourceError(`%${name} needs a name`, at);
  const given = tokensFrom(text, subject.end).filter((token, i) => i > 0 || token.text !== ',');
  const operands = workspace.defines.expand(given, origin);
  const constant = (tokens: readonly Token[]): bigint => workspace.constant(tokens, text.length);
  const body = stringDirective(name.replace(/^i/, ''), operands, subject.end, constant);
  workspace.defines.set(subject.name, { parameters: null, body }, isAnyCase(line));
};

const defineAlias: Directive = ({ text, at }, _words, { defines }) => {
  const found = /^\s*(\S+)\s+(\S+)/.exec(text.slice(at));
  if (!found) throw new SourceError('%defalias needs two names', at);
  defines.set(found[1]!, { parameters: null, body: tokenize(found[2]!) });
};

const clear: Directive = ({ text, at }, _words, { defines, macros }) => {
  const rest = text.slice(at);
  if (!/^\s*(all\s+)?i?(m|r)/.test(rest)) defines.clear();
  if (!/^\s*(all\s+)?i?d/.test(rest)) macros.clear();
};

const pathSearch: Directive = (line, _words, { defines }) => {
  const subject = subjectOf(line);
  const file = tokenize(line.text.slice(subject?.end ?? line.at)).find(({ text }) => text !== ',');
  if (!subject || !file) throw new SourceError('%pathsearch needs a name and a file', line.at);
  defines.set(subject.name, { parameters: null, body: [file] });
};

const stackSize: Directive = ({ text, at }, _words, { stackFrames }) =>
  stackFrames.choose(tokensFrom(text, at)[0], at);

const stackArguments: Directive = ({ text, at }, _words, workspace) => {
  const { stackFrames } = workspace;
  nameAll(stackFrames.arguments(tokensFrom(text, at), at), workspace);
};

const stackVariables: Directive = ({ text, at }, _words, workspace) => {
  const { contexts, defines, stackFrames } = workspace;
  nameAll(stackFrames.variables(tokensFrom(text, at), at), workspace);
  const size = contexts.inner('localsize');
  if (size === undefined) return;
  defines.set(size, { parameters: null, body: numberTokens(BigInt(stackFrames.localBytes)) });
};

function nameAll(names: readonly StackName[], { defines }: Workspace): void {
  for (const { name, address } of names) {
    defines.set(name, { parameters: null, body: tokenize(address) });
  }
}

const strings = [...STRING_DIRECTIVES].flatMap((name) => [
  [name, defineString],
  [`i${name}`, defineString],
]);

export const NAMING: Table<Directive> = table({
  ...{ define, idefine: define, xdefine: define, ixdefine: define, undef: undefine },
  ...{ assign, iassign: assign, ...Object.fromEntries(strings) },
  ...{ defalias: defineAlias, undefalias: undefine, clear, pathsearch: pathSearch },
  ...{ stacksize: stackSize, arg: stackArguments, local: stackVariables },
});
