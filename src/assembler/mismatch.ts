/**
 * Why no form of an instruction takes the operands written, in words a beginner can act on: from the particular
 * (a segment register takes no constant) to the general (the forms that exist).
 */
import type { OpcodeForm, OperandPattern } from '../machine/codec/opcode-forms';
import { SourceError } from './errors';
import { formText, writtenOperands } from './form-text';
import type { Token } from './lexer';
import { formsNamed } from './mnemonics';
import type { Operand, Size } from './statements';

export const SIZE_NAMES: Readonly<Record<number, string>> = {
  1: 'byte',
  2: 'word',
  4: 'dword',
  8: 'qword',
  10: 'tword',
  16: 'oword',
};

/** An instruction whose operands fit no form. */
interface Case {
  readonly mnemonic: string;
  readonly token: Token;
  readonly operands: readonly Operand[];
  readonly forms: readonly OpcodeForm[];
}

/** A rule looks at a case and explains it, or passes. */
type Rule = (of: Case) => SourceError | null;

const at = (token: Token, message: string, suggestion?: string): SourceError =>
  new SourceError(message, token.at, token.text.length, suggestion);

const plural = (count: number): string => `${count} operand${count === 1 ? '' : 's'}`;

/** How an operand is called in messages. */
export function describeOperand(operand: Operand): string {
  switch (operand.kind) {
    case 'register':
      return operand.info.name;
    case 'far':
      return 'selector:offset';
    case 'memory':
      return operand.size === null ? 'memory' : `${SIZE_NAMES[operand.size]} memory`;
    case 'immediate':
      if (operand.size !== null) return `a ${SIZE_NAMES[operand.size]} constant`;
      return operand.expression.kind === 'symbol' ? `'${operand.expression.name}'` : 'a constant';
  }
}

/** A constant that is one bare name: a label, or a word that was meant as something else. */
const bareName = (operand: Operand | undefined): string | null =>
  operand?.kind === 'immediate' && operand.expression.kind === 'symbol'
    ? operand.expression.name
    : null;

/** Bytes of a general register or of memory with a size word; null where the source does not say. */
function sizeOf(operand: Operand): Size | null {
  if (operand.kind === 'memory' || operand.kind === 'immediate') return operand.size;
  if (operand.kind !== 'register') return null;
  const bits = /^r(8|16|32)$/.exec(operand.info.class)?.[1];
  return bits === undefined ? null : ((Number(bits) / 8) as Size);
}

const isSized = (operand: Operand): boolean => sizeOf(operand) !== null;
const isClass = (operand: Operand | undefined, pattern: RegExp): boolean =>
  operand?.kind === 'register' && pattern.test(operand.info.class);

const secondInstruction: Rule = ({ operands }) => {
  for (const operand of operands) {
    const name = bareName(operand);
    if (name !== null && formsNamed(name.toLowerCase()))
      return at(operand.token, `one instruction a line: put '${name}' on a line of its own`);
  }
  return null;
};

const wrongCount: Rule = ({ mnemonic, token, operands, forms }) => {
  const counts = [...new Set(forms.map((form) => writtenOperands(form).length))].sort();
  if (counts.includes(operands.length)) return null;
  const most = counts.at(-1)!;
  const takes =
    most === 0
      ? 'no operands'
      : counts.map((count) => (count === most ? plural(count) : String(count))).join(' or ');
  const found = operands.length === 0 ? 'none' : String(operands.length);
  const list = most === 0 ? '' : `: ${acceptedForms(forms)}`;
  const surplus = operands[most];
  return at(surplus?.token ?? token, `'${mnemonic}' takes ${takes}, found ${found}${list}`);
};

const constantDestination: Rule = ({ mnemonic, operands, forms }) => {
  const [first, second] = operands;
  if (first?.kind !== 'immediate' || !second || mnemonic === 'out') return null;
  if (forms.some((form) => isImmediate(writtenOperands(form)[0]))) return null;
  const name = bareName(first);
  const brackets = name === null ? '' : `, and memory is written in brackets: '[${name}]'`;
  return at(
    first.token,
    `the destination comes first and cannot be ${describeOperand(first)}${brackets}`,
    name === null ? undefined : `[${name}]`,
  );
};

const isImmediate = (pattern: OperandPattern | undefined): boolean =>
  pattern !== undefined && /^(immediate|one|relative|far)$/.test(pattern.kind);

const twoMemories: Rule = ({ mnemonic, operands }) => {
  const memory = operands.filter((operand) => operand.kind === 'memory');
  if (memory.length < 2) return null;
  return at(
    memory[1]!.token,
    `'${mnemonic}' cannot have two operands in memory: go through a register`,
  );
};

const segmentRegister: Rule = ({ mnemonic, operands }) => {
  const [first, second] = operands;
  if (mnemonic !== 'mov' || !first || !second) return null;
  if (isClass(first, /^segment$/)) {
    if (first.kind === 'register' && first.info.name === 'cs')
      return at(
        first.token,
        "'cs' cannot be loaded by mov: a far jump loads it, 'jmp selector:label'",
      );
    const name = describeOperand(first);
    if (second.kind === 'immediate')
      return at(
        second.token,
        `'${name}' takes no constant: 'mov ax, …' first, then 'mov ${name}, ax'`,
      );
    if (isClass(second, /^segment$/))
      return at(
        second.token,
        `no move between segment registers: go through ax, or 'push' and 'pop'`,
      );
    return at(
      second.token,
      `'${name}' takes a 16-bit register or memory, found ${describeOperand(second)}`,
    );
  }
  if (isClass(second, /^segment$/))
    return at(
      first.token,
      `a segment register goes to a 16- or 32-bit register or to word memory, found ${describeOperand(first)}`,
    );
  return null;
};

const systemRegister: Rule = ({ mnemonic, operands }) => {
  const system = operands.find((operand) => isClass(operand, /^(control|debug)$/));
  const other = operands.find((operand) => operand !== system);
  if (mnemonic !== 'mov' || !system || !other) return null;
  const name = describeOperand(system);
  return at(
    other.token,
    `'${name}' moves to and from 32-bit registers only, as eax: found ${describeOperand(other)}`,
  );
};

const needsMemory: Rule = ({ mnemonic, operands, forms }) => {
  for (const [position, operand] of operands.entries()) {
    const patterns = forms.map((form) => writtenOperands(form)[position]);
    if (operand.kind === 'memory' || !patterns.every((pattern) => pattern?.kind === 'memory'))
      continue;
    const name = bareName(operand) ?? (operand.kind === 'register' ? operand.info.name : null);
    const example = name === null ? '' : `: '[${name}]'`;
    return at(
      operand.token,
      `'${mnemonic}' needs an address in brackets here${example}`,
      name === null ? undefined : `[${name}]`,
    );
  }
  return null;
};

const needsRegister: Rule = ({ mnemonic, operands, forms }) => {
  for (const [position, operand] of operands.entries()) {
    if (operand.kind !== 'memory') continue;
    const patterns = forms.map((form) => writtenOperands(form)[position]);
    if (patterns.every((pattern) => pattern?.kind === 'register' && !pattern.memory))
      return at(operand.token, `'${mnemonic}' needs a register here, found memory`);
  }
  return null;
};

const needsLabel: Rule = ({ mnemonic, operands, forms }) => {
  const [first] = operands;
  if (first === undefined || !forms.every((form) => writtenOperands(form)[0]?.kind === 'relative'))
    return null;
  return at(first.token, `'${mnemonic}' goes to a label, found ${describeOperand(first)}`);
};

const shiftCount: Rule = ({ mnemonic, operands }) => {
  const count = operands.at(-1);
  if (!/^(sh[lr]d?|sa[lr]|ro[lr]|rc[lr])$/.test(mnemonic) || !count || count.kind === 'immediate')
    return null;
  if (count.kind === 'register' && count.info.name === 'cl') return null;
  return at(
    count.token,
    `the count of '${mnemonic}' is a constant or cl, found ${describeOperand(count)}`,
  );
};

const portOperands: Rule = ({ mnemonic, operands }) => {
  if (mnemonic !== 'in' && mnemonic !== 'out') return null;
  const [first, second] = operands;
  if (!first || !second) return null;
  const [port, data] = mnemonic === 'in' ? [second, first] : [first, second];
  const isAccumulator = data.kind === 'register' && /^(al|ax|eax)$/.test(data.info.name);
  if (!isAccumulator)
    return at(data.token, `'${mnemonic}' moves al, ax or eax only, found ${describeOperand(data)}`);
  return at(
    port.token,
    `the port is a constant from 0 to 255, or dx: found ${describeOperand(port)}`,
  );
};

const pushBytes: Rule = ({ mnemonic, operands }) => {
  const [first] = operands;
  if (!/^(push|pop)$/.test(mnemonic) || !first || ![1, 8].includes(sizeOf(first) ?? 0)) return null;
  const wide =
    first.kind === 'register' ? `'${mnemonic} e${first.info.name[0]}x'` : `'${mnemonic} dword'`;
  return at(
    first.token,
    `'${mnemonic}' moves 16 or 32 bits, found ${describeOperand(first)}: write ${wide}`,
  );
};

const widening: Rule = ({ mnemonic, operands }) => {
  const [to, from] = operands;
  if (!/^mov[sz]x$/.test(mnemonic) || !to || !from) return null;
  if (!isClass(to, /^r(16|32)$/))
    return at(
      to.token,
      `'${mnemonic}' fills a 16- or 32-bit register, found ${describeOperand(to)}`,
    );
  if (isSized(from))
    return at(
      from.token,
      `'${mnemonic}' widens: its second operand must be smaller than ${describeOperand(to)}, found ${describeOperand(from)}`,
    );
  return at(from.token, `'${mnemonic}' takes a register or memory, found ${describeOperand(from)}`);
};

const differentSizes: Rule = ({ operands }) => {
  const sized = operands.filter(isSized);
  const [first, second] = sized;
  if (!first || !second || sizeOf(first) === sizeOf(second)) return null;
  const bits = (operand: Operand): string =>
    `${describeOperand(operand)} has ${sizeOf(operand)! * 8} bits`;
  const wider = sizeOf(first)! > sizeOf(second)!;
  const hint =
    wider && first.kind === 'register' && second.kind !== 'immediate'
      ? '; movzx or movsx widens'
      : '';
  return at(second.token, `the sizes differ: ${bits(first)}, ${bits(second)}${hint}`);
};

/** The first operand that no form takes at its place, whatever the others are. */
const wrongPlace: Rule = ({ mnemonic, operands, forms }) => {
  const fitting = forms.filter((form) => writtenOperands(form).length === operands.length);
  const index = operands.findIndex(
    (operand, position) =>
      !fitting.some((form) => sameKind(operand, writtenOperands(form)[position]!)),
  );
  const operand = operands[index];
  if (!operand) return null;
  const place = operands.length === 1 ? '' : ` as ${['first', 'second', 'third'][index]} operand`;
  return at(
    operand.token,
    `'${mnemonic}' does not take ${describeOperand(operand)}${place}: ${acceptedForms(fitting)}`,
  );
};

function sameKind(operand: Operand, pattern: OperandPattern): boolean {
  switch (operand.kind) {
    case 'register':
      if (pattern.kind === 'fixed') return pattern.register === operand.info.register;
      return pattern.kind === 'register' && pattern.class === operand.info.class;
    case 'memory':
      return (
        pattern.kind === 'memory' ||
        pattern.kind === 'offset' ||
        (pattern.kind === 'register' && pattern.memory)
      );
    case 'immediate':
      return isImmediate(pattern) && pattern.kind !== 'far';
    case 'far':
      return pattern.kind === 'far';
  }
}

const RULES: readonly Rule[] = [
  secondInstruction,
  segmentRegister,
  systemRegister,
  wrongCount,
  portOperands,
  constantDestination,
  twoMemories,
  needsRegister,
  needsMemory,
  needsLabel,
  shiftCount,
  pushBytes,
  widening,
  differentSizes,
  wrongPlace,
];

/** `it takes r/m32, r32 | …`, at most six forms. */
function acceptedForms(forms: readonly OpcodeForm[]): string {
  const accepted = [...new Set(forms.map((form) => formText(form) || 'nothing'))];
  return `it takes ${accepted.slice(0, 6).join(' | ')}${accepted.length > 6 ? ' | …' : ''}`;
}

/** The error for operands that fit no form. */
export function mismatch(
  mnemonic: string,
  token: Token,
  operands: readonly Operand[],
  forms: readonly OpcodeForm[],
): SourceError {
  const given: Case = { mnemonic, token, operands, forms };
  for (const rule of RULES) {
    const found = rule(given);
    if (found) return found;
  }
  const written = operands.map(describeOperand).join(', ');
  return at(token, `'${mnemonic}' does not take ${written}: ${acceptedForms(forms)}`);
}
