import { describe, expect, it } from 'vitest';
import type { CpuObserver, ObservedAccess } from './observer';
import { CR0_PG, EFLAGS_TF, WORD } from './state';
import { boot, CODE, DATA, GDT, IDT, type Machine, STACK0, selector, TSS } from './testing/boot';

const NONE: ReadonlySet<number> = new Set();

/** Looks on over all of memory or over some linear pages, and notes what it is told in the order of the telling. */
function observe(machine: Machine, pages?: readonly number[]) {
  const told: string[] = [];
  const every = new Set(Array.from({ length: 256 }, (_, page) => page));
  const watched = pages ? new Set(pages) : NONE;
  const frames = pages ? NONE : every;
  const observer: CpuObserver = {
    pages: {
      readPages: watched,
      writePages: watched,
      readFrames: frames,
      writeFrames: frames,
      meets: () => true,
    },
    isWatched: () => false,
    executes: () => false,
    touches: (access) => {
      told.push(inWords(access));
      return true;
    },
    iterated: () => told.push('iterated'),
    faulted: () => told.push('faulted'),
    boundary: () => {
      told.push(`at ${(machine.cpu.eip - CODE).toString(16)}`);
      return 'go';
    },
    flushed: () => {},
  };
  machine.cpu.observer = observer;
  return told;
}

function inWords({ kind, linear, size, by, modifying, first, second }: ObservedAccess): string {
  const where = linear >= DATA ? `data+${linear - DATA}` : linear.toString(16);
  const who = by === 'instruction' ? '' : `${by} `;
  const place = by === 'page-walk' ? first.toString(16) : where;
  return `${who}${modifying ? 'modify-' : ''}${kind} ${place} ${size}${second < 0 ? '' : ' split'}`;
}

/** What one instruction tells, without boundaries. */
function accessesOf(source: string, prepare: (machine: Machine) => void = () => {}): string[] {
  const machine = boot(`${source} \n nop \n nop`);
  prepare(machine);
  const told = observe(machine);
  machine.cpu.run(1);
  return told.filter((line) => !line.startsWith('at '));
}

const sp = (offset: number): string => (STACK0 + offset).toString(16);

describe('an observer of all of memory is told of', () => {
  it.each<[string, string[]]>([
    [`mov al,[${DATA}]`, ['read data+0 1']],
    [`mov ax,[${DATA}]`, ['read data+0 2']],
    [`mov eax,[${DATA}]`, ['read data+0 4']],
    [`mov byte [${DATA}],1`, ['write data+0 1']],
    [`mov word [${DATA}],1`, ['write data+0 2']],
    [`mov dword [${DATA}],1`, ['write data+0 4']],
    [`mov eax,[${DATA + 0xffe}]`, ['read data+4094 4 split']],
    [`mov [${DATA + 0xffe}],eax`, ['write data+4094 4 split']],
    [`inc byte [${DATA}]`, ['modify-read data+0 1', 'modify-write data+0 1']],
    [`add word [${DATA}],2`, ['modify-read data+0 2', 'modify-write data+0 2']],
    [`inc dword [${DATA}]`, ['modify-read data+0 4', 'modify-write data+0 4']],
    [`add [${DATA}],eax`, ['modify-read data+0 4', 'modify-write data+0 4']],
    [
      `inc dword [${DATA + 0xfff}]`,
      ['modify-read data+4095 4 split', 'modify-write data+4095 4 split'],
    ],
    [`xchg eax,[${DATA}]`, ['modify-read data+0 4', 'modify-write data+0 4']],
    [`cmpxchg [${DATA}],ecx`, ['modify-read data+0 4', 'modify-write data+0 4']],
    [`bts dword [${DATA}],3`, ['modify-read data+0 4', 'modify-write data+0 4']],
    [`bt dword [${DATA}],3`, ['read data+0 4']],
    [`cmp dword [${DATA}],3`, ['read data+0 4']],
    [`test [${DATA}],eax`, ['read data+0 4']],
    [`not byte [${DATA}]`, ['modify-read data+0 1', 'modify-write data+0 1']],
    [`shl dword [${DATA}],2`, ['modify-read data+0 4', 'modify-write data+0 4']],
    ['push eax', [`write ${sp(-4)} 4`]],
    ['push ax', [`write ${sp(-2)} 2`]],
    [`push dword [${DATA}]`, ['read data+0 4', `write ${sp(-4)} 4`]],
    ['pop eax', [`read ${sp(0)} 4`]],
    ['call $+5', [`write ${sp(-4)} 4`]],
    ['ret', [`read ${sp(0)} 4`]],
    ['pushf', [`write ${sp(-4)} 4`]],
    ['popf', [`read ${sp(0)} 4`]],
    ['leave', [`read ${sp(0)} 4`]],
    [`lea eax,[${DATA}]`, []],
    [`setz byte [${DATA}]`, ['write data+0 1']],
    [`sgdt [${DATA}]`, ['write data+0 2', 'write data+2 4']],
    [`lidt [${DATA}]`, ['read data+0 2', 'read data+2 4']],
    ['pusha', Array.from({ length: 8 }, (_, i) => `write ${sp(-4 * (i + 1))} 4`)],
  ])('%s', (source, expected) => {
    const told = accessesOf(source, ({ cpu }) => {
      cpu.gpr[5] = STACK0;
    });
    expect(told).toEqual(expected);
  });

  it('both ends of MOVSD', () => {
    const told = accessesOf('movsd', ({ cpu }) => {
      cpu.gpr[6] = DATA;
      cpu.gpr[7] = DATA + 16;
    });
    expect(told).toEqual(['read data+0 4', 'write data+16 4']);
  });

  it('each iteration of a repeated string instruction', () => {
    const told = accessesOf('rep stosw', ({ cpu }) => {
      cpu.gpr[7] = DATA;
      cpu.gpr[1] = 3;
    });
    const all = [0, 2, 4].flatMap((at) => [`write data+${at} 2`, 'iterated']);
    expect(told).toEqual(all);
  });

  it('the frame and the gate of an interrupt', () => {
    const told = accessesOf('int 0x30');
    expect(told.filter((line) => line.includes('write'))).toEqual(
      [-4, -8, -12].map((offset) => `delivery write ${sp(offset)} 4`),
    );
    expect(told).toContain(`delivery read ${(IDT + 0x30 * 8).toString(16)} 4`);
  });

  it('the stack pointer in the TSS when ring 3 is interrupted', () => {
    const machine = boot('nop \n nop', { cpl: 3 });
    const told = observe(machine);
    machine.cpu.deliverNow(0x30);
    expect(told).toContain(`delivery read ${(TSS + 4).toString(16)} 4`);
    expect(told.filter((line) => line.startsWith('delivery write'))).toHaveLength(5);
  });

  it('the descriptor of a segment load', () => {
    const told = accessesOf('mov es,ax', ({ cpu }) => {
      cpu.gpr[0] = selector.data(0);
    });
    expect(told).toEqual([16, 20].map((at) => `read ${(GDT + at).toString(16)} 4`));
  });

  it('what an instruction did before it faulted, and that it did fault', () => {
    const told = accessesOf('rep movsd', ({ cpu }) => {
      cpu.gpr[1] = 1;
      cpu.gpr[6] = DATA;
      cpu.gpr[7] = DATA;
      const limit = { base: 0, limit: DATA };
      cpu.loadDescriptorCache(0, { selector: 16, rights: 0xc093, ...limit });
    });
    expect(told.slice(0, 2)).toEqual(['read data+0 4', 'faulted']);
  });
});

describe('an observer of one page', () => {
  it('is told of no access elsewhere that takes the fast path', () => {
    const machine = boot(
      `mov eax,[${DATA + 0x2000}] \n mov eax,[${DATA + 0x2004}] \n mov eax,[${DATA}]`,
    );
    machine.cpu.run(1);
    const told = observe(machine, [DATA >>> 12]);
    machine.cpu.run(3);
    expect(told.filter((line) => line.startsWith('read'))).toEqual(['read data+0 4']);
  });

  it('is asked at the boundary right behind the access, in the middle of a block', () => {
    const machine = boot(`inc eax \n mov [${DATA}],eax \n inc eax \n inc eax`);
    const told = observe(machine, [DATA >>> 12]);
    machine.cpu.run(4);
    expect(told).toEqual(['write data+0 4', 'at 6']);
    expect(machine.cpu.gpr[0]).toBe(3);
  });

  it('may stop the run there', () => {
    const machine = boot(`inc eax \n mov [${DATA}],eax \n inc eax \n inc eax`);
    observe(machine, [DATA >>> 12]);
    const looking = machine.cpu.observer!;
    machine.cpu.observer = { ...looking, boundary: () => 'stop' };
    expect(machine.cpu.run(4)).toEqual({ kind: 'budget' });
    expect(machine.cpu.retired).toBe(2);
    expect(machine.cpu.run(4)).toEqual({ kind: 'budget' });
    expect(machine.cpu.retired).toBe(4);
  });

  it('makes a block with a repeated string instruction move its bytes one by one', () => {
    const machine = boot('rep stosd');
    machine.cpu.gpr[7] = DATA + 0xff8;
    machine.cpu.gpr[1] = 4;
    const told = observe(machine, [DATA >>> 12]);
    machine.cpu.run(1);
    expect(told).toContain('write data+4088 4');
    expect(told).toContain('write data+4092 4');
    expect(machine.cpu.gpr[1]).toBe(0);
  });
});

describe('with paging', () => {
  const PD = 0x30000;
  const PT = 0x31000;

  function paged(source: string): Machine {
    const machine = boot(source);
    const { memory, cpu } = machine;
    memory.write32(PD, PT | 7);
    for (let page = 0; page < 256; page++) memory.write32(PT + page * 4, (page << 12) | 7);
    cpu.state[WORD.CR3] = PD;
    cpu.state[WORD.CR0]! |= CR0_PG;
    cpu.flushTlb();
    return machine;
  }

  it('tells of accessed and dirty bits that a walk sets', () => {
    const machine = paged(`mov [${DATA}],eax`);
    const told = observe(machine);
    machine.cpu.run(1);
    expect(told.filter((line) => line.startsWith('page-walk'))).toEqual([
      `page-walk write ${PD.toString(16)} 4`,
      `page-walk write ${(PT + (CODE >>> 12) * 4).toString(16)} 4`,
      `page-walk write ${(PT + (DATA >>> 12) * 4).toString(16)} 4`,
    ]);
  });

  it('leaves a stale translation stale', () => {
    const source = `mov dword [${PT + (DATA >>> 12) * 4}],0x25007 \n mov [${DATA}],eax`;
    const machine = paged(`mov ebx,[${DATA}] \n mov [${DATA}],ebx \n ${source}`);
    machine.cpu.run(2);
    const told = observe(machine, [DATA >>> 12]);
    machine.cpu.gpr[0] = 0x1234;
    machine.cpu.run(4);
    expect(machine.memory.read32(DATA)).toBe(0x1234);
    expect(machine.memory.read32(0x25000)).toBe(0);
    expect(told).toContain('write data+0 4');
    const entry = (PT + (DATA >>> 12) * 4).toString(16);
    expect(told.filter((line) => line.startsWith(`page-walk write ${entry}`))).toEqual([]);
  });
});

describe('watched code', () => {
  it('begins blocks of its own and is told of before it executes, each time', () => {
    const machine = boot('mov ecx,3 \n again: inc eax \n inc eax \n loop again \n hlt');
    const { cpu } = machine;
    const at = CODE + 6;
    const seen: [number, number][] = [];
    cpu.observer = {
      pages: {
        readPages: NONE,
        writePages: NONE,
        readFrames: NONE,
        writeFrames: NONE,
        meets: () => false,
      },
      isWatched: (linear) => linear === at,
      executes: (linear) => {
        expect([linear, cpu.eip]).toEqual([at, at]);
        seen.push([cpu.retired, cpu.gpr[0]!]);
        return false;
      },
      touches: () => false,
      iterated: () => {},
      faulted: () => {},
      boundary: () => 'go',
      flushed: () => {},
    };
    cpu.watchedCodeChanged();
    cpu.run(100);
    expect(seen).toEqual([
      [2, 1],
      [5, 3],
      [8, 5],
    ]);
  });

  it('is told of after the single-step trap of the instruction before it, not ahead', () => {
    const machine = boot('nop \n inc eax', { eflags: EFLAGS_TF });
    const seen: number[] = [];
    observe(machine, []);
    machine.cpu.observer = {
      ...machine.cpu.observer!,
      isWatched: (linear) => linear === CODE + 1,
      executes: () => seen.push(machine.cpu.retired) > 9,
    };
    machine.cpu.watchedCodeChanged();
    machine.cpu.run(2);
    expect(seen).toEqual([]);
  });
});
