/** Seeded random ring-0 programs with paging, a timer, faults, self-modifying code, flag and breakpoint games. */
import { CR0_PG, WORD } from '../state';
import { boot, type Machine, writeGate } from './boot';

/** A deterministic generator: mulberry32. */
export function random(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}

const PIECES = [
  'inc eax',
  'add ebx,eax',
  'mov [0x20000+edx*4],ebx',
  'mov ecx,[0x20ffe]',
  'xor edx,7',
  'and edx,0xfff',
  'push ebx',
  'pop ecx',
  'pushfd \n popfd',
  'sti',
  'cli',
  'mov ss,bp',
  'int 0x30',
  'hlt',
  'mov cx,5 \n rep movsb',
  'inc byte [smc+1]',
  'call target',
  'jc $+2',
  'mov esi,cr3 \n mov cr3,esi',
  'invlpg [0x20000]',
  'lock xadd [0x21000],eax',
  'ud2',
  'mov eax,[0x80000000]',
  'rdtsc',
  'shl eax,cl',
  'mov esi,again \n mov dr0,esi \n mov esi,0x1 \n mov dr7,esi',
  'mov esi,0x20000 \n mov dr1,esi \n mov esi,0xd0000c \n mov dr7,esi',
  'xor esi,esi \n mov dr7,esi',
  'pushfd \n or dword [esp],0x100 \n popfd',
  'pushfd \n and dword [esp],~0x100 \n popfd',
];

export function program(seed: number): string {
  const next = random(seed);
  const lines: string[] = ['mov ebp,16', 'mov edi,0x22000', 'again:'];
  for (let i = 0; i < 40; i++) {
    lines.push(PIECES[next(PIECES.length)]!);
    if (next(8) === 0) lines.push(`.l${i}: dec ebx \n test bl,3 \n jnz .l${i}`);
  }
  lines.push('smc: mov al,1', 'and esp,0xfff0', 'mov edi,0x22000', 'jmp again', 'target: ret');
  return lines.join('\n');
}

/** A device that raises vector 0x20 every `period` cycles, and a handler that counts in EDI. */
export class Timer {
  pending = false;

  constructor(machine: Machine, period: number) {
    const { cpu, memory, clock } = machine;
    cpu.interruptSource = {
      hasInterrupt: () => this.pending,
      acknowledge: () => {
        this.pending = false;
        return 0x20;
      },
    };
    clock.register('timer', () => {
      this.pending = true;
      clock.schedule('timer', clock.cycles + period);
    });
    clock.schedule('timer', period);
    writeGate(memory, 0x20, 8, 0x5000, 0x8e);
    // inc edi ; iretd
    memory.writeBytes(0x5000, Uint8Array.of(0x47, 0xcf));
  }
}

export interface Prepared extends Machine {
  readonly timer: Timer;
}

/** A machine with paging on, about to execute `program(seed)`. */
export function prepared(seed: number): Prepared {
  const machine = boot(program(seed), { events: false });
  const { cpu, memory } = machine;
  memory.write32(0x30000, 0x31007);
  for (let page = 0; page < 256; page++) memory.write32(0x31000 + page * 4, (page << 12) | 7);
  cpu.state[WORD.CR3] = 0x30000;
  cpu.state[WORD.CR0]! |= CR0_PG;
  cpu.flushTlb();
  // Faulting handlers skip two bytes (UD2 is two bytes, the load five: its tail is harmless) and return.
  const handlers: readonly (readonly [number, readonly number[]])[] = [
    [1, [0xcf]],
    [6, [0x83, 0x04, 0x24, 2, 0xcf]],
    [13, [0x83, 0x04, 0x24, 2, 0xcf]],
    [14, [0x83, 0xc4, 4, 0x83, 0x04, 0x24, 5, 0xcf]],
    [0x30, [0xcf]],
  ];
  for (const [vector, code] of handlers) {
    const at = 0x6000 + vector * 16;
    // The debug handler sets RF in the image, or an instruction breakpoint would never end.
    const bytes = vector === 1 ? [0x81, 0x4c, 0x24, 8, 0, 0, 1, 0, 0xcf] : code;
    memory.writeBytes(at, Uint8Array.from(bytes));
    writeGate(memory, vector, 8, at, vector === 0x30 ? 0x8f : 0x8e);
  }
  return { ...machine, timer: new Timer(machine, 37 + seed * 13) };
}

/** Everything a run leaves in CPU and clock. */
export const whole = (machine: Machine): unknown => ({
  cpu: { ...machine.cpu.save(), eflags: machine.cpu.eflags },
  clock: machine.clock.save(),
});

/** A checkpoint: call the result on any machine of the same seed to put it there. */
export function checkpoint(machine: Prepared): (to: Prepared) => void {
  const saved = {
    bytes: machine.memory.u8.slice(),
    cpu: machine.cpu.save(),
    clock: machine.clock.save(),
    pending: machine.timer.pending,
  };
  return (to) => {
    to.memory.writeBytes(0, saved.bytes);
    to.clock.restore(saved.clock);
    to.cpu.restore(saved.cpu);
    to.timer.pending = saved.pending;
  };
}
