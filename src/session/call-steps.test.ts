/** Steps over calls and out of functions, forward and backward, bare and translated alike. */
import { describe, expect, it } from 'vitest';
import type { Session } from './index';
import { openSession, TOY_SOURCE, worldOf } from './testing/toy-guest';
import type { MachineView } from './view';

/** Calls itself four times, twice on each level of the way, and ends with exit code 0x10. */
const RECURSIVE = `
  bits 32
  org 0x100000
  align 4
  dd 0x1badb002, 0, -0x1badb002
  global _start
  _start: mov esp, stack_top
    mov eax, 2
    call twice
  .back: mov al, 0x10
    out 0xf4, al
    hlt
  twice: push ebp
    mov ebp, esp
    test eax, eax
    jz .end
    dec eax
    push eax
    call twice
  .first: mov eax, [esp]
    call twice
  .second: add esp, 4
  .end: leave
    ret
    align 16
    times 512 db 0
  stack_top:`;

const eipOf = (view: MachineView) => view.guest.eip;

async function addressOf(session: Session, name: string): Promise<number> {
  const [found] = await session.inspect('evaluate', { expressions: [name] });
  if (!found?.ok) throw new Error(`no ${name}`);
  return found.value;
}

async function runTo(session: Session, label: string): Promise<MachineView> {
  const condition = { kind: 'guest-address', address: label } as const;
  return (await session.runUntil(condition, 'forward')).view;
}

const espOf = (view: MachineView) => view.guest.gpr[4] ?? 0;

describe.each(['bare', 'binary-translation'] as const)('on %s', (technique) => {
  it('a call is stepped over with all that it leads to, and back again', async () => {
    const session = await openSession(worldOf(technique, RECURSIVE));
    const views = [await session.view()];
    while (views.at(-1)?.outcome === null && views.length < 100) {
      views.push(await session.stepOver('forward'));
    }
    // A monitor has work of its own before the guest's first instruction.
    if (eipOf(views[1]!) === eipOf(views[0]!)) views.shift();
    // mov, mov, call, mov, out: the run is over before hlt.
    expect(views.length).toBe(6);
    expect(eipOf(views[3]!)).toBe(await addressOf(session, '_start.back'));
    const back = [];
    for (let i = 0; i < 5; i++) back.unshift((await session.stepOver('backward')).guest.eip);
    expect(back).toEqual(views.slice(0, 5).map(eipOf));
  });

  it('recursion does not stop it in a deeper call', async () => {
    const session = await openSession(worldOf(technique, RECURSIVE));
    await runTo(session, 'twice');
    let view = await session.view();
    const first = await addressOf(session, 'twice.first');
    while (eipOf(view) !== first) view = await session.stepOver('forward');
    // EAX was 2 in this call and 1 in the ones it makes; the saved count is on top of the stack.
    const [top] = await session.inspect('evaluate', { expressions: ['[esp]'] });
    expect(top).toMatchObject({ value: 1 });
    const back = await session.stepOver('backward');
    expect(espOf(back)).toBe(espOf(view));
    expect(eipOf(back)).toBe(first - 5);
  });

  it('a function is left to behind its call, and backward to the call', async () => {
    const session = await openSession(worldOf(technique, RECURSIVE));
    await runTo(session, 'twice.end');
    const inner = await session.view();
    const out = await session.stepOut('forward');
    expect(eipOf(out)).toBe(await addressOf(session, 'twice.first'));
    await session.seek(inner.moment);
    const entry = await session.stepOut('backward');
    expect(eipOf(entry)).toBe(eipOf(out) - 5);
    expect(espOf(entry)).toBe(espOf(out));
    await session.seek({ retired: 0, phase: 0 });
    const nowhere = await session.stepOut('forward');
    expect(nowhere.sentence).toMatch(/^No caller is known.*nothing moved\.$/);
  });

  it('a system call is one step for the program that makes it', async () => {
    const session = await openSession(worldOf(technique, TOY_SOURCE));
    const start = await runTo(session, 'user_loop');
    let view = start;
    const seen = [];
    for (let i = 0; i < 4; i++) {
      view = await session.stepOver('forward');
      expect(view.guest.cpl).toBe(3);
      seen.push(eipOf(view));
    }
    // mov, sidt, int 0x80, loop
    expect(seen[3]).toBe(eipOf(start));
    const back = [];
    for (let i = 0; i < 4; i++) back.push(eipOf(await session.stepOver('backward')));
    expect(back).toEqual([...seen.slice(0, 3).reverse(), eipOf(start)]);
  });

  it('an interrupt handler is left to what it interrupted, and backward to before it', async () => {
    const session = await openSession(worldOf(technique, TOY_SOURCE));
    await runTo(session, 'system_call');
    await session.step('guest', 'forward');
    const inside = await session.view();
    const out = await session.stepOut('forward');
    expect(out.guest.cpl).toBe(3);
    await session.seek(inside.moment);
    const entry = await session.stepOut('backward');
    expect(entry.guest.cpl).toBe(3);
    expect(eipOf(entry)).toBe(eipOf(out) - 2);
  });

  it('an interrupted thread is gone back to, not another that came to the same place', async () => {
    const guest = { kind: 'shipped', name: 'threads' } as const;
    const session = await openSession({ ...worldOf(technique, ''), guest });
    const place = { kind: 'event', event: 'interrupt' } as const;
    await session.setBreakpoints([{ id: 'b1', enabled: true, place, condition: null }]);
    await session.resume('forward');
    await session.setBreakpoints([]);
    const { frames } = await session.inspect('calls', {});
    const out = await session.stepOut('forward');
    expect([eipOf(out), espOf(out)]).toEqual([frames[1]?.address, frames[1]?.stackPointer]);
  });

  it('a handler that steps over what faulted is left to behind it', async () => {
    const guest = { kind: 'shipped', name: 'virtual-8086' } as const;
    const session = await openSession({ ...worldOf(technique, ''), guest });
    const place = { kind: 'event', event: 'exception' } as const;
    await session.setBreakpoints([{ id: 'b1', enabled: true, place, condition: null }]);
    await session.resume('forward');
    await session.setBreakpoints([]);
    const out = await session.stepOut('forward');
    expect(out.guest.eflags & (1 << 17)).not.toBe(0);
    expect(eipOf(out)).toBe(1);
  });

  it('a breakpoint inside stops it', async () => {
    const session = await openSession(worldOf(technique, RECURSIVE));
    const place = { kind: 'label', name: 'twice.end' } as const;
    await session.setBreakpoints([{ id: 'b1', enabled: true, place, condition: null }]);
    await runTo(session, '_start.back');
    const back = await session.stepOver('backward');
    expect(back.stop?.breakpoint).toBe('b1');
    await session.seek({ retired: 0, phase: 0 });
    let view = await session.stepOver('forward');
    while (view.stop === null && view.outcome === null) view = await session.stepOver('forward');
    expect(view.stop?.breakpoint).toBe('b1');
  });
});
