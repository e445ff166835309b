/** Edits start branches; every branch keeps its own past and future, bit for bit. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Edit } from './debug';
import type { Session } from './index';
import { openSession, TOY_SOURCE, worldOf } from './testing/toy-guest';

const at = (retired: number) => ({ retired, phase: 0 });

async function fingerprintAt(session: Session, retired: number): Promise<string> {
  await session.seek(at(retired));
  return session.fingerprint();
}

async function changed(session: Session, edit: Edit) {
  const result = await session.edit(edit);
  if (!result.ok) throw new Error(result.error.message);
  return result.value;
}

async function addressOf(session: Session, name: string): Promise<number> {
  const [found] = await session.inspect('evaluate', { expressions: [name] });
  if (!found?.ok) throw new Error(`no ${name}`);
  return found.value;
}

const memory = (address: number, ...bytes: number[]): Edit => ({
  kind: 'memory',
  space: 'virtual',
  address,
  bytes,
});

describe.each(['bare', 'binary-translation'] as const)('branches on %s', (technique) => {
  const open = () => openSession(worldOf(technique, TOY_SOURCE));
  const atCount = async (session: Session) => {
    const address = 'count';
    const { view } = await session.runUntil({ kind: 'guest-address', address }, 'forward');
    return view.moment.retired;
  };

  it('hold the run as loaded and the edited one side by side', async () => {
    const session = await open();
    const moment = await atCount(session);
    const before = await session.fingerprint();
    const later = await fingerprintAt(session, moment + 40);
    await session.seek(at(moment));
    const counter = await addressOf(session, 'counter');

    const view = await changed(session, memory(counter, 0x20, 0, 0, 0));
    expect(view.moment).toEqual(at(moment));
    expect(view.branch).toBe(1);
    expect(await addressOf(session, '[counter]')).toBe(0x20);
    const edited = await session.fingerprint();
    expect(edited).not.toBe(before);
    const { branches, current } = await session.branches();
    expect(current).toBe(1);
    expect(branches[1]).toMatchObject({ parent: 0, forkedAt: moment });
    expect(branches[1]?.label).toMatch(/^0x[\da-f]{8}: 00 00 00 00 → 20 00 00 00$/);

    // The edited future is another one, and the same one each time.
    const future = await fingerprintAt(session, moment + 40);
    expect(future).not.toBe(later);
    await session.step('guest', 'backward');
    expect(await fingerprintAt(session, moment)).toBe(edited);
    expect(await fingerprintAt(session, moment + 40)).toBe(future);
    // Before the edit both are one.
    const past = await fingerprintAt(session, moment - 1);
    expect((await session.view()).branch).toBe(1);

    expect((await session.switchBranch(0)).moment).toEqual(at(moment));
    expect(await session.fingerprint()).toBe(before);
    expect(await fingerprintAt(session, moment + 40)).toBe(later);
    expect(await fingerprintAt(session, moment - 1)).toBe(past);
    const again = await session.switchBranch(1);
    expect(again.moment).toEqual(at(moment - 1));
    expect(await fingerprintAt(session, moment + 40)).toBe(future);
  }, 60_000);

  it('go on from an edited register, and end as the edit makes them', async () => {
    const session = await open();
    await atCount(session);
    await changed(session, { kind: 'register', name: 'ecx', value: 2 });
    const { outcome, end } = await session.explore(1_000_000);
    expect(outcome).toEqual({ kind: 'exited', code: 0x10 });
    await session.seek(at(end ?? 0));
    expect(await addressOf(session, 'dword [counter]')).toBe(2);
    await session.switchBranch(0);
    const first = await session.explore(1_000_000);
    await session.seek(at(first.end ?? 0));
    expect(await addressOf(session, 'dword [counter]')).toBe(5);
  }, 60_000);

  it('refuse what cannot be changed, and leave the present alone', async () => {
    const session = await open();
    const moment = await atCount(session);
    const before = await session.fingerprint();
    const bad: readonly Edit[] = [
      memory(0xf0000000, 1),
      memory(0x100000),
      memory(0x100000, 256),
      { kind: 'register', name: 'cr3', value: 0 },
      { kind: 'register', name: 'eflags', value: 0xffffffff },
    ];
    for (const edit of bad) expect(await session.edit(edit)).toMatchObject({ ok: false });
    expect((await session.view()).moment).toEqual(at(moment));
    expect(await session.fingerprint()).toBe(before);
    expect((await session.branches()).branches).toHaveLength(1);
  }, 60_000);

  it('stay where they are when one goes to the branch one is on', async () => {
    const session = await open();
    const moment = await atCount(session);
    expect((await session.switchBranch(0)).moment).toEqual(at(moment));
  }, 60_000);

  it('nest, and are each the same whenever one comes back', async () => {
    const session = await open();
    const { end } = await session.explore(1_000_000);
    const counter = await addressOf(session, 'counter');
    /** By branch and moment. */
    const known = new Map<string, string>();
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.record({
            moment: fc.integer({ min: 100, max: (end ?? 0) - 200 }),
            act: fc.constantFrom('look', 'look', 'edit', 'switch'),
            byte: fc.integer({ min: 1, max: 255 }),
          }),
          { minLength: 6, maxLength: 10 },
        ),
        async (acts) => {
          for (const { moment, act, byte } of acts) {
            const { branches } = await session.branches();
            if (act === 'switch') await session.switchBranch(byte % branches.length);
            const view = await session.seek(at(moment));
            if (act === 'edit' && !view.outcome && branches.length < 8) {
              await session.edit(memory(counter + 2, byte));
            }
            const now = await session.view();
            const key = `${now.branch}@${now.moment.retired}`;
            const print = await session.fingerprint();
            expect(known.get(key) ?? print).toBe(print);
            known.set(key, print);
          }
          for (const [key, print] of known) {
            const [branch, moment] = key.split('@').map(Number);
            await session.switchBranch(branch!);
            expect(await fingerprintAt(session, moment!)).toBe(print);
          }
        },
      ),
      { numRuns: 3, seed: 8088 },
    );
  }, 120_000);
});

describe.each(['bare', 'binary-translation'] as const)('origins on %s', (technique) => {
  const open = () => openSession(worldOf(technique, TOY_SOURCE));
  const stopAt = (session: Session, address: string) =>
    session.runUntil({ kind: 'guest-address', address }, 'forward');

  it('name the instruction that last wrote memory', async () => {
    const session = await open();
    await stopAt(session, 'user');
    const address = await addressOf(session, 'counter');
    const target = { kind: 'memory', space: 'virtual', address, length: 4 } as const;
    const origin = await session.origin(target);
    expect(origin).toMatchObject({ found: true, by: 'instruction', before: 4, after: 5 });
    if (!origin.found) return;
    expect(origin.instruction?.text).toMatch(/^inc dword/);
    expect(origin.label).toBe('count');
    await session.seek(origin.moment);
    expect(await addressOf(session, '[counter]')).toBe(4);
  }, 60_000);

  it('name it when it wrote the second of two pages only, and the edit that did', async () => {
    const session = await open();
    await stopAt(session, 'user');
    const address = (await addressOf(session, 'kernel_stack_top')) - 2;
    const target = { kind: 'memory', space: 'virtual', address, length: 4 } as const;
    await changed(session, memory(address + 2, 0x12, 0x34));
    await session.step('guest', 'forward');
    const origin = await session.origin(target);
    expect(origin).toMatchObject({ found: true, by: 'edit', before: 0, after: 0x34120000 });
  }, 60_000);

  it('name the loader, and an edit', async () => {
    const session = await open();
    await stopAt(session, 'count');
    const address = await addressOf(session, 'text');
    const target = { kind: 'memory', space: 'virtual', address, length: 4 } as const;
    expect(await session.origin(target)).toMatchObject({
      found: false,
      sentence: expect.stringMatching(/since the start: the loader put it/),
    });
    await changed(session, memory(address, 0x41));
    await session.step('guest', 'forward');
    expect(await session.origin(target)).toMatchObject({ found: true, by: 'edit' });
  }, 60_000);

  it('name the instruction that last wrote a register, even with the same value', async () => {
    const session = await open();
    await stopAt(session, 'user_loop');
    const es = await session.origin({ kind: 'register', name: 'es' });
    expect(es).toMatchObject({ found: true, after: 0x23 });
    const eax = await session.origin({ kind: 'register', name: 'eax' });
    expect(eax.found && eax.instruction?.text).toMatch(/^mov eax,0x23|^mov eax,35/);
    await stopAt(session, 'general_protection');
    const esp = await session.origin({ kind: 'register', name: 'esp' });
    expect(esp.found).toBe(true);
    const cr3 = await session.origin({ kind: 'register', name: 'cr3' });
    expect(cr3.found && cr3.instruction?.text).toBe('mov cr3,eax');
    expect(cr3.found && cr3.before).toBe(cr3.found && cr3.after);
    const none = await session.origin({ kind: 'register', name: 'xyz' });
    expect(none).toMatchObject({ found: false });
  }, 60_000);

  const openWith = (code: string) =>
    openSession(worldOf(technique, TOY_SOURCE.replace('mov ecx, 5\ncount:', code)));

  it('do not name an instruction that left the register alone', async () => {
    const session = await openWith(`mov ebx, 7
        mov esi, 9
        xor ecx, ecx
        rep lodsb
        cmp ebx, 8
        cmove ebx, ecx
        shl ebx, cl
        mov ecx, 5
count:`);
    await stopAt(session, 'count');
    const text = async (name: string) => {
      const origin = await session.origin({ kind: 'register', name });
      return origin.found ? origin.instruction?.text : origin.sentence;
    };
    expect(await text('ebx')).toMatch(/^mov ebx,7/);
    expect(await text('esi')).toMatch(/^mov esi,9/);
    expect(await text('eflags')).toMatch(/^cmp ebx,8/);
  }, 60_000);

  it('name a delivery that wrote what a register held before', async () => {
    // Two faults on one page, from ring 0 to ring 0. The handler goes on at `again`, then at `count`.
    const session = await openSession(
      worldOf(
        technique,
        TOY_SOURCE.replace(
          'mov ecx, 5\ncount:',
          `mov dword [next], again
        mov eax, [0x00800000]
again:  mov dword [next], go
        mov eax, [0x00800000]
go:     mov dword [next], after_fault
        mov ecx, 5
count:`,
        )
          .replace(
            'page_fault:\n        mov dword [ss:esp + 4], after_fault',
            'page_fault:\n push dword [ss:next]\n pop dword [ss:esp + 4]',
          )
          .replace('counter: dd 0', 'next: dd 0\ncounter: dd 0'),
      ),
    );
    await stopAt(session, 'again');
    await stopAt(session, 'go');
    const cr2 = await session.origin({ kind: 'register', name: 'cr2' });
    expect(cr2).toMatchObject({ found: true, by: 'delivery', before: 0x800000, after: 0x800000 });
    expect(cr2.found && cr2.label).toBe('again+0xa');
    await session.seek(cr2.found ? cr2.moment : at(0));
    await session.step('guest', 'forward');
    const cs = await session.origin({ kind: 'register', name: 'cs' });
    expect(cs).toMatchObject({ found: true, by: 'delivery', before: 8, after: 8 });
  }, 60_000);

  it('go back to the start for what is written once', async () => {
    const session = await openWith('mov ecx, 3000000\nwaiting: loop waiting\n mov ecx, 5\ncount:');
    await stopAt(session, 'count');
    const cr0 = await session.origin({ kind: 'register', name: 'cr0' });
    expect(cr0.found && cr0.label).toMatch(/^paging/);
    const gdtr = await session.origin({ kind: 'register', name: 'gdtr' });
    expect(gdtr.found && gdtr.label).toMatch(/^_start/);
    const cr4 = await session.origin({ kind: 'register', name: 'cr4' });
    expect(cr4).toMatchObject({
      found: false,
      sentence: 'CR4 has not been written since the start.',
    });
  }, 60_000);
});
