/** The assembler's front door: NASM source to sections, symbols and a source map. Output files are in `flat.ts`, `elf.ts`. */
import { err, ok, type Result } from '../base/result';
import type { Bitness } from '../machine/codec/instruction';
import { registerNames } from '../machine/codec/opcode-forms';
import { type AsmError, SourceError } from './errors';
import { type LaidOutSection, LayoutEngine } from './layout';
import { formatListing } from './listing';
import { Parser } from './parser';
import { type Origin, Preprocessor, toAsmError } from './preprocessor';

export interface AssembleOptions {
  /** File name shown in errors. */
  readonly name: string;
  /** What `%include` and `incbin` may name. */
  readonly files?: Readonly<Record<string, string | Uint8Array>>;
  /** Bitness before any `bits` directive; 16 as in NASM. */
  readonly bits?: Bitness;
}

export interface AssembledSymbol {
  /** Local labels in full: `parent.local`. */
  readonly name: string;
  readonly address: number;
  readonly section: string;
}

export interface SourceMapEntry {
  readonly address: number;
  readonly length: number;
  readonly file: string;
  /** 1-based; for a macro's instructions the line that invoked it. */
  readonly line: number;
  /** An instruction, as opposed to data or padding. */
  readonly isCode: boolean;
}

export interface Assembly {
  readonly name: string;
  /** In address order; those without bytes (`.bss`) last. */
  readonly sections: readonly LaidOutSection[];
  /** `_start`, else `start`, else the first byte of `.text`. */
  readonly entry: number;
  /** Labels by address. */
  readonly symbols: readonly AssembledSymbol[];
  readonly globals: ReadonlySet<string>;
  /** By address. */
  readonly sourceMap: readonly SourceMapEntry[];
  /** Line number, address, bytes and source, as `nasm -l` prints them. */
  listing(): string;
}

/**
 * Assembles one source file.
 *
 * @returns the program, or every error of the file in line order
 */
export function assemble(
  source: string,
  options: AssembleOptions,
): Result<Assembly, readonly AsmError[]> {
  const errors: AsmError[] = [];
  const report = (error: SourceError, origin: Origin): void => {
    errors.push(toAsmError(error, origin));
  };
  const files = options.files ?? {};
  const parser: Parser = new Parser(
    { binary: (name) => binaryFile(files[name]), extraNames: () => preprocessor.names() },
    options.bits ?? 16,
  );
  const preprocessor = new Preprocessor(options.name, source, {
    file: (name) => textFile(files[name]),
    constant: (name) => parser.constants.get(name),
    report: (error) => errors.push(error),
  });
  for (let line = preprocessor.next(); line; line = preprocessor.next()) {
    const { origin } = line;
    attempt(() => parser.parse(line!), origin, report);
  }
  const open = parser.finish();
  if (open) report(open.error, open.origin);

  const engine = new LayoutEngine(parser.statements, report, registerNames());
  const layout = engine.run();
  if (errors.length > 0) return err(inOrder(errors));

  const symbols: AssembledSymbol[] = [];
  for (const [name, { value, section }] of layout.labels) {
    if (section === null || name.startsWith('..@')) continue;
    symbols.push({ name, address: Number(value), section });
  }
  symbols.sort((a, b) => a.address - b.address);
  const addressOf = (name: string): number | undefined =>
    symbols.find((symbol) => symbol.name === name)?.address;
  const text = layout.sections.find((section) => section.name === '.text');
  const placed = [...layout.placed].sort((a, b) => a.address - b.address);
  return ok({
    name: options.name,
    sections: layout.sections,
    entry: addressOf('_start') ?? addressOf('start') ?? text?.address ?? layout.origin,
    symbols,
    globals: parser.globals,
    sourceMap: placed.map(({ address, length, origin, isCode }) => ({
      address,
      length,
      file: origin.file,
      line: origin.line,
      isCode,
    })),
    listing: () => formatListing(options.name, source, layout),
  });
}

function attempt(
  action: () => void,
  origin: Origin,
  report: (error: SourceError, origin: Origin) => void,
): void {
  try {
    action();
  } catch (error) {
    if (!(error instanceof SourceError)) throw error;
    report(error, origin);
  }
}

function inOrder(errors: AsmError[]): AsmError[] {
  return errors.sort((a, b) => a.line - b.line || a.column - b.column);
}

const textFile = (file: string | Uint8Array | undefined): string | undefined =>
  file instanceof Uint8Array ? new TextDecoder().decode(file) : file;

const binaryFile = (file: string | Uint8Array | undefined): Uint8Array | undefined =>
  typeof file === 'string' ? new TextEncoder().encode(file) : file;
