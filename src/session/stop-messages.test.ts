/** What a guest that stops is told: its own address, its instruction's own bytes, and every fault on the way down. */
import { describe, expect, it } from 'vitest';
import { DEFAULT_WORLD, makeSystem, type TechniqueId } from './index';

function endOf(technique: TechniqueId, body: string): string {
  const text = `bits 32
section .text
align 4
dd 0x1badb002, 0, -0x1badb002
global _start
_start:
${body}
`;
  const guest = { kind: 'assembly', name: 'g.asm', text } as const;
  const made = makeSystem({ ...DEFAULT_WORLD, technique, guest });
  if (!made.ok) throw new Error(made.error.message);
  const outcome = made.value.run(10_000_000);
  return 'message' in outcome ? `${outcome.kind}: ${outcome.message}` : outcome.kind;
}

describe('a stop message', () => {
  const BODY = 'nop\nfld1\nmov al,1\nout 0xf4,al\nhlt';

  it('has exactly the bytes of the instruction on bare', () => {
    expect(endOf('bare', BODY)).toMatch(/at 0x0000000d: fld1 \(d9 e8\)$/);
  });

  it('has the address in the guest and the one in the translation', () => {
    expect(endOf('binary-translation', BODY)).toMatch(
      /at 0x0000000d: fld1 \(d9 e8\), in the translation at 0xff[0-9a-f]{6}$/,
    );
  });
});

describe('a triple fault', () => {
  it('names every exception that led there', () => {
    const IDT = 'lidt [idtr]\nud2\nhlt\nidtr: dw 0x7ff\ndd idt\nalign 8\nidt: times 512 dd 0';
    expect(endOf('bare', IDT)).toMatch(
      /^triple-fault: #UD at 0x00000013, then #GP while delivering it, then #GP while delivering it, then #DF, then #GP while delivering it: the CPU shut down$/,
    );
  });
});
