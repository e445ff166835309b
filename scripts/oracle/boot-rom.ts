/**
 * A 64 KiB boot ROM for other emulators: from the reset vector into the very state in which this machine enters a
 * guest. So no BIOS and no boot loader runs there, a start takes no time, and both begin alike.
 *
 * It starts at the top of the address space: CS has its base from reset until the far jump.
 */
import { assemble, formatAsmError, toFlat } from '../../src/assembler';
import type { Cpu } from '../../src/machine/cpu/cpu';
import { SEG, WORD } from '../../src/machine/cpu/state';

const ROM_BASE = 0xffff0000;

/** @param cpu this machine's, loaded and at its entry point */
export function bootRom(cpu: Cpu): Uint8Array {
  const selector = (segment: number): number => cpu.state[WORD.SELECTOR + segment]!;
  const data = selector(SEG.DS);
  const gpr = (register: number): string => `0x${(cpu.gpr[register]! >>> 0).toString(16)}`;
  const source = `
        bits 16
        org ${ROM_BASE}
start:  o32 lgdt [cs:gdtr - start]
        mov     eax, 0x${(cpu.state[WORD.CR0]! >>> 0).toString(16)}
        mov     cr0, eax
        jmp     dword ${selector(SEG.CS)}:protected
        bits 32
protected:
        mov     eax, ${data}
        mov     ds, eax
        mov     es, eax
        mov     ss, eax
        mov     fs, eax
        mov     gs, eax
        lgdt    [none]                  ; the hidden parts stay
        lidt    [none]
        mov     eax, ${gpr(0)}
        mov     ecx, ${gpr(1)}
        mov     edx, ${gpr(2)}
        mov     ebx, ${gpr(3)}
        mov     esp, ${gpr(4)}
        mov     ebp, ${gpr(5)}
        mov     esi, ${gpr(6)}
        mov     edi, ${gpr(7)}
        jmp     ${cpu.eip}
        align 8
gdt:    times ${selector(SEG.CS) >> 3} dq 0
        dq 0x00cf9b000000ffff
        times ${(data >> 3) - (selector(SEG.CS) >> 3) - 1} dq 0
        dq 0x00cf93000000ffff
gdtr:   dw ${data | 7}
        dd gdt
none:   dw 0
        dd 0
        times 0xfff0 - ($ - $$) db 0x90
        bits 16
        jmp     start                   ; the reset vector
        times 0x10000 - ($ - $$) db 0
`;
  const assembled = assemble(source, { name: 'boot-rom.asm' });
  if (!assembled.ok) throw new Error(assembled.error.map(formatAsmError).join('\n'));
  return toFlat(assembled.value);
}
