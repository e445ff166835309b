/** One assembly as the editor shows it: problems, bytes beside lines, names. */
import { type AsmError, type Assembly, examine, type FirstUse } from '../assembler';
import type { AssembleReply, Diagnostic, LineBytes, SourceProgram } from './api';
import { FPU, isOfThisCpu } from './instruction-docs';

/** A line shows at most this many bytes. */
const SHOWN_BYTES = 32;

export function assembleProgram(program: SourceProgram): AssembleReply {
  const { main, files } = program;
  const { problems, assembly, symbols, names, firstUses } = examine(mainSource(program), {
    name: main,
    files,
  });
  return {
    diagnostics: [...problems, ...firstUses.flatMap(lacking)].map(diagnosticOf),
    lines: assembly ? lineBytes(assembly) : [],
    labels: symbols.map(({ name, address, file, line }) => ({ name, address, file, line })),
    names,
    size: assembly ? fileBytes(assembly) : 0,
  };
}

/** @throws Error when the program does not hold its own main file: the caller's mistake */
export function mainSource({ main, files }: SourceProgram): string {
  const source = Object.hasOwn(files, main) ? files[main] : undefined;
  if (source === undefined) throw new Error(`The program has no file '${main}' to assemble.`);
  return typeof source === 'string' ? source : new TextDecoder().decode(source);
}

/** It assembles, and the machine has no such instruction: better said before it is met. */
function lacking({ mnemonic, place }: FirstUse): AsmError[] {
  if (isOfThisCpu(mnemonic)) return [];
  const what = FPU.has(mnemonic) ? 'has no FPU: the run stops there' : 'does not have it: #UD';
  const message = `'${mnemonic}' assembles, but the CPU of this machine ${what}`;
  return [{ ...place, severity: 'warning', message }];
}

/** What the macro made of a line, and which of its lines it is. */
function inMacro({ expansion, macro }: AsmError): string {
  if (expansion === undefined) return '';
  const where = macro ? `line ${macro.line} of macro '${macro.name}'` : 'the macro';
  return ` (${where} made: ${expansion})`;
}

function diagnosticOf(problem: AsmError): Diagnostic {
  const { file, line, severity, message, source, expansion } = problem;
  // Where only the line is known, all of it is meant.
  const known = problem.column > 0;
  const text = source.trim();
  return {
    file,
    line,
    column: known ? problem.column : source.length - source.trimStart().length + 1,
    length: known ? problem.length : Math.max(1, text.length),
    severity,
    message: message + inMacro(problem),
    // What is marked is the macro's name: the suggestion is for a line of the macro.
    suggestion: (expansion === undefined ? problem.suggestion : null) ?? null,
  };
}

/** Neighbouring bytes of one line are one entry, code and data apart; a macro's line may have several entries. */
function lineBytes(assembly: Assembly): LineBytes[] {
  const lines: LineBytes[] = [];
  const sections = new Map(assembly.sections.map((section) => [section.name, section]));
  for (const entry of assembly.sourceMap) {
    const section = sections.get(entry.section);
    const bytes = (from: number, count: number): number[] =>
      section && !section.nobits ? [...section.bytes.subarray(from, from + count)] : [];
    const last = lines.at(-1);
    const continues =
      last !== undefined &&
      last.file === entry.file &&
      last.line === entry.line &&
      last.isCode === entry.isCode &&
      last.address + last.length === entry.address;
    if (continues) {
      const room = Math.min(entry.length, Math.max(0, SHOWN_BYTES - last.bytes.length));
      lines[lines.length - 1] = {
        ...last,
        length: last.length + entry.length,
        bytes: [...last.bytes, ...bytes(entry.offset, room)],
      };
      continue;
    }
    const { file, line, address, length, isCode } = entry;
    lines.push({
      ...{ file, line, address, length, isCode },
      bytes: bytes(entry.offset, Math.min(length, SHOWN_BYTES)),
    });
  }
  return lines;
}

/** Bytes of the flat image. */
function fileBytes(assembly: Assembly): number {
  const filled = assembly.sections.filter(({ nobits, size }) => !nobits && size > 0);
  if (filled.length === 0) return 0;
  const start = Math.min(...filled.map(({ loadAddress }) => loadAddress));
  return Math.max(...filled.map(({ loadAddress, size }) => loadAddress + size)) - start;
}
