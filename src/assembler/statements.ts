/** What a line of source says, before anything has an address. */
import type { Bitness } from '../machine/codec/instruction';
import type { OpcodeForm, RegisterInfo } from '../machine/codec/opcode-forms';
import type { Expression } from './expression';
import type { Token } from './lexer';
import type { Origin } from './origin';

/** Bytes named by a size keyword: byte 1, word 2, dword 4, qword 8, tword 10. */
export type Size = 1 | 2 | 4 | 8 | 10 | 16;

export interface RegisterTerm {
  readonly info: RegisterInfo;
  readonly scale: number;
  /** Written with `*`: NASM then prefers it as the index. */
  readonly multiplied: boolean;
  readonly token: Token;
}

export interface MemoryOperand {
  readonly kind: 'memory';
  readonly token: Token;
  readonly size: Size | null;
  readonly far: boolean;
  readonly segment: RegisterInfo | null;
  readonly base: RegisterInfo | null;
  readonly index: RegisterInfo | null;
  readonly scale: 1 | 2 | 4 | 8;
  readonly displacement: Expression | null;
  /** Forced by `[byte …]`, `[word …]`, `[dword …]` with a register. */
  readonly displacementSize: 1 | 2 | 4 | null;
  /** Known from registers or a size keyword in the brackets; null: the segment's default. */
  readonly addressSize: Bitness | null;
}

export type Operand =
  | {
      readonly kind: 'register';
      readonly token: Token;
      readonly info: RegisterInfo;
      /** `fadd to st3`: the FPU register is the destination. */
      readonly to?: boolean;
    }
  | MemoryOperand
  | {
      readonly kind: 'immediate';
      readonly token: Token;
      readonly expression: Expression;
      readonly size: Size | null;
      readonly strict: boolean;
      readonly distance: 'short' | 'near' | null;
    }
  | {
      readonly kind: 'far';
      readonly token: Token;
      readonly selector: Expression;
      readonly offset: Expression;
      readonly size: Size | null;
    };

export interface InstructionPrefixes {
  readonly lock: boolean;
  readonly repeat: 'rep' | 'repne' | null;
  readonly segment: RegisterInfo | null;
  readonly operandSize: Bitness | null;
  readonly addressSize: Bitness | null;
}

export interface InstructionBody {
  readonly kind: 'instruction';
  readonly mnemonic: string;
  readonly token: Token;
  readonly operands: readonly Operand[];
  readonly prefixes: InstructionPrefixes;
  readonly bits: Bitness;
  /** Forms whose operand kinds match, best first; filled by the parser. */
  readonly candidates: readonly Candidate[];
}

/** A form and the order in which it takes the written operands. */
export interface Candidate {
  readonly form: OpcodeForm;
  readonly operands: readonly Operand[];
}

/** Bytes of one value: `db`, `dw`, `dd`, `dq`, `dt`. */
export type DataUnit = 1 | 2 | 4 | 8 | 10;

export type DataItem =
  | { readonly kind: 'bytes'; readonly bytes: readonly number[] }
  | { readonly kind: 'expression'; readonly expression: Expression; readonly token: Token }
  | {
      readonly kind: 'float';
      readonly literal: string;
      readonly negative: boolean;
      readonly token: Token;
    }
  /** `byte 1` in `dw byte 1, 2`, and lists in `%(…)`. */
  | {
      readonly kind: 'group';
      readonly unit: DataUnit | null;
      readonly items: readonly DataItem[];
    }
  /** `count dup (items)`. */
  | { readonly kind: 'repeat'; readonly count: Expression; readonly items: readonly DataItem[] }
  | { readonly kind: 'reserve' };

/** Statements that produce or reserve bytes, and so may stand after `times`. */
export type Body =
  | InstructionBody
  | { readonly kind: 'data'; readonly unit: DataUnit; readonly items: readonly DataItem[] }
  | { readonly kind: 'reserve'; readonly unit: number; readonly count: Expression }
  | { readonly kind: 'binary'; readonly bytes: Uint8Array };

type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;

/** A statement without its place. */
export type StatementPart = DistributiveOmit<Statement, 'origin' | 'token' | 'scope'>;

export type Statement = {
  readonly origin: Origin;
  /** The word it begins with, after labels. */
  readonly token: Token;
  /** The non-local label that `.x` belongs to here. */
  readonly scope: string;
} & (
  | { readonly kind: 'label'; readonly name: string }
  | { readonly kind: 'equ'; readonly name: string; readonly expression: Expression }
  | { readonly kind: 'section'; readonly name: string; readonly attributes: SectionAttributes }
  | { readonly kind: 'absolute'; readonly start: Expression }
  /** A value that was asked for while reading: `%if $ - $$ > 510`. Takes no room. */
  | { readonly kind: 'probe'; readonly index: number; readonly expression: Expression }
  | { readonly kind: 'org'; readonly origin0: Expression }
  | {
      readonly kind: 'align';
      readonly boundary: Expression;
      readonly fill: Body | null;
      /** Its section is aligned as well: `sectalign on`. */
      readonly section: boolean;
    }
  | { readonly kind: 'sectalign'; readonly align: number }
  | { readonly kind: 'goto'; readonly target: Expression }
  | { readonly kind: 'body'; readonly times: Expression | null; readonly body: Body }
);

/** Named as in the source, without their `=`. */
export interface SectionAttributes {
  readonly align?: number;
  readonly valign?: number;
  readonly nobits?: boolean;
  readonly start?: number;
  readonly vstart?: number;
  readonly follows?: string;
  readonly vfollows?: string;
}
