/** Frames that the CPU pushed, in the guests that ship: on the stack word by word, and in the call stack. */
import { describe, expect, it } from 'vitest';
import { calls } from './calls';
import { stack } from './stack';
import { type Looked, machineOf, OWN_TABLES, shipped } from './testing/machine';

/** `frame: EIP → program+0x38` for each word. */
function wordsOf(looked: Looked, words: number): string[] {
  return stack(looked.context, { cpu: 'guest', words }).entries.map((entry) => {
    const text = [entry.words, entry.label].filter((part) => part !== null).join(' ');
    return `${entry.kind}: ${text}`;
  });
}

const framesOf = (looked: Looked) =>
  calls(looked.context).frames.map(({ by, label }) => `${by} ${label ?? '-'}`);

const TECHNIQUES = ['bare', 'binary-translation'] as const;

describe.each(TECHNIQUES)('frames on the stack (%s)', (technique) => {
  it('of an exception from ring 3, with its error code', () => {
    const looked = shipped('copy-on-write', technique);
    looked.runTo(looked.addressOf('page_fault') + 4);
    const expected = [
      'frame: error code of #PF',
      'frame: EIP → program+0x38',
      'frame: CS 001b, ring 3',
      'frame: EFLAGS, IF=1 IOPL=0',
      expect.stringMatching(/^frame: ESP → /),
      'frame: SS 0023',
    ];
    expect(wordsOf(looked, 14).slice(8)).toEqual(expected);
    expect(framesOf(looked).slice(0, 2)).toEqual([
      'current page_fault+0x4',
      'interrupt program+0x38',
    ]);
  });

  it('of a call through a gate, with the parameters that were copied', () => {
    const looked = shipped('call-gate', technique);
    looked.runTo('add_numbers');
    expect(wordsOf(looked, 6)).toEqual([
      expect.stringMatching(/^frame: return EIP → program\+0x/),
      'frame: return CS 001b, ring 3',
      'frame: copied parameter 1 of 2',
      'frame: copied parameter 2 of 2',
      'frame: ESP → user_data_start+0x7f8',
      'frame: SS 0023',
    ]);
    const { frames } = calls(looked.context);
    expect(frames[1]).toMatchObject({
      by: 'call',
      returnSlot: looked.system.guest().gpr[4],
      stackPointer: looked.addressOf('user_data_start') + 0x7f8,
      source: { line: expect.any(Number) },
    });
    expect(frames[1]?.label).toMatch(/^program\+0x/);
  });

  it('of a trap from virtual-8086 mode: the caller is in the 8086 program', () => {
    const looked = shipped('virtual-8086', technique);
    // Behind its PUSHA: bare, nobody sees the machine stand between the fault and the first instruction of the handler.
    looked.runTo(looked.addressOf('monitor') + 1);
    expect(wordsOf(looked, 18).slice(8)).toEqual([
      'frame: error code of #GP',
      'frame: IP →',
      'frame: CS 2000',
      'frame: EFLAGS, VM=1 IF=1 IOPL=0',
      'frame: SP →',
      'frame: SS 2000',
      'frame: ES 2000',
      'frame: DS 2000',
      'frame: FS 0000',
      'frame: GS 0000',
    ]);
    const { frames, ended } = calls(looked.context);
    expect(frames.map(({ address, by }) => [by, address])).toEqual([
      ['current', looked.addressOf('monitor') + 1],
      ['interrupt', 0x20000],
    ]);
    expect(frames[1]?.stackPointer).toBe(0x21000);
    expect(ended).toBe(
      'There 16-bit code goes on at 2000:0000 in virtual-8086 mode, its stack at 2000:1000: its callers are followed only while it executes.',
    );
    looked.runTo('monitor.push');
    expect(framesOf(looked)[1]).toMatch(/^call monitor\.pushf/);
    expect(calls(looked.context).frames.at(-1)?.address).toBeGreaterThan(0x20000);
  });

  it('of INT n inside the 8086 program: the vector of its own table leads to the handler', () => {
    const looked = shipped('virtual-8086', technique);
    const service = looked.addressOf('service') - looked.addressOf('program');
    looked.runTo(0x20000 + service);
    const { frames } = calls(looked.context);
    expect(frames.map(({ by }) => by).slice(0, 2)).toEqual(['current', 'interrupt']);
    expect(frames[1]?.address).toBe(0x2000b);
    expect(frames[1]?.returnSlot).toBe(0x21000 - 6);
    expect(frames[1]?.stackPointer).toBe(0x21000);
    expect(wordsOf(looked, 3)).toEqual([
      'frame: IP →',
      'frame: CS 2000',
      'frame: FLAGS, IF=0 IOPL=0',
    ]);
  });

  it('of a nested task: the task state it is linked to', () => {
    const looked = shipped('task-switch', technique);
    looked.runTo('handler');
    const { frames } = calls(looked.context);
    expect(frames[0]?.label).toBe('handler');
    expect(frames[1]).toMatchObject({
      by: 'task',
      task: 0x28,
      returnSlot: looked.addressOf('task_state') + 32,
    });
    expect(frames[1]?.label).toMatch(/^main\+0x/);
    expect(frames[2]).toMatchObject({ by: 'call', label: 'leave_ok' });
  });
});

const SAME_RING = (handler: string) => `${OWN_TABLES}
    mov eax, handler
    mov [idt + 13 * 8], ax
    mov word [idt + 13 * 8 + 2], 8
    mov word [idt + 13 * 8 + 4], 0x8e00
    shr eax, 16
    mov [idt + 13 * 8 + 6], ax
  .fault: mov eax, 0x1000
    mov es, eax
  .never: hlt
  handler: ${handler}
  section .data
  gdt: dq 0, 0x00cf9a000000ffff, 0x00cf92000000ffff
  gdt_pointer: dw 23
    dd gdt
  idt_pointer: dw 0x7ff
    dd idt
  section .bss
  align 8
  idt: resb 2048
  stack: resb 1024
  stack_top:`;

describe('an error code', () => {
  it('is certain in the handler its vector leads to', () => {
    const looked = machineOf(SAME_RING('nop \n .in: hlt'));
    looked.runTo('handler.in');
    expect(wordsOf(looked, 4)).toEqual([
      'frame: error code of #GP',
      'frame: EIP → start.fault+0x5',
      'frame: CS 0008, ring 0',
      'frame: EFLAGS, IF=0 IOPL=0',
    ]);
  });

  it('is certain behind a stub whose pushes are still there', () => {
    const stub = 'push dword 13 \n jmp common \n common: nop \n .in: hlt';
    const looked = machineOf(SAME_RING(stub));
    looked.runTo('common.in');
    expect(wordsOf(looked, 3)).toEqual([
      'value: ',
      'frame: error code of #GP',
      'frame: EIP → start.fault+0x5',
    ]);
  });

  it('may be one in code that no vector leads to, but that ends in IRET', () => {
    const looked = machineOf(
      SAME_RING('nop \n jmp common \n common: nop \n .in: nop \n add esp, 4 \n iret'),
    );
    looked.runTo('common.in');
    expect(wordsOf(looked, 2)).toEqual([
      'frame: perhaps an error code',
      'frame: EIP → start.fault+0x5',
    ]);
  });
});

describe('what looks like a frame of the same ring', () => {
  it('is none where neither a vector nor an IRET says that this is a handler', () => {
    const looked = machineOf(
      SAME_RING('push dword 0x202 \n push dword 8 \n push dword start.never \n .in: hlt')
        .replace('mov eax, handler', 'mov eax, start')
        .replace('mov es, eax', 'jmp handler'),
    );
    looked.runTo('handler.in');
    expect(wordsOf(looked, 3).filter((text) => text.startsWith('frame'))).toEqual([]);
    expect(framesOf(looked)).toEqual(['current handler.in']);
  });
});

const REAL = `bits 16
  org 0x7c00
  start: xor ax, ax
    mov ds, ax
    mov ss, ax
    mov sp, 0x7c00
    xor bp, bp
    mov word [0x60 * 4], handler
    mov word [0x60 * 4 + 2], 0
    call outer
  .back: hlt
  outer: push bp
    mov bp, sp
    push word 7
    call inner
  .back: leave
    ret
  inner: push bp
    mov bp, sp
  .body: call 0:distant
  .back: pop bp
    ret
  distant: nop
  .body: int 0x60
  .back: retf
  handler: push ax
  .body: pop ax
    iret
  times 510 - ($ - $$) db 0
  dw 0xaa55`;

describe.each(TECHNIQUES)('16-bit code in real mode (%s)', (technique) => {
  it('is followed by BP, near and far return addresses and interrupt frames', () => {
    const looked = machineOf(REAL, technique, 'boot-sector');
    looked.runTo('handler.body');
    const { frames, ended } = calls(looked.context);
    expect(frames.map(({ by, label }) => `${by} ${label}`)).toEqual([
      'current handler.body',
      'interrupt distant.back',
      'call inner.back',
      'call outer.back',
      'call start.back',
    ]);
    expect(frames.map(({ returnSlot, stackPointer }) => [returnSlot, stackPointer])).toEqual([
      [null, 0x7bea],
      [0x7bec, 0x7bf2],
      [0x7bf2, 0x7bf6],
      [0x7bf8, 0x7bfa],
      [0x7bfe, 0x7c00],
    ]);
    expect(ended).toBe('The chain of frame pointers ends: BP is 0.');
    expect(wordsOf(looked, 11)).toEqual([
      'value: ',
      'frame: IP → distant.back',
      'frame: CS 0000',
      'frame: FLAGS, IF=1 IOPL=0',
      'frame: return IP → inner.back',
      'frame: return CS 0000',
      'saved-frame-pointer: ',
      'return-address: outer.back',
      'value: ',
      'saved-frame-pointer: ',
      'return-address: start.back',
    ]);
  });
});

const PROTECTED_16 = `bits 16
  org 0x7c00
  start: cli
    xor ax, ax
    mov ds, ax
    mov ss, ax
    mov sp, 0x7c00
    lgdt [gdt_pointer]
    lidt [idt_pointer]
    mov eax, cr0
    or al, 1
    mov cr0, eax
    jmp 8:.there
  .there: mov ax, 16
    mov ss, ax
    xor bp, bp
    call outer
  .back: hlt
  outer: push bp
    mov bp, sp
    int 0
  .back: leave
    ret
  handler: nop
  .body: iret
  align 8
  gdt: dq 0, 0x00009a000000ffff, 0x000092000000ffff
  idt: dw handler, 8, 0x8600, 0
  gdt_pointer: dw 23
    dd gdt
  idt_pointer: dw 7
    dd idt
  times 510 - ($ - $$) db 0
  dw 0xaa55`;

describe.each(TECHNIQUES)('16-bit code in protected mode (%s)', (technique) => {
  it('is followed through a 16-bit gate, by the descriptor of its CS', () => {
    const looked = machineOf(PROTECTED_16, technique, 'boot-sector');
    looked.runTo('handler.body');
    expect(framesOf(looked)).toEqual([
      'current handler.body',
      'interrupt outer.back',
      'call start.back',
    ]);
    expect(wordsOf(looked, 5)).toEqual([
      'frame: IP → outer.back',
      'frame: CS 0008, ring 0',
      'frame: FLAGS, IF=0 IOPL=0',
      'saved-frame-pointer: ',
      'return-address: start.back',
    ]);
  });
});
