/**
 * Which opcode form an instruction uses.
 *
 * Step one (`matchForms`, once per instruction) keeps the forms whose operand kinds and sizes fit what is written.
 * Step two (`encodeShortest`, once per layout pass) adds the values: the shortest encoding that holds them wins, and of
 * equally long ones the form listed first, which is the one NASM lists first.
 */
import { type EncodeOperand, type EncodePrefixes, encode } from '../machine/codec/encode';
import type { Bitness } from '../machine/codec/instruction';
import { type OpcodeForm, type OperandPattern, registerNamed } from '../machine/codec/opcode-forms';
import { misfit, SourceError } from './errors';
import { type Expression, evaluate, type Scope, type Value } from './expression';
import { writtenOperands } from './form-text';
import type { Token } from './lexer';
import { mismatch, SIZE_NAMES } from './mismatch';
import type { Candidate, InstructionPrefixes, MemoryOperand, Operand, Size } from './statements';

/** Read a 16-bit selector only, so their 32-bit form (no prefix) serves a 16-bit register too. */
const SELECTOR_SOURCES: ReadonlySet<string> = new Set(['lldt', 'ltr', 'lmsw', 'verr', 'verw']);
function matchesImmediate(
  operand: Operand & { kind: 'immediate' },
  form: OpcodeForm,
  pattern: OperandPattern,
): boolean {
  const { size, strict, distance } = operand;
  if (pattern.kind === 'relative') {
    if (distance === 'short' || size === 1) return pattern.bits === 8;
    if (distance === 'near' || strict) {
      if (pattern.bits === 8) return false;
    }
    // `jmp dword x` asks for a field of that size, near as it may be.
    if (size !== null && pattern.bits === 8 && /^j(?!e?cxz)/.test(form.mnemonic)) return false;
    return size === null || size * 8 === pattern.ipBits;
  }
  if (distance !== null) return false;
  if (pattern.kind === 'one') return size === null;
  if (pattern.kind !== 'immediate') return false;
  if (size === null) return true;
  if (size === 1) return pattern.bits === 8;
  if (strict) return pattern.bits === size * 8;
  return pattern.extended === size * 8;
}

function matchesMemory(operand: MemoryOperand, form: OpcodeForm, pattern: OperandPattern): boolean {
  const isFarBranch =
    (form.mnemonic === 'call' || form.mnemonic === 'jmp') && pattern.kind === 'memory';
  if (isFarBranch) {
    if (!operand.far) return false;
    return operand.size === null || operand.size * 8 === form.operandSize;
  }
  if (operand.far) return false;
  if (pattern.kind === 'offset') {
    if (operand.base || operand.index) return false;
  } else if (pattern.kind !== 'memory' && !(pattern.kind === 'register' && pattern.memory)) {
    return false;
  }
  if (operand.size === null || form.memorySize === 0 || !SIZE_NAMES[form.memorySize]) return true;
  return operand.size === form.memorySize;
}

function matchesOperand(
  operand: Operand,
  form: OpcodeForm,
  pattern: OperandPattern,
  position: number,
): boolean {
  switch (operand.kind) {
    case 'register': {
      const { info } = operand;
      if (pattern.kind === 'fixed') return pattern.register === info.register;
      if (pattern.kind !== 'register') return false;
      if (pattern.class === info.class)
        return info.name !== 'cs' || form.mnemonic !== 'mov' || position > 0;
      // r32/m16 operands that are only read: AX does as well as EAX, and needs no prefix.
      const selector = pattern.class === 'r32' && pattern.memory && form.memorySize === 2;
      const onlyRead = position > 0 || SELECTOR_SOURCES.has(form.mnemonic);
      // MOV to a segment register reads 16 bits of whatever it is given.
      if (form.name === 'Mov_Sreg_rm16' && pattern.class === 'r16') return info.class === 'r32';
      if (form.mnemonic === 'arpl') return info.class === 'r16' && pattern.class === 'r32';
      return (
        selector && info.class === 'r16' && onlyRead && !/^(mov[sz]x|crc32)$/.test(form.mnemonic)
      );
    }
    case 'memory':
      return matchesMemory(operand, form, pattern);
    case 'immediate':
      return matchesImmediate(operand, form, pattern);
    case 'far':
      return (
        pattern.kind === 'far' && (operand.size === null || operand.size * 8 === pattern.offsetBits)
      );
  }
}

function matches(form: OpcodeForm, operands: readonly Operand[]): boolean {
  const patterns = writtenOperands(form);
  if (patterns.length !== operands.length) return false;
  return operands.every((operand, i) => matchesOperand(operand, form, patterns[i]!, i));
}

/** The operand orders an instruction may be read in; XCHG and TEST do not care which side is r/m. */
function readings(
  mnemonic: string,
  operands: readonly Operand[],
  token: Token,
): (readonly Operand[])[] {
  const [first, second] = operands;
  if (mnemonic.startsWith('f') && operands.length < 2) return [fpuOperands(mnemonic, first, token)];
  if (operands.length === 2 && first && second) {
    if (mnemonic === 'xchg') return [[second, first], operands];
    if (mnemonic === 'test') return [operands, [second, first]];
    // `imul eax, 5` is `imul eax, eax, 5`.
    if (mnemonic === 'imul' && second.kind === 'immediate') return [[first, first, second]];
  }
  return [operands];
}

const FPU_BOTH = /^f(add|mul|subr?|divr?)(p?)$/;
const FPU_SOURCE = /^f(u?comi?p?|xch|cmovn?(b|e|be|u))$/;

/** `fadd st3` is `fadd st0,st3`, `faddp` is `faddp st1,st0`, `fxch` is `fxch st0,st1`. */
function fpuOperands(mnemonic: string, operand: Operand | undefined, token: Token): Operand[] {
  const given = operand ? [operand] : [];
  if (operand && operand.kind !== 'register') return given;
  const register = (name: string): Operand => ({
    kind: 'register',
    token,
    info: registerNamed(name)!,
  });
  const both = FPU_BOTH.exec(mnemonic);
  if (both) {
    const [top, other] = [register('st0'), operand ?? register('st1')];
    return both[2] || operand?.to ? [other, top] : [top, other];
  }
  return FPU_SOURCE.test(mnemonic) ? [register('st0'), operand ?? register('st1')] : given;
}

const ACCUMULATOR_DEFAULT = new Set(['aam', 'aad']);

/**
 * The forms that fit, in order of preference.
 *
 * @throws SourceError naming the operand or the size that does not fit
 */
export function matchForms(
  mnemonic: string,
  token: Token,
  operands: readonly Operand[],
  forms: readonly OpcodeForm[],
  bits: Bitness,
): Candidate[] {
  let given = operands;
  if (ACCUMULATOR_DEFAULT.has(mnemonic) && operands.length === 0) {
    const ten: Expression = { kind: 'constant', value: 10n };
    given = [
      { kind: 'immediate', token, expression: ten, size: null, strict: false, distance: null },
    ];
  }
  let found: Candidate[] = [];
  for (const reading of readings(mnemonic, given, token)) {
    for (const form of forms) if (matches(form, reading)) found.push({ form, operands: reading });
  }
  // `fmul st0, st0`: both forms do the same, and NASM lists the one that stores to ST(i) first.
  const [only] = given;
  const isTo = only?.kind === 'register' && only.to === true;
  if (FPU_BOTH.test(mnemonic) && (given.length === 2 || isTo)) found.reverse();
  found = loopCounter(mnemonic, given, forms, found);
  if (found.length === 0) throw mismatch(mnemonic, token, given, forms);
  found = settleSize(given, found);
  // Where operands leave the operand size open (branches, PUSH imm, LGDT …) it is the code segment's.
  const native = found.filter(({ form }) => form.operandSize === bits);
  if (native.length > 0) {
    found = found.filter(({ form }) => form.operandSize === bits || form.operandSize === 0);
  }
  // ADD AX, imm8 and ADD AX, imm16 are equally long in 16-bit code; NASM lists the sign-extended one first.
  const rank = (candidate: Candidate): number =>
    candidate.form.operands.some((p) => p.kind === 'immediate' && p.bits < p.extended) ? 0 : 1;
  return found.sort((a, b) => rank(a) - rank(b));
}

/** `loop label, cx` names the counter; the form carries it as its address size. */
function loopCounter(
  mnemonic: string,
  operands: readonly Operand[],
  forms: readonly OpcodeForm[],
  found: Candidate[],
): Candidate[] {
  const [target, counter] = operands;
  if (!mnemonic.startsWith('loop') || operands.length !== 2 || !target || !counter) return found;
  if (counter.kind !== 'register' || !/^e?cx$/.test(counter.info.name)) return found;
  const size = counter.info.name === 'cx' ? 16 : 32;
  return forms
    .filter((form) => form.addressSize === size && matches(form, [target]))
    .map((form) => ({ form, operands: [target] }));
}

/** Leaves one memory size, or says that the source does not name one. */
function settleSize(operands: readonly Operand[], found: Candidate[]): Candidate[] {
  const memory = operands.find((operand) => operand.kind === 'memory');
  if (memory?.kind !== 'memory' || memory.size !== null) return found;
  if (found.every(({ form }) => form.mnemonic === 'call' || form.mnemonic === 'jmp')) return found;
  const sized = operands.find((operand) => operand.kind === 'immediate' && operand.size !== null);
  const wide = found.some(({ form }) =>
    form.operands.some((pattern) => pattern.kind === 'immediate' && pattern.extended > 8),
  );
  if (sized?.kind === 'immediate' && wide) {
    // `mov [x], byte 1`: the immediate's size is the operation's, if there is such an operation.
    const same = found.filter(({ form }) => form.memorySize === sized.size);
    if (same.length > 0) return same;
  }
  const sizes = new Set(
    found.map(({ form }) => form.memorySize).filter((size) => SIZE_NAMES[size]),
  );
  if (sizes.size <= 1) return found;
  const names = [...sizes].sort((a, b) => a - b).map((size) => SIZE_NAMES[size]);
  throw new SourceError(
    `operation size not given: write ${names.join(', ').replace(/, ([^,]*)$/, ' or $1')} before '['`,
    memory.token.at,
    memory.token.text.length,
  );
}

// --- values -------------------------------------------------------------------------------------------------------

const low32 = (value: bigint): number => Number(BigInt.asIntN(32, value));

/** Whether the field can hold the value, sign-extended or as an unsigned number. */
function immediateFits(value: Value, pattern: OperandPattern, size: Size | null): boolean {
  if (pattern.kind === 'one') return value.section === null && value.value === 1n;
  if (pattern.kind !== 'immediate') return true;
  const { bits, extended } = pattern;
  const v = value.value;
  if (bits < extended) {
    // An address gets a full field: its value is only known once everything is laid out.
    if (value.section !== null && size !== 1) return false;
    const wrapped = BigInt.asIntN(extended, v);
    const inRange = v >= -(1n << BigInt(extended - 1)) && v < 1n << BigInt(extended);
    return inRange && wrapped >= -128n && wrapped <= 127n;
  }
  return v >= -(1n << BigInt(bits - 1)) && v < 1n << BigInt(bits);
}

function encodeMemory(operand: MemoryOperand, scope: Scope, bits: Bitness): EncodeOperand {
  const value: Value = operand.displacement
    ? evaluate(operand.displacement, scope)
    : { value: 0n, section: null };
  const addressSize = operand.addressSize ?? bits;
  if (value.value < -(1n << 31n) || value.value >= 1n << 32n) {
    throw new SourceError(
      `address ${value.value} does not fit in 32 bits`,
      operand.token.at,
      operand.token.text.length,
    );
  }
  const wrapped = Number(BigInt.asIntN(addressSize, value.value));
  const full = addressSize === 16 ? 2 : 4;
  if (operand.displacementSize === 1 && (wrapped < -128 || wrapped > 127)) {
    const { at, text } = operand.token;
    throw new SourceError(`'[byte …]': ${misfit(value.value, 8)}`, at, text.length);
  }
  const displacementSize = ((): 0 | 1 | 2 | 4 => {
    if (!operand.base) return full;
    if (operand.displacementSize !== null) return operand.displacementSize === 1 ? 1 : full;
    if (value.section !== null) return full;
    // [EBP] and [BP] exist only with a displacement.
    const frame = /^e?bp$/.test(operand.base.name) && !(addressSize === 16 && operand.index);
    if (wrapped === 0 && !frame) return 0;
    return wrapped >= -128 && wrapped <= 127 ? 1 : full;
  })();
  return {
    kind: 'memory',
    base: operand.base?.register ?? 0,
    index: operand.index?.register ?? 0,
    scale: operand.scale,
    displacement: wrapped,
    displacementSize,
    addressSize,
  };
}

/** What one try of a candidate with its values gives. */
interface Problem {
  readonly problem: string;
  readonly token: Token;
  /** Of the field that is too small. */
  readonly bits: number;
}

type Attempt = { readonly bytes: Uint8Array } | Problem;

/** Of two fields that are too small the wider one is worth telling. */
const wider = (before: Problem | null, now: Problem): Problem =>
  before && before.bits >= now.bits ? before : now;

function attempt(
  candidate: Candidate,
  scope: Scope,
  address: number,
  bits: Bitness,
  prefixes: EncodePrefixes,
  hasLonger: boolean,
): Attempt {
  const patterns = writtenOperands(candidate.form);
  const operands: EncodeOperand[] = [];
  for (let i = 0; i < candidate.operands.length; i++) {
    const operand = candidate.operands[i]!;
    const pattern = patterns[i]!;
    switch (operand.kind) {
      case 'register':
        operands.push({ kind: 'register', register: widened(operand, pattern) });
        break;
      case 'memory':
        operands.push(encodeMemory(operand, scope, bits));
        break;
      case 'far':
        operands.push({
          kind: 'far',
          selector: low32(evaluate(operand.selector, scope).value),
          offset: low32(evaluate(operand.offset, scope).value),
        });
        break;
      case 'immediate': {
        const value = evaluate(operand.expression, scope);
        if (pattern.kind === 'relative') {
          if (pattern.bits === 8 && isElsewhere(value, scope) && hasLonger) {
            return { problem: outOfReach(candidate.form.mnemonic), token: operand.token, bits: 0 };
          }
          operands.push({ kind: 'target', address: low32(value.value) >>> 0 });
        } else if (!immediateFits(value, pattern, operand.size)) {
          const width = pattern.kind === 'immediate' ? pattern.bits : 1;
          const port = /^(In|Out)_/.test(candidate.form.name);
          const problem = port
            ? `port ${value.value} does not fit in 8 bits (0 to 255): load it into dx and use 'dx'`
            : misfit(value.value, width);
          return { problem, token: operand.token, bits: width };
        } else operands.push({ kind: 'immediate', value: low32(value.value) });
      }
    }
  }
  const found = encode(candidate.form, operands, address, bits, prefixes);
  if (typeof found !== 'string') return { bytes: found };
  const branch = candidate.operands.find((operand) => operand.kind === 'immediate');
  const last = branch ?? candidate.operands.at(-1);
  const relative = patterns.some((pattern) => pattern.kind === 'relative');
  return {
    problem: relative ? outOfReach(candidate.form.mnemonic) : found,
    token: last!.token,
    bits: 0,
  };
}

/** A number, or a label of another section: NASM takes the near branch there, because sections may come to lie anywhere. */
const isElsewhere = (value: Value, scope: Scope): boolean =>
  value.ahead !== true && value.section !== scope.here().section;

const outOfReach = (mnemonic: string): string =>
  `the target is out of reach of a short branch (-128 to 127 bytes): ${
    mnemonic.startsWith('j') && !mnemonic.endsWith('cxz')
      ? "leave 'short' away"
      : "jump over a 'jmp', which reaches everywhere"
  }`;

/** AX given for an r32/m16 operand is encoded as EAX (same number, no operand-size prefix), and the other way round. */
function widened(operand: Operand & { kind: 'register' }, pattern: OperandPattern): number {
  const { info } = operand;
  if (pattern.kind !== 'register' || pattern.class === info.class) return info.register;
  return registerNamed(pattern.class === 'r32' ? `e${info.name}` : info.name.slice(1))!.register;
}

/**
 * The shortest encoding of an instruction with the values it has in this pass.
 *
 * @param hold when set, no form that is shorter than this is considered: it stops layouts that swing to and fro
 * @throws SourceError when no form holds the values
 */
export function encodeShortest(
  candidates: readonly Candidate[],
  prefixes: InstructionPrefixes,
  scope: Scope,
  address: number,
  bits: Bitness,
  hold = 0,
): Uint8Array {
  let best: Uint8Array | null = null;
  let problem: Problem | null = null;
  const memory = candidates[0]?.operands.find((operand) => operand.kind === 'memory');
  const segment = prefixes.segment ?? (memory?.kind === 'memory' ? memory.segment : null);
  const encodePrefixes: EncodePrefixes = {
    lock: prefixes.lock,
    ...(prefixes.repeat ? { repeat: prefixes.repeat } : {}),
    ...(segment ? { segment: segment.register } : {}),
    addressSize: prefixes.addressSize !== null && prefixes.addressSize !== bits,
  };
  const hasLonger = candidates.some(({ form }) =>
    form.operands.some((pattern) => pattern.kind === 'relative' && pattern.bits > 8),
  );
  for (const candidate of candidates) {
    // `a32 loop`, `o16 ret`: the prefix picks among forms that have the attribute.
    const { operandSize, addressSize } = candidate.form;
    if (operandSize !== 0 && operandSize !== (prefixes.operandSize ?? operandSize)) continue;
    if (addressSize !== 0 && addressSize !== (prefixes.addressSize ?? addressSize)) continue;
    const found = attempt(
      candidate,
      scope,
      address,
      bits,
      {
        ...encodePrefixes,
        operandSize: prefixes.operandSize !== null && prefixes.operandSize !== bits,
      },
      hasLonger,
    );
    if ('problem' in found) problem = wider(problem, found);
    else if (found.bytes.length >= hold && (!best || found.bytes.length < best.length))
      best = found.bytes;
  }
  if (best) return best;
  if (problem) {
    throw new SourceError(problem.problem, problem.token.at, problem.token.text.length);
  }
  const [{ token } = { token: undefined }] = candidates[0]?.operands ?? [];
  throw new SourceError('no encoding of this size exists', token?.at ?? 0, token?.text.length ?? 1);
}
