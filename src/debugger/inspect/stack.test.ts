import { describe, expect, it } from 'vitest';
import { calls } from './calls';
import { disassembly } from './code';
import { stack } from './stack';
import { helloRings, MULTIBOOT, machineOf } from './testing/machine';

const FRAMES = `${MULTIBOOT}
  start: mov esp, stack_top
    xor ebp, ebp
    call outer
  .back: hlt
  outer: push ebp
    mov ebp, esp
    sub esp, 8
    mov dword [ebp - 4], start.back    ; a return address left in a local variable
    push dword 7
    call inner
  .back: leave
    ret
  inner: push ebp
  .push: mov ebp, esp
  .body: call leaf
  .back: pop ebp
    ret
  leaf: nop
  .body: mov eax, table
    call [eax]
  .back: ret
  last: push eax
  deep: pop eax
    ret
  section .data
  table: dd last
  section .bss
  align 4
  stack: resb 1024
  stack_top:`;

const labelsAt = (label: string) => {
  const looked = machineOf(FRAMES);
  looked.runTo(label);
  return calls(looked.context);
};

describe('the call stack', () => {
  it.each([
    ['inner', ['inner', 'outer.back', 'start.back']],
    ['inner.push', ['inner.push', 'outer.back', 'start.back']],
    ['inner.body', ['inner.body', 'outer.back', 'start.back']],
    ['leaf.body', ['leaf.body', 'inner.back', 'outer.back', 'start.back']],
    ['outer.back', ['outer.back', 'start.back']],
  ])(
    'at %s: before, in and after the prologue, and in functions without a frame',
    (label, expected) => {
      expect(labelsAt(label).frames.map((frame) => frame.label)).toEqual(expected);
    },
  );

  it('names the line of the call, and where it comes back to', () => {
    const { frames } = labelsAt('inner.body');
    expect(frames.map(({ by, source }) => [by, source?.line])).toEqual([
      ['current', 22],
      ['call', 17],
      ['call', 10],
    ]);
  });

  it('ends in words: the chain is at its end, or the stack is', () => {
    expect(labelsAt('inner.body').ended).toMatch(/EBP is 0/);
    const looked = machineOf(FRAMES);
    looked.runTo('inner.body');
    // A frame pointer that names itself must not lead in circles.
    const ebp = looked.system.guest().gpr[5] ?? 0;
    looked.system.memory.write32(ebp, ebp);
    const { frames, ended } = calls(looked.context);
    expect(frames.length).toBeLessThan(8);
    expect(ended).not.toBe('');
  });

  it('never runs for ever, whatever lies on the stack', () => {
    const looked = machineOf(FRAMES);
    looked.runTo('deep');
    const stackTop = looked.addressOf('stack_top');
    const words = ['start.back', 'stack', 'inner.back', 'leaf.back', 'start', 'outer.back'];
    for (let round = 0; round < 30; round++) {
      for (let at = looked.addressOf('stack'), i = round; at < stackTop; at += 4, i += round | 1) {
        looked.system.memory.write32(at, looked.addressOf(words[i % words.length] ?? 'start.back'));
      }
      const { frames } = calls(looked.context);
      expect(frames.length).toBeLessThanOrEqual(64);
    }
  });

  it.each(['bare', 'binary-translation'] as const)(
    'crosses an interrupt frame into ring 3 (%s)',
    (technique) => {
      const looked = helloRings(technique);
      looked.runTo('system_call');
      const { frames } = calls(looked.context);
      expect(frames.map(({ by }) => by).slice(0, 3)).toEqual(['current', 'call', 'interrupt']);
      expect(frames[0]?.label).toBe('system_call');
      expect(frames[1]?.label).toMatch(/^trap_entry/);
      expect(frames[2]?.label).toMatch(/^(sieve|checker)_main/);
      expect(frames[2]?.source?.file).toBe('guest.asm');
    },
  );
});

describe('the stack', () => {
  it('tells return addresses, saved frame pointers and values apart', () => {
    const looked = machineOf(FRAMES);
    looked.runTo('inner.body');
    const view = stack(looked.context, { cpu: 'guest', words: 8 });
    expect(view.wordBytes).toBe(4);
    expect(view.pointer).toBe(view.framePointer);
    expect(view.entries.map(({ kind, label }) => `${kind} ${label ?? '-'}`)).toEqual([
      'saved-frame-pointer -',
      'return-address outer.back',
      'value -',
      'value -',
      'return-address start.back',
      'saved-frame-pointer -',
      'return-address start.back',
      'value -',
    ]);
  });

  it('marks the words that the step pushed', () => {
    const looked = machineOf(FRAMES);
    looked.runTo('inner');
    looked.step();
    const view = stack(looked.context, { cpu: 'guest', words: 4 });
    expect(view.entries.map(({ changed }) => changed)).toEqual([true, false, false, false]);
  });
});

describe('disassembly', () => {
  it('has labels, source lines and the next instruction', () => {
    const looked = machineOf(FRAMES);
    looked.runTo('inner.body');
    const lines = disassembly(looked.context, { address: 'inner', count: 4 });
    if ('unreadable' in lines) throw new Error(lines.unreadable);
    expect(lines.map(({ label, text, next }) => [label, text.split(' ')[0], next])).toEqual([
      ['inner', 'push', false],
      ['inner.push', 'mov', false],
      ['inner.body', 'call', true],
      ['inner.back', 'pop', false],
    ]);
    expect(lines[2]?.source?.line).toBe(22);
  });

  it('goes on behind bytes that are no instruction, and says where nothing is mapped', () => {
    const looked = helloRings('bare');
    looked.runTo('start_tasks');
    expect(disassembly(looked.context, { address: 0x300000, count: 2 })).toEqual({
      unreadable: 'Nothing is mapped at 0x00300000.',
    });
    const data = disassembly(looked.context, { address: 'text_hello', count: 30 });
    expect('unreadable' in data ? 0 : data.length).toBe(30);
  });
});

describe('a 16-bit stack', () => {
  it('ends where its pointer would wrap around', () => {
    const looked = machineOf(
      `bits 16
      org 0x7c00
      xor ax, ax
      mov ss, ax
      mov sp, 0
      push word 0x1234
      push word 0x5678
      here: jmp here
      times 510 - ($ - $$) db 0
      dw 0xaa55`,
      'bare',
      'boot-sector',
    );
    looked.runTo('here');
    const { entries, wordBytes } = stack(looked.context, { cpu: 'guest', words: 8 });
    expect(wordBytes).toBe(2);
    expect(entries.map(({ address, value }) => [address, value])).toEqual([
      [0xfffc, 0x5678],
      [0xfffe, 0x1234],
    ]);
  });
});
