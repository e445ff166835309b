/** Input from outside is part of the run: the same key at the same moment, however one gets there. */
import { describe, expect, it } from 'vitest';
import { DEFAULT_WORLD, Session, type TechniqueId, type World } from './index';

const yieldNow = () => Promise.resolve();

/** Looks for a key now and then and sends every byte it reads over the serial line; ends at the break code of Enter. */
const ECHO = `bits 32
section .text
align 4
dd 0x1badb002, 0, -0x1badb002
global _start
_start:
wait:
  mov ecx,2000
pause:
  loop pause
  in al,0x64
  test al,1
  jz wait
  in al,0x60
  mov dx,0x3f8
  out dx,al
  cmp al,0x9c
  jne wait
  out 0xf4,al
  hlt
`;

async function open(technique: TechniqueId, more: Partial<World> = {}): Promise<Session> {
  const session = new Session({ yieldNow });
  const guest = { kind: 'assembly', name: 'echo.asm', text: ECHO } as const;
  const loaded = await session.load({
    ...DEFAULT_WORLD,
    technique,
    guest,
    memoryBytes: 2 ** 21,
    ...more,
  });
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.error));
  return session;
}

const codes = (serial: string) => Array.from(serial, (c) => c.charCodeAt(0));
const ENTER = [0x1c, 0x9c];
const A_ENTER = [0x1e, 0x9e, ...ENTER];
const FAR = 30_000_000;

describe.each(['bare', 'binary-translation'] as const)('input on %s', (technique) => {
  it('given at a moment comes again at that moment after going back before it', async () => {
    const session = await open(technique);
    await session.seek({ retired: 5000, phase: 0 });
    const typed = await session.input({ text: 'a\n' });
    expect(typed.ok && typed.value.moment).toEqual({ retired: 5000, phase: 0 });
    const first = await session.explore(FAR);
    expect(first.outcome).toEqual({ kind: 'exited', code: 0x9c });
    const end = first.end ?? 0;
    const there = await session.seek({ retired: end, phase: 0 });
    expect(codes(there.console.serial)).toEqual(A_ENTER);
    for (const moment of [end - 1000, 4000, 5000]) {
      await session.seek({ retired: moment, phase: 0 });
      const again = await session.seek({ retired: end, phase: 0 });
      expect(again).toEqual(there);
    }
    const [event] = (await session.events(0, 6000, 100_000)).filter(({ kind }) => kind === 'input');
    expect(event).toMatchObject({ retired: 5000, strokes: 4, bytes: 0 });
  }, 60_000);

  it('of the world is typed from the start', async () => {
    const session = await open(technique, { input: { text: '\n' } });
    const { end } = await session.explore(FAR);
    const view = await session.seek({ retired: end ?? 0, phase: 0 });
    expect(codes(view.console.serial)).toEqual(ENTER);
  }, 60_000);
});

describe('input', () => {
  it('replaces the future that was known: events, the end, checkpoints and later input', async () => {
    const session = await open('bare');
    await session.seek({ retired: 5000, phase: 0 });
    await session.input({ text: 'a\n' });
    const old = await session.explore(FAR);
    // Another key is typed earlier; what was typed at 5000 has not happened then.
    await session.seek({ retired: 3000, phase: 0 });
    await session.input({ text: '\n' });
    const { end, outcome } = await session.explore(FAR);
    expect(outcome).toEqual({ kind: 'exited', code: 0x9c });
    expect(end).not.toBe(old.end);
    const view = await session.seek({ retired: end ?? 0, phase: 0 });
    expect(codes(view.console.serial)).toEqual(ENTER);

    // The same as a run in which nothing else was ever typed.
    const fresh = await open('bare');
    await fresh.seek({ retired: 3000, phase: 0 });
    await fresh.input({ text: '\n' });
    await fresh.explore(FAR);
    expect(await fresh.seek({ retired: end ?? 0, phase: 0 })).toEqual(view);
    const all = [0, 1_000_000_000, 100_000] as const;
    expect(await session.events(...all)).toEqual(await fresh.events(...all));
  }, 60_000);

  it('wakes a guest whose run had ended asleep', async () => {
    const text = `bits 32
section .text
align 4
dd 0x1badb002, 0, -0x1badb002
global _start
_start:
  lidt [idtr]
  lgdt [gdtr]
  jmp 8:flat
flat:
  mov al,0x11
  out 0x20,al
  mov al,0x20
  out 0x21,al
  mov al,4
  out 0x21,al
  mov al,1
  out 0x21,al
  mov al,0xfd
  out 0x21,al
  mov al,0x60
  out 0x64,al
  mov al,0x45
  out 0x60,al
  mov esp,0x9000
  sti
  hlt
  jmp $
handler:
  in al,0x60
  out 0xf4,al
  hlt
align 8
gdt: dq 0, 0x00cf9b000000ffff
gdtr: dw 15
  dd gdt
idt: times 33 dq 0
  dw handler, 8, 0x8e00, 0
idtr: dw 34*8-1
  dd idt
`;
    const session = await open('bare', { guest: { kind: 'assembly', name: 'sleep.asm', text } });
    const asleep = await session.explore(FAR);
    expect(asleep.outcome).toEqual({ kind: 'halted' });
    await session.seek({ retired: asleep.end ?? 0, phase: 0 });
    await session.input({ strokes: [{ code: 'KeyQ', down: true }] });
    expect((await session.explore(FAR)).outcome).toEqual({ kind: 'exited', code: 0x10 });
  });

  it('that no key types, and keys that are not there, are told', async () => {
    const session = await open('bare');
    expect(await session.input({ text: 'é' })).toMatchObject({ ok: false });
    expect(await session.input({ strokes: [{ code: 'Any', down: true }] })).toMatchObject({
      ok: false,
      error: { hint: expect.stringMatching('KeyA') },
    });
    expect(await session.input({ serial: 'é' })).toMatchObject({ ok: true });
  });
});
