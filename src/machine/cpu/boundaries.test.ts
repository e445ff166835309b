import { describe, expect, it } from 'vitest';
import { CR0_PG, WORD } from './state';
import { boot, deliveries, type Machine, writeGate } from './testing/boot';

/** A device that raises vector 0x20 every `period` cycles, and a handler that counts in EDI. */
function withTimer(machine: Machine, period: number): Machine {
  const { cpu, clock, memory } = machine;
  let raised = false;
  clock.register('timer', () => {
    raised = true;
    clock.schedule('timer', clock.cycles + period);
  });
  clock.schedule('timer', period);
  cpu.interruptSource = {
    hasInterrupt: () => raised,
    acknowledge: () => {
      raised = false;
      return 0x20;
    },
  };
  writeGate(memory, 0x20, 8, 0x5000, 0x8e);
  // inc edi ; iretd
  memory.writeBytes(0x5000, Uint8Array.of(0x47, 0xcf));
  return machine;
}

describe('interrupts', () => {
  it('are recognised at the first boundary where their moment has passed', () => {
    const machine = withTimer(boot('again: inc eax \n inc eax \n inc eax \n jmp again'), 10);
    machine.cpu.run(10);
    expect(deliveries(machine)).toEqual([]);
    machine.cpu.run(11);
    expect(deliveries(machine)).toEqual([[0x20, null]]);
    expect(machine.cpu.gpr[0]).toBe(8);
  });

  it('wait for IF, and for the instruction after STI', () => {
    const machine = withTimer(
      boot('nop \n nop \n nop \n sti \n inc eax \n inc ebx', { eflags: 0 }),
      2,
    );
    machine.cpu.run(5);
    expect(deliveries(machine)).toEqual([]);
    expect(machine.cpu.gpr[0]).toBe(1);
    machine.cpu.run(6);
    expect(deliveries(machine)).toEqual([[0x20, null]]);
    expect(machine.cpu.gpr[3]).toBe(0);
  });

  it('get no window between STI and CLI', () => {
    const machine = withTimer(boot('nop \n nop \n sti \n cli \n nop \n nop', { eflags: 0 }), 1);
    machine.cpu.run(6);
    expect(deliveries(machine)).toEqual([]);
  });

  it('come at once after POPF sets IF', () => {
    const machine = withTimer(
      boot('nop \n push dword 0x202 \n popfd \n inc eax', { eflags: 0 }),
      1,
    );
    machine.cpu.run(4);
    expect(machine.cpu.gpr[0]).toBe(0);
    expect(machine.cpu.gpr[7]).toBe(1);
  });

  it('interrupt REP between iterations, with registers updated and EIP on it', () => {
    const machine = boot('mov ecx,0x3000 \n mov edi,0x20000 \n rep stosb', { ramBytes: 0x100000 });
    const { cpu, memory } = machine;
    // Paging makes REP take time: each new page costs a walk.
    memory.write32(0x30000, 0x31007);
    for (let page = 0; page < 256; page++) memory.write32(0x31000 + page * 4, (page << 12) | 7);
    cpu.state[WORD.CR3] = 0x30000;
    cpu.state[WORD.CR0]! |= CR0_PG;
    cpu.flushTlb();
    withTimer(machine, 100);
    memory.writeBytes(0x5000, Uint8Array.of(0xf4));
    cpu.run(3);
    const trap = machine.events.find((event) => event.kind === 'trap');
    expect(trap).toMatchObject({ vector: 0x20, savedEip: 0x1000a });
    expect(cpu.gpr[1]! + cpu.gpr[7]!).toBe(0x23000);
    expect(cpu.gpr[1]).toBeGreaterThan(0);
    expect(cpu.gpr[1]).toBeLessThan(0x3000);
  });
});

describe('HLT', () => {
  it('sleeps to the deadline without retiring, and resumes after it', () => {
    const machine = withTimer(boot('hlt \n inc eax'), 1000);
    machine.cpu.run(1);
    expect(machine.clock.cycles).toBe(1);
    machine.cpu.run(2);
    expect(machine.clock.cycles).toBe(1001);
    expect(machine.cpu.gpr[7]).toBe(1);
    expect(machine.events.map((event) => event.kind)).toEqual(['halt', 'wake', 'trap']);
    machine.cpu.run(4);
    expect(machine.cpu.gpr[0]).toBe(1);
  });

  it('is the end with IF clear', () => {
    const machine = withTimer(boot('hlt', { eflags: 0 }), 1000);
    expect(machine.cpu.run(10)).toEqual({ kind: 'halted' });
  });

  it('is the end when nothing is scheduled', () => {
    expect(boot('hlt').cpu.run(10)).toEqual({ kind: 'halted' });
  });

  it('with STI before it is not missed by an interrupt that is already there', () => {
    const machine = withTimer(boot('nop \n nop \n sti \n hlt \n nop', { eflags: 0 }), 3);
    machine.cpu.run(5);
    expect(machine.events.map((event) => event.kind)).toEqual(['halt', 'wake', 'trap']);
    expect(machine.cpu.gpr[7]).toBe(1);
    // It did not sleep to the next tick.
    expect(machine.clock.cycles).toBe(5);
  });
});

describe('what is not implemented', () => {
  it('stops the run, names bytes and address, and leaves the machine as it was', () => {
    const machine = boot('inc eax \n fld1');
    const outcome = machine.cpu.run(10);
    expect(outcome).toMatchObject({ kind: 'stopped' });
    expect(outcome.kind === 'stopped' && outcome.message).toContain('0x00010001');
    expect(outcome.kind === 'stopped' && outcome.message).toContain('d9 e8');
    expect(machine.cpu.eip).toBe(0x10001);
    expect(machine.cpu.retired).toBe(1);
  });
});

/** A deterministic generator: mulberry32. */
function random(seed: number): (below: number) => number {
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
  'smc_call: call target',
  'jc $+2',
  'mov esi,cr3 \n mov cr3,esi',
  'invlpg [0x20000]',
  'lock xadd [0x21000],eax',
  'ud2',
  'mov eax,[0x80000000]',
  'rdtsc',
  'shl eax,cl',
];

function program(seed: number): string {
  const next = random(seed);
  const lines: string[] = ['mov ebp,16', 'mov edi,0x22000', 'again:'];
  for (let i = 0; i < 40; i++) {
    lines.push(PIECES[next(PIECES.length)]!.replace('smc_call: ', ''));
    if (next(8) === 0) lines.push(`.l${i}: dec ebx \n test bl,3 \n jnz .l${i}`);
  }
  lines.push('smc: mov al,1', 'and esp,0xfff0', 'mov edi,0x22000', 'jmp again', 'target: ret');
  return lines.join('\n');
}

function prepared(seed: number): Machine {
  const machine = boot(program(seed), { events: false });
  const { cpu, memory } = machine;
  memory.write32(0x30000, 0x31007);
  for (let page = 0; page < 256; page++) memory.write32(0x31000 + page * 4, (page << 12) | 7);
  cpu.state[WORD.CR3] = 0x30000;
  cpu.state[WORD.CR0]! |= CR0_PG;
  cpu.flushTlb();
  // Faulting handlers skip two bytes (UD2 is two bytes, the load five: its tail is harmless) and return.
  for (const vector of [6, 14, 13, 0x30]) {
    const code =
      vector === 14 ? [0x83, 0xc4, 4, 0x83, 0x04, 0x24, 5, 0xcf] : [0x83, 0x04, 0x24, 2, 0xcf];
    const at = 0x6000 + vector * 16;
    memory.writeBytes(at, Uint8Array.from(vector === 0x30 ? [0xcf] : code));
    writeGate(memory, vector, 8, at, vector === 0x30 ? 0x8f : 0x8e);
  }
  return withTimer(machine, 37 + seed * 13);
}

const whole = (machine: Machine): unknown => ({
  cpu: { ...machine.cpu.save(), eflags: machine.cpu.eflags },
  clock: machine.clock.save(),
});

describe('running', () => {
  it.each(Array.from({ length: 16 }, (_, seed) => seed))(
    'equals stepping, bit for bit (seed %i)',
    (seed) => {
      const running = prepared(seed);
      const stepping = prepared(seed);
      const pieces = prepared(seed);
      const total = 2000;
      const outcome = running.cpu.run(total);
      for (let i = 0; i < total; i++) if (stepping.cpu.step()) break;
      for (let at = 0; at < total; at += 1 + (at % 23)) {
        if (pieces.cpu.run(at).kind !== 'budget') break;
      }
      if (outcome.kind === 'budget') pieces.cpu.run(total);
      expect(running.cpu.retired).toBe(stepping.cpu.retired);
      expect(whole(stepping)).toEqual(whole(running));
      expect(whole(pieces)).toEqual(whole(running));
      expect(Buffer.compare(stepping.memory.u8, running.memory.u8)).toBe(0);
      expect(Buffer.compare(pieces.memory.u8, running.memory.u8)).toBe(0);
    },
  );
});
