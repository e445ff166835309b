/**
 * The table of directives by name, and those that are about neither names nor lines: contexts, messages, and the ones
 * that do nothing here.
 *
 * Not in it are %if and its kin, which are looked at even in lines that do not count: `preprocessor.ts` asks `truth.ts`.
 */
import { registerNamed } from '../../machine/codec/opcode-forms';
import { SourceError } from '../errors';
import { tokenize } from '../lexer';
import { nearMiss } from '../near-miss';
import { type Table, table } from '../table';
import type { Directive, DirectiveLine } from './directive-line';
import { NAMING } from './naming-directives';
import { READING } from './reading-directives';
import { PREPROCESSOR_DIRECTIVES } from './words';
import type { Workspace } from './workspace';

const push: Directive = (_line, words, { contexts }) => contexts.push(words[0]?.text ?? '');

const pop: Directive = ({ percent }, words, { contexts }) =>
  contexts.pop(words[0]?.text ?? '', percent);

const rename: Directive = ({ percent }, words, { contexts }) =>
  contexts.rename(words[0]?.text ?? '', percent);

/** %error, %fatal and %warning: what the source itself has to say. */
const say: Directive = ({ name, percent, origin }, words, workspace) => {
  if (name === 'fatal') workspace.reader.stop();
  const tokens = workspace.defines.expand(words, origin);
  const texts = tokens.map((t) => (t.kind === 'string' ? t.text.slice(1, -1) : t.text));
  const said = new SourceError(texts.join(' ') || `%${name}`, percent, name.length + 1);
  if (name !== 'warning') throw said;
  workspace.warn(said, origin);
};

const line: Directive = ({ text, percent, origin }, _words, workspace) => {
  const message = '%line does nothing here: errors and __LINE__ tell the places of this file';
  workspace.warn(new SourceError(message, percent, text.trim().length), origin);
};

/** What they say concerns NASM's own options, and makefiles. */
const nothing: Directive = () => {};

const DIRECTIVES: Table<Directive> = table({
  ...NAMING,
  ...READING,
  ...{ push, pop, repl: rename, error: say, fatal: say, warning: say, line },
  ...{ pragma: nothing, depend: nothing, note: nothing },
});

/** Does what a directive says. @throws SourceError when there is none of the name, or its line is wrong */
export function carryOutDirective(directive: DirectiveLine, workspace: Workspace): void {
  const { name, text, at, percent } = directive;
  // Read before anything else: even a directive that does nothing is refused when its rest cannot be read.
  const words = tokenize(text.slice(at));
  const carryOut = DIRECTIVES[name];
  if (!carryOut) throw unknownDirective(name, percent);
  carryOut(directive, words, workspace);
}

function unknownDirective(name: string, at: number): SourceError {
  if (registerNamed(name)) {
    const message = "NASM writes registers without '%', and the destination first: 'mov eax, 5'";
    return new SourceError(message, at, name.length + 1, name);
  }
  const near = nearMiss(name, PREPROCESSOR_DIRECTIVES);
  const suggestion = near === undefined ? undefined : `%${near}`;
  return new SourceError(`unknown directive '%${name}'`, at, name.length + 1, suggestion);
}
