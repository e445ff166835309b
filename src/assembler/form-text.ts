/** A form's operands as the manual writes them: `r/m32, imm8`. */
import {
  type OpcodeForm,
  type OperandPattern,
  registerByNumber,
} from '../machine/codec/opcode-forms';

/** The operands a programmer writes: string places and their fixed companions are implied. */
export function writtenOperands(form: OpcodeForm): readonly OperandPattern[] {
  return form.operands.some((pattern) => pattern.kind === 'implied') ? [] : form.operands;
}

/** Empty for an instruction without operands. */
export function formText(form: OpcodeForm): string {
  return writtenOperands(form)
    .map((pattern) => patternText(pattern, form))
    .join(', ');
}

function patternText(pattern: OperandPattern, form: OpcodeForm): string {
  switch (pattern.kind) {
    case 'register': {
      const bits = pattern.class.slice(1);
      if (!pattern.memory) return REGISTER_CLASS[pattern.class] ?? pattern.class;
      const size = form.memorySize * 8;
      if (!/^r(8|16|32)$/.test(pattern.class)) return `${pattern.class}/m${size || ''}`;
      return size === 0 || String(size) === bits ? `r/m${bits}` : `r${bits}/m${size}`;
    }
    case 'fixed':
      return registerByNumber(pattern.register)?.name ?? 'a fixed register';
    case 'memory':
      if (form.mnemonic === 'call' || form.mnemonic === 'jmp') return `far m16:${form.operandSize}`;
      return form.memorySize > 0 && form.memorySize <= 10 ? `m${form.memorySize * 8}` : 'm';
    case 'offset':
      return `moffs${form.memorySize * 8}`;
    case 'immediate':
      return `imm${pattern.bits}`;
    case 'one':
      return '1';
    case 'relative':
      return `rel${pattern.bits}`;
    case 'far':
      return `ptr16:${pattern.offsetBits}`;
    case 'implied':
      return '';
  }
}

const REGISTER_CLASS: Readonly<Record<string, string>> = {
  segment: 'sreg',
  control: 'cr',
  debug: 'dr',
  fpu: 'st(i)',
  mmx: 'mm',
};
