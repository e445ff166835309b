import { describe, expect, it } from 'vitest';
import { boot, CODE } from './testing/boot';

describe('self-modifying code', () => {
  it('takes effect on the very next instruction', () => {
    // Rewrites the immediate of the MOV that follows it directly.
    const machine = boot('mov byte [next+1],0x55 \n next: mov al,0x11 \n mov ah,0x22');
    machine.cpu.run(3);
    expect(machine.cpu.gpr[0]).toBe(0x2255);
  });

  it('takes effect in a loop that ran before', () => {
    const machine = boot(`mov ecx,3
      again: mov eax,1
      add ebx,eax
      inc dword [again+1]
      loop again
      hlt`);
    expect(machine.cpu.run(1000)).toEqual({ kind: 'halted' });
    expect(machine.cpu.gpr[3]).toBe(1 + 2 + 3);
  });

  it('takes effect through a store that crosses into the code page', () => {
    const machine = boot('mov dword [0x10ffe],0x90909090 \n jmp 0x11000');
    machine.memory.writeBytes(CODE + 0x1000, Uint8Array.of(0xf4, 0xf4, 0xf4));
    machine.cpu.run(2);
    machine.cpu.run(4);
    expect(machine.cpu.eip).toBe(CODE + 0x1002);
  });

  it('takes effect for an instruction that straddles two pages', () => {
    const machine = boot(`jmp go
      times 4094-($-$$) nop
      go: mov eax,0x11111111
      mov byte [go+4],0x99
      inc ebx
      cmp ebx,2
      jne go
      hlt`);
    machine.cpu.run(1000);
    expect(machine.cpu.gpr[0]! >>> 0).toBe(0x99111111);
  });

  it('is noticed when a device or monitor writes', () => {
    const machine = boot('again: mov al,1 \n jmp again');
    machine.cpu.run(2);
    machine.memory.write8(CODE + 1, 7);
    machine.cpu.run(3);
    expect(machine.cpu.gpr[0]).toBe(7);
  });

  it('leaves data beside code on the same page writable without dropping the code', () => {
    const machine = boot('again: inc dword [value] \n jmp again \n align 16 \n value: dd 0');
    let dropped = 0;
    machine.memory.onCodeWritten(() => dropped++);
    machine.cpu.run(1000);
    expect(machine.memory.read32(CODE + 16)).toBe(500);
    expect(dropped).toBe(0);
  });

  it('re-asks annotations of what was decoded anew', () => {
    const machine = boot('again: mov al,1 \n jmp again');
    const asked: number[] = [];
    machine.cpu.annotate = (linear) => {
      asked.push(linear);
      return { weight: linear === CODE ? 0 : 1, entry: linear === CODE ? 5 : -1 };
    };
    machine.cpu.run(10);
    expect(asked).toEqual([CODE, CODE + 2]);
    expect(machine.cpu.guestRetired).toBe(5);
    expect(machine.memory.entryCounts[5]).toBe(5);
    machine.memory.write8(CODE + 1, 7);
    machine.cpu.run(11);
    expect(asked).toEqual([CODE, CODE + 2, CODE]);
  });
});

describe('dirty pages', () => {
  it('name what was written since they were last taken, fast path included', () => {
    const machine = boot('again: inc dword [0x20000] \n jmp again');
    machine.cpu.run(100);
    machine.memory.takeDirtyPages();
    machine.cpu.run(110);
    const pages = machine.memory.takeDirtyPages();
    expect(pages.map((copy) => copy.page)).toEqual([0x20]);
    machine.memory.restorePages(pages);
    expect(machine.memory.read32(0x20000)).toBe(55);
    expect(machine.memory.takeDirtyPages().map((copy) => copy.page)).toEqual([0x20]);
  });
});
