/** How long the assembler takes for a large guest: 10,000 lines such as people write. */
import { assemble } from '../../src/assembler';

export const LINES = 10_000;

export interface AssemblerSpeed {
  readonly lines: number;
  readonly bytes: number;
  /** Best of the rounds: other programs only ever make it slower. */
  readonly milliseconds: number;
  /** The first round, with tables still to be built and code still cold. */
  readonly firstMilliseconds: number;
}

/** A guest of procedures with loops, calls, tables, macros and comments; every label is used. */
export function largeSource(lines: number = LINES): string {
  const out = [
    'bits 32',
    'org 0x100000',
    'PAGE equ 0x1000',
    '%define entry(n) (n * 4 + PAGE)',
    '%macro save 2',
    '  push %1',
    '  push %2',
    '%endmacro',
    'start:',
  ];
  for (let n = 0; out.length < lines; n++) {
    out.push(
      `; procedure ${n}: sums a table and calls the next`,
      `procedure_${n}:`,
      '  save ebx, esi',
      `  mov esi, table_${n}`,
      `  mov ecx, (table_${n}.end - table_${n}) / 4`,
      '  xor eax, eax',
      '.again:',
      '  add eax, [esi + ecx * 4 - 4]',
      `  cmp eax, ${n * 37}`,
      '  jb .small',
      `  sub dword [total + ${(n % 8) * 4}], eax`,
      '.small:',
      '  dec ecx',
      '  jnz .again',
      `  mov [entry(${n % 64})], al`,
      '  pop esi',
      '  pop ebx',
      n > 0 ? `  call procedure_${n - 1}` : '  cli',
      '  ret',
      `table_${n}: dd ${n}, ${n} + 1, table_${n}, $ - start`,
      '  .end:',
    );
  }
  out.push('align 16', 'total: times 8 dd 0');
  return `${out.join('\n')}\n`;
}

export function measureAssembler(rounds = 5): AssemblerSpeed {
  const source = largeSource();
  const times: number[] = [];
  let bytes = 0;
  for (let round = 0; round < rounds; round++) {
    const from = performance.now();
    const result = assemble(source, { name: 'large.asm' });
    times.push(performance.now() - from);
    if (!result.ok) throw new Error(result.error[0]!.message);
    bytes = result.value.sections.reduce((sum, section) => sum + section.size, 0);
  }
  return {
    lines: source.split('\n').length - 1,
    bytes,
    milliseconds: Math.min(...times),
    firstMilliseconds: times[0]!,
  };
}
