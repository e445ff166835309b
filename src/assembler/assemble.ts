/** The assembler's front door: NASM source to sections, symbols and a source map. Output files are in `flat.ts`, `elf.ts`. */
import { err, ok, type Result } from '../base/result';
import type { Bitness } from '../machine/codec/instruction';
import { registerNames } from '../machine/codec/opcode-forms';
import { type AsmError, SourceError } from './errors';
import { foreignSyntax } from './foreign-syntax';
import { type LaidOutSection, type Layout, LayoutEngine } from './layout';
import { formatListing } from './listing';
import { nearMiss } from './near-miss';
import { Parser } from './parser';
import { type Origin, toAsmError } from './origin';
import { Preprocessor } from './preprocessor/preprocessor';

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
  /** Where it is defined; for a macro's label the line that invoked it. */
  readonly file: string;
  readonly line: number;
}

export interface SourceMapEntry {
  readonly address: number;
  readonly length: number;
  readonly section: string;
  /** Where its bytes begin in the section's. */
  readonly offset: number;
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

/** A name that is no address: `equ` constants and fields of structures, macros and defines. */
export interface DefinedName {
  readonly name: string;
  readonly kind: 'constant' | 'macro' | 'define';
}

/** All that is known of a source, right or wrong: what an editor asks. */
export interface Examination {
  /** Errors and warnings in line order, included files' last. */
  readonly problems: readonly AsmError[];
  /** Null when there is an error among them. */
  readonly assembly: Assembly | null;
  /** As in `Assembly`. Next to errors: the addresses they would have if the wrong lines took the room guessed for them. */
  readonly symbols: readonly AssembledSymbol[];
  readonly names: readonly DefinedName[];
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
  const { assembly, problems } = examine(source, options);
  return assembly ? ok(assembly) : err(problems.filter(({ severity }) => severity === 'error'));
}

/** Assembles one source file and tells what is known even where it has errors. */
export function examine(source: string, options: AssembleOptions): Examination {
  const problems: AsmError[] = [];
  const report = (error: SourceError, origin: Origin): void => {
    problems.push(toAsmError(error, origin));
  };
  const files = options.files ?? {};
  const parser: Parser = new Parser(
    {
      binary: (name) => binaryFile(files[name]),
      extraNames: () => Object.values(preprocessor.names).flat(),
    },
    options.bits ?? 16,
  );
  const preprocessor = new Preprocessor(options.name, source, {
    file: (name) => textFile(files[name]),
    constant: (name) => parser.constants.get(name),
    bits: () => parser.bitness,
    report: (problem) => problems.push(problem),
  });
  for (let line = preprocessor.next(); line; line = preprocessor.next()) {
    const { origin } = line;
    attempt(
      () => parser.parse(line!),
      (error) => {
        report(foreignSyntax(line!.tokens) ?? error, origin);
      },
    );
  }
  const open = parser.finish();
  if (open) report(open.error, open.origin);

  const engine = new LayoutEngine(parser.statements, report, registerNames());
  const layout = engine.run();
  for (const [name, { token, origin }] of parser.globals) {
    if (layout.labels.has(name)) continue;
    const near = nearMiss(name, layout.labels.keys());
    const message = `global '${name}': there is no such label`;
    const warning = new SourceError(message, token.at, token.text.length, near);
    problems.push(toAsmError(warning, origin, 'warning'));
  }

  const symbols = symbolsOf(layout);
  const isWrong = problems.some(({ severity }) => severity === 'error');
  return {
    problems: inOrder(problems, options.name),
    assembly: isWrong
      ? null
      : assemblyOf(options.name, source, layout, symbols, new Set(parser.globals.keys())),
    symbols,
    names: definedNames(parser, layout, preprocessor),
  };
}

function symbolsOf(layout: Layout): AssembledSymbol[] {
  const symbols: AssembledSymbol[] = [];
  for (const [name, { value, section, origin }] of layout.labels) {
    if (section === null || name.startsWith('..@')) continue;
    symbols.push({
      name,
      address: Number(value),
      section,
      file: origin.file,
      line: origin.line,
    });
  }
  return symbols.sort((a, b) => a.address - b.address);
}

function definedNames(parser: Parser, layout: Layout, preprocessor: Preprocessor): DefinedName[] {
  const of =
    (kind: DefinedName['kind']) =>
    (name: string): DefinedName => ({ name, kind });
  const constants = parser.statements.flatMap((statement) =>
    statement.kind === 'equ' ? [statement.name] : [],
  );
  const offsets = [...layout.labels].flatMap(([name, label]) =>
    label.section === null && !name.startsWith('..@') ? [name] : [],
  );
  return [
    ...constants.map(of('constant')),
    ...offsets.map(of('constant')),
    ...preprocessor.names.macros.map(of('macro')),
    ...preprocessor.names.defines.map(of('define')),
  ];
}

function assemblyOf(
  name: string,
  source: string,
  layout: Layout,
  symbols: readonly AssembledSymbol[],
  globals: ReadonlySet<string>,
): Assembly {
  const addressOf = (wanted: string): number | undefined =>
    symbols.find((symbol) => symbol.name === wanted)?.address;
  const text = layout.sections.find((section) => section.name === '.text');
  const placed = [...layout.placed].sort((a, b) => a.address - b.address);
  return {
    name,
    sections: layout.sections,
    entry: addressOf('_start') ?? addressOf('start') ?? text?.address ?? layout.origin,
    symbols,
    globals,
    sourceMap: placed.map(({ address, length, section, offset, origin, isCode }) => ({
      address,
      length,
      section,
      offset,
      file: origin.file,
      line: origin.line,
      isCode,
    })),
    listing: () => formatListing(name, source, layout),
  };
}

function attempt(action: () => void, report: (error: SourceError) => void): void {
  try {
    action();
  } catch (error) {
    if (!(error instanceof SourceError)) throw error;
    report(error);
  }
}

/** The main file's first, then the included ones in order of appearance. */
function inOrder(problems: AsmError[], main: string): AsmError[] {
  const files = [...new Set([main, ...problems.map(({ file }) => file)])];
  return problems.sort(
    (a, b) =>
      files.indexOf(a.file) - files.indexOf(b.file) || a.line - b.line || a.column - b.column,
  );
}

const textFile = (file: string | Uint8Array | undefined): string | undefined =>
  file instanceof Uint8Array ? new TextDecoder().decode(file) : file;

const binaryFile = (file: string | Uint8Array | undefined): Uint8Array | undefined =>
  typeof file === 'string' ? new TextEncoder().encode(file) : file;
