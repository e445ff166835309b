/**
 * `ToolchainApi`: what the editor asks while someone writes a guest. It runs in a worker of its own, so that a running
 * machine never makes typing wait. All arguments and results are plain data.
 */

/** Contents by name: text for source, bytes for what `incbin` names. */
export type SourceFiles = Readonly<Record<string, string | Uint8Array>>;

export interface SourceProgram {
  /** The file to assemble; a key of `files`. */
  readonly main: string;
  readonly files: SourceFiles;
}

/** One error of a source. Columns and lines are 1-based; `length` characters from `column` on are meant. */
export interface Diagnostic {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly length: number;
  readonly severity: 'error' | 'warning';
  /** What was found, and what was expected. */
  readonly message: string;
  /** What to write instead of the marked characters, where there is a near miss. */
  readonly suggestion: string | null;
}

/**
 * What one source line became. A line that became nothing is not listed; one whose macro wrote in several places is
 * listed once for each. Memory that is only reserved (`resb`) has a length and no bytes.
 */
export interface LineBytes {
  readonly file: string;
  readonly line: number;
  readonly address: number;
  /** At most 32 bytes; `length` is how many there are in all. */
  readonly bytes: readonly number[];
  readonly length: number;
  /** Holds an instruction, so a breakpoint may stand here. */
  readonly isCode: boolean;
}

/** While there are errors, addresses are those the labels would have if wrong lines took the room guessed for them. */
export interface LabelInfo {
  /** Local labels in full: `parent.local`. */
  readonly name: string;
  readonly address: number;
  readonly file: string;
  readonly line: number;
}

export interface AssembleReply {
  /** Every error and warning of the program, the main file's first; no error: it assembles. */
  readonly diagnostics: readonly Diagnostic[];
  /** Empty while there are errors. */
  readonly lines: readonly LineBytes[];
  /** By address; known next to errors too. */
  readonly labels: readonly LabelInfo[];
  /** `equ` constants and structures' fields, macros and defines: names to complete. Known next to errors too. */
  readonly names: readonly {
    readonly name: string;
    readonly kind: 'constant' | 'macro' | 'define';
    /** Of a constant: what it is, unsigned 32-bit, and where it is defined. */
    readonly value?: number;
    readonly file?: string;
    readonly line?: number;
  }[];
  /** Bytes of the whole program as a flat image; 0 while there are errors. */
  readonly size: number;
}

/** Words the editor completes and highlights: from the same tables that assemble. */
export interface Vocabulary {
  readonly mnemonics: readonly string[];
  /** Those of them that assemble, and that the machine's CPU does not have: x87, and what came after it. */
  readonly lacking: readonly string[];
  /** `lock`, `rep`, `o16` …: they stand before a mnemonic. */
  readonly prefixes: readonly string[];
  readonly registers: readonly string[];
  readonly directives: readonly string[];
  /** With their `%`: `%macro`. */
  readonly preprocessor: readonly string[];
  /** Words inside operands: `dword`, `short`, `strict`. */
  readonly operators: readonly string[];
  /** Files that every guest may include: `lib/start.inc`. */
  readonly library: readonly string[];
}

/** What one flag does under an instruction. */
export type FlagEffect = 'tested' | 'modified' | 'cleared' | 'set' | 'undefined';

export interface InstructionDoc {
  readonly mnemonic: string;
  /** One line: `Pop stack into EFLAGS`. */
  readonly title: string;
  /** One to three sentences for students. */
  readonly description: string;
  /** Operand forms as the manual writes them: `mov r/m32, imm32`. At most twelve. */
  readonly forms: readonly string[];
  readonly flags: readonly { readonly flag: string; readonly effect: FlagEffect }[];
  /** `privileged`: #GP outside ring 0. `sensitive`: reads or changes machine state without trapping. */
  readonly class: 'plain' | 'sensitive' | 'privileged' | 'io' | 'ends-block';
  /** The privilege rule in one sentence: what happens at CPL 3, with IOPL where that matters. */
  readonly privilege: string;
  /** What binary translation does with it in a guest kernel: copied, rewritten in place, or a call to the hypervisor. */
  readonly translation: string;
  /** Exceptions it can raise, e.g. `#GP(0)`. */
  readonly exceptions: readonly string[];
}

export interface ToolchainApi {
  assemble(program: SourceProgram): Promise<AssembleReply>;
  vocabulary(): Promise<Vocabulary>;
  /** Null for a word that is no instruction. */
  describe(mnemonic: string): Promise<InstructionDoc | null>;
  /** A file to download; null when the program has errors. */
  build(program: SourceProgram, format: 'elf' | 'flat' | 'listing'): Promise<Uint8Array | null>;
}
