/** The assembler's front door: NASM source to sections, symbols and a source map. Output files are in `flat.ts`, `elf.ts`. */
import { err, ok, type Result } from '../base/result';
import type { Bitness } from '../machine/codec/instruction';
import { registerNames } from '../machine/codec/opcode-forms';
import { type AsmError, SourceError } from './errors';
import { foreignSyntax } from './foreign-syntax';
import type { LaidOutSection, Layout } from './laid-out';
import { LayoutEngine } from './layout';
import { formatListing } from './listing';
import { multibootWarnings } from './multiboot';
import { type Origin, toAsmError } from './origin';
import { Parser } from './parser';
import { Preprocessor } from './preprocessor/preprocessor';
import type { Statement } from './statements';

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
  /** Where a flat image begins: at `org`, or at the first byte. */
  readonly origin: number;
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
  /** Of a constant. */
  readonly value?: number;
  /** Where a constant is defined. */
  readonly file?: string;
  readonly line?: number;
}

/** Where an instruction is first used. */
export interface FirstUse {
  /** As written, in lower case. */
  readonly mnemonic: string;
  /** Place and source line, as of an error with nothing to say. */
  readonly place: Omit<AsmError, 'message' | 'severity'>;
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
  /** Of each mnemonic. */
  readonly firstUses: readonly FirstUse[];
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

/**
 * Assembles one source file and tells what is known even where it has errors.
 *
 * `%if $ - $$ > 510` asks for addresses before there are any. It gets an estimate, and the layout tells what would have
 * been right; if that is something else, all is read again with the right answers, until they are.
 */
export function examine(source: string, options: AssembleOptions): Examination {
  let answers: readonly bigint[] = [];
  for (let round = 1; ; round++) {
    const reading = read(source, options, answers);
    const { parser, layout } = reading;
    const changed = parser.answered.findIndex((answer, i) => answer !== layout.probes[i]);
    // What could not be worked out at the end either has been reported.
    if (changed < 0 || layout.probes[changed] === undefined) return examinationOf(reading, options);
    if (round === MAX_ROUNDS) {
      reading.reportEndless(changed);
      return examinationOf(reading, options);
    }
    answers = layout.probes;
  }
}

const MAX_ROUNDS = 12;
/** A file that is no source at all would have as many as lines. */
const MAX_PROBLEMS = 1000;

/** One reading of the source, from text to addresses. */
interface Reading {
  readonly source: string;
  readonly problems: AsmError[];
  readonly parser: Parser;
  readonly preprocessor: Preprocessor;
  readonly layout: Layout;
  /** Says that the value of that number is never the one it was worked out from. */
  readonly reportEndless: (probe: number) => void;
}

function read(source: string, options: AssembleOptions, answers: readonly bigint[]): Reading {
  const problems: AsmError[] = [];
  const told = new Set<string>();
  const add = (problem: AsmError): void => {
    // A loop repeats its lines, and with them the mistakes in them.
    const key = `${problem.file}:${problem.line}:${problem.column} ${problem.message} ${problem.expansion}`;
    if (told.has(key)) return;
    told.add(key);
    if (problems.length < MAX_PROBLEMS) problems.push(problem);
    else if (problems.length === MAX_PROBLEMS) {
      const message = `more than ${MAX_PROBLEMS} errors: the others are not told`;
      problems.push({ ...problem, severity: 'error', message });
    }
  };
  const report = (error: SourceError, origin: Origin): void => add(toAsmError(error, origin));
  const files = options.files ?? {};
  const fileNamed = (name: string) => (Object.hasOwn(files, name) ? files[name] : undefined);
  const estimator: { engine?: LayoutEngine } = {};
  const parser: Parser = new Parser(
    {
      binary: (name) => binaryFile(fileNamed(name)),
      warn: (warning, origin) => add(toAsmError(warning, origin, 'warning')),
      extraNames: () => Object.values(preprocessor.names).flat(),
      answer: (index) => answers[index],
      estimate: (expression, scope) => {
        estimator.engine ??= new LayoutEngine(parser.statements, () => {}, []);
        return estimator.engine.estimate(expression, scope);
      },
    },
    options.bits ?? 16,
  );
  const preprocessor = new Preprocessor(options.name, source, {
    file: (name) => textFile(fileNamed(name)),
    fileNames: () => Object.keys(files),
    scope: (origin, token) => parser.valueScope(origin, token),
    bits: () => parser.bitness,
    section: () => parser.currentSection,
    report: add,
  });
  for (let line = preprocessor.next(); line; line = preprocessor.next()) {
    const { origin, tokens } = line;
    if (problems.length > MAX_PROBLEMS) break;
    attempt(
      () => parser.parse(line!),
      (error) => report(foreignSyntax(tokens) ?? error, origin),
    );
  }
  const open = parser.finish();
  if (open) report(open.error, open.origin);

  const { statements, declarations } = parser;
  const named = namesOf(statements);
  const absent = [...declarations.externs.keys()].filter((name) => !named.has(name));
  const engine = new LayoutEngine(statements, report, registerNames(), new Set(absent));
  const layout = engine.run();
  const labels = [...named].filter((name) => !name.startsWith('..@'));
  for (const problem of declarations.problems((name) => named.has(name), labels)) {
    add(toAsmError(problem.error, problem.origin, problem.severity));
  }
  const reportEndless = (probe: number): void => {
    const asked = statements.find(
      ({ kind, ...rest }) => kind === 'probe' && 'index' in rest && rest.index === probe,
    );
    if (!asked) return;
    const { token, origin } = asked;
    const message = 'this value depends on addresses that depend on it';
    report(new SourceError(message, token.at, token.text.length), origin);
  };
  return { source, problems, parser, preprocessor, layout, reportEndless };
}

function namesOf(statements: readonly Statement[]): Set<string> {
  const names = new Set<string>();
  for (const statement of statements) {
    if (statement.kind === 'label' || statement.kind === 'equ') names.add(statement.name);
  }
  return names;
}

function examinationOf(reading: Reading, options: AssembleOptions): Examination {
  const { source, parser, preprocessor, layout, problems } = reading;
  const symbols = symbolsOf(layout);
  const isWrong = problems.some(({ severity }) => severity === 'error');
  const { globals, externs } = parser.declarations;
  const assembly = isWrong
    ? null
    : assemblyOf(
        options.name,
        source,
        layout,
        symbols,
        new Set([...globals.keys(), ...externs.keys()]),
      );
  if (assembly) problems.push(...multibootWarnings(assembly, layout.placed));
  return {
    problems: inOrder(problems, options.name),
    assembly,
    symbols,
    names: definedNames(layout, preprocessor),
    firstUses: firstUses(parser.statements),
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

function definedNames(layout: Layout, preprocessor: Preprocessor): DefinedName[] {
  const of =
    (kind: DefinedName['kind']) =>
    (name: string): DefinedName => ({ name, kind });
  const offsets = [...layout.labels].filter(
    ([name, label]) => label.section === null && !name.startsWith('..@'),
  );
  const constants = [...layout.constants, ...offsets].map(
    ([name, { value, origin }]): DefinedName => ({
      ...{ name, kind: 'constant', value: Number(BigInt.asUintN(32, value)) },
      ...{ file: origin.file, line: origin.line },
    }),
  );
  return [
    ...constants,
    ...preprocessor.names.macros.map(of('macro')),
    ...preprocessor.names.defines.map(of('define')),
  ];
}

function firstUses(statements: readonly Statement[]): FirstUse[] {
  const found = new Map<string, FirstUse>();
  for (const { origin, ...statement } of statements) {
    if (statement.kind !== 'body' || statement.body.kind !== 'instruction') continue;
    const { mnemonic, token } = statement.body;
    if (found.has(mnemonic)) continue;
    const at = new SourceError('', token.at, token.text.length);
    found.set(mnemonic, { mnemonic, place: toAsmError(at, origin) });
  }
  return [...found.values()];
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
    origin: layout.origin,
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
