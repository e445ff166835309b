/** Small endless loops for measuring the CPU alone; a script runs them for a number of instructions and takes the time. */
import { CR0_PG, WORD } from '../state';
import { boot, type Machine } from './boot';

export interface BenchProgram {
  readonly name: string;
  readonly source: string;
}

export const BENCH_PROGRAMS: readonly BenchProgram[] = [
  {
    name: 'registers only',
    source: 'again: inc eax \n add ebx,eax \n xor edx,ebx \n dec ecx \n jnz again \n jmp again',
  },
  {
    name: 'loads and stores',
    source: `again: mov ecx,1000
      .l: mov eax,[0x20000+ecx*4]
      add eax,ecx
      xor edx,eax
      mov [0x21000+ecx*4],eax
      shl edx,3
      inc ebx
      and ebx,0xff
      dec ecx
      jnz .l
      jmp again`,
  },
  {
    name: 'calls and stack',
    source: `again: push eax
      call f
      pop eax
      cmp eax,5
      jne again
      jmp again
      f: push ebp
      mov ebp,esp
      movzx eax,byte [0x20000]
      add byte [0x20004],1
      leave
      ret`,
  },
  {
    name: 'bytes and strings',
    source: `again: mov esi,0x20000
      mov edi,0x21000
      mov ecx,16
      rep movsd
      mov ecx,10
      .k: cmp byte [esi],0
      jne .n
      inc esi
      test al,al
      .n: loop .k
      jmp again`,
  },
];

/** A machine ready to run a program, flat and unpaged or paged with identity mapping in ring 3. */
export function benchMachine(program: BenchProgram, mode: 'flat' | 'paged ring 3'): Machine {
  if (mode === 'flat') return boot(program.source, { events: false, eflags: 0 });
  const machine = boot(program.source, { events: false, eflags: 0, cpl: 3 });
  const { cpu, memory } = machine;
  memory.write32(0x30000, 0x31007);
  for (let page = 0; page < 256; page++) memory.write32(0x31000 + page * 4, (page << 12) | 7);
  cpu.state[WORD.CR3] = 0x30000;
  cpu.state[WORD.CR0]! |= CR0_PG;
  cpu.flushTlb();
  return machine;
}
