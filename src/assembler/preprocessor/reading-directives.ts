/**
 * Directives that change which lines are read next: %macro and %rep take lines away, %include and %use put others in
 * front, %exitrep and %exitmacro leave some out; and %rotate, which is about the macro being read.
 *
 * The lines themselves are kept in `reader.ts`, and those of macros in `macros.ts`.
 */
import { SourceError } from '../errors';
import type { Token } from '../lexer';
import { nearMiss } from '../near-miss';
import { type Table, table } from '../table';
import { type Directive, tokensFrom } from './directive-line';
import { OTHER_PACKAGES, PACKAGES } from './packages';
import { MAX_LINES } from './reader';
import { rawLines } from './text';

/** A file may include itself, as long as it stops by itself. */
const MAX_SELF_INCLUSION = 4;

const macro: Directive = ({ name, text, at, raw }, _words, { macros, reader }) => {
  // The body is taken first: a wrong heading must not let it leak into the program.
  macros.define(text, at, reader.collect('macro', 'endmacro', raw), {
    anyCase: name.startsWith('i'),
    recursive: name.endsWith('rmacro'),
  });
};

const removeMacro: Directive = ({ text, at }, _words, { macros }) => macros.remove(text.slice(at));

/** Everything but `.nolist`, which says how NASM prints its listing. */
const isNoListOption = (token: Token): boolean => token.text !== '.nolist';

const repeat: Directive = ({ text, at, raw, invocation }, _words, workspace) => {
  const { reader } = workspace;
  // As with a macro: the body is taken before its count can be wrong.
  const body = reader.collect('rep', 'endrep', raw);
  const count = workspace.constant(tokensFrom(text, at).filter(isNoListOption), text.length);
  if (count > BigInt(MAX_LINES)) throw new SourceError(`%rep ${count} is too much`, at);
  if (count > 0n) reader.openRepeat(body, Number(count), invocation);
};

const exitRepeat: Directive = ({ text, percent }, _words, { reader }) => {
  if (reader.leave('repeat')) return;
  throw new SourceError('%exitrep outside %rep', percent, text.trim().length);
};

const exitMacro: Directive = ({ text, percent }, _words, { reader }) => {
  if (reader.leave('macro')) return;
  throw new SourceError('%exitmacro outside a macro', percent, text.trim().length);
};

const rotate: Directive = ({ text, at, percent, invocation }, _words, workspace) => {
  if (!invocation) throw new SourceError('%rotate outside a macro', percent, 7);
  const { arguments: list } = invocation;
  if (list.length === 0) return;
  const by = Number(workspace.constant(tokensFrom(text, at), text.length)) % list.length;
  list.push(...list.splice(0, (by + list.length) % list.length));
};

const include: Directive = ({ text, at, origin }, _words, { defines, host, reader }) => {
  const token = defines.expand(tokensFrom(text, at), origin)[0];
  if (token?.kind !== 'string') {
    const message = '%include needs a file name in quotes';
    throw new SourceError(message, token?.at ?? at, token?.text.length);
  }
  const name = token.text.slice(1, -1);
  const source = host.file(name);
  if (source === undefined) {
    const near = nearMiss(name, host.fileNames());
    const suggestion = near === undefined ? undefined : `"${near}"`;
    const message = `no file '${name}' to include`;
    throw new SourceError(message, token.at, token.text.length, suggestion);
  }
  if (reader.timesOpen(name) >= MAX_SELF_INCLUSION || reader.isTooDeep) {
    // There would be as many errors as there are ways to include them.
    reader.stop();
    throw new SourceError('files include each other endlessly', token.at, token.text.length);
  }
  reader.openFile(rawLines(name, source));
};

/** `%use fp`: the package's own lines are read next. */
const use: Directive = ({ text, at, percent, origin }, _words, workspace) => {
  const { packages, reader } = workspace;
  const [token] = tokensFrom(text, at);
  const written = token?.kind === 'string' ? token.text.slice(1, -1) : (token?.text ?? '');
  const name = written.toLowerCase();
  const lines = Object.hasOwn(PACKAGES, name) ? PACKAGES[name] : undefined;
  if (lines) {
    if (packages.has(name)) return;
    packages.add(name);
    reader.openFile(rawLines(`%use ${name}`, lines.join('\n')));
    return;
  }
  if (!OTHER_PACKAGES.includes(name)) {
    const known = [...Object.keys(PACKAGES), ...OTHER_PACKAGES];
    const message = `unknown package '${name}': there are ${known.join(', ')}`;
    const length = token?.text.length ?? 1;
    throw new SourceError(message, token?.at ?? at, length, nearMiss(name, known));
  }
  const message =
    name === 'smartalign'
      ? "%use smartalign: 'align' fills with one-byte 'nop' here, and takes no other way"
      : `%use ${name}: this package of NASM is not there, so this line does nothing`;
  workspace.warn(new SourceError(message, percent, text.trim().length), origin);
  if (name === 'smartalign') {
    reader.openFile(rawLines(name, '%imacro alignmode 1-2\n%endmacro'));
  }
};

const strayEnd: Directive = ({ name, percent }) => {
  const begin = name === 'endrep' ? 'rep' : 'macro';
  throw new SourceError(`%${name} without %${begin}`, percent, name.length + 1);
};

export const READING: Table<Directive> = table({
  ...{ macro, imacro: macro, rmacro: macro, irmacro: macro },
  ...{ unmacro: removeMacro, unimacro: removeMacro, exitmacro: exitMacro, rotate },
  ...{ rep: repeat, exitrep: exitRepeat, include, use },
  ...{ endm: strayEnd, endmacro: strayEnd, endrep: strayEnd },
});
