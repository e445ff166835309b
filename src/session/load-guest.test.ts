/** Guests as given: a shipped one brings its format and its input, a source brings its files. */
import { describe, expect, it } from 'vitest';
import { SHIPPED_TEXTS } from '../guests/registry';
import type { GuestSource, World } from './index';
import { DEFAULT_WORLD, makeSystem, Session } from './index';

function run(guest: GuestSource, rest: Partial<World> = {}) {
  const system = makeSystem({ ...DEFAULT_WORLD, technique: 'bare', guest, ...rest }, SHIPPED_TEXTS);
  if (!system.ok) return { outcome: system.error, console: '' };
  return { outcome: system.value.run(1_000_000), console: system.value.serial() };
}

const assembly = (text: string, files?: Readonly<Record<string, string | Uint8Array>>) =>
  run({ kind: 'assembly', name: 'g.asm', text, ...(files ? { files } : {}) });

describe('a shipped guest', () => {
  it('starts in its own format, when the world says none', () => {
    const { outcome, console } = run({ kind: 'shipped', name: 'boot-sector' });
    expect(outcome).toEqual({ kind: 'exited', code: 0x10 });
    expect(console).toMatch(/^real mode/);
  });

  it('is typed its own input, or the one of the world instead', () => {
    const guest = { kind: 'shipped', name: 'keyboard-echo' } as const;
    expect(run(guest).console).toContain('type: Hello 386\n');
    expect(run(guest, { input: { text: 'other\n' } }).console).toContain('type: other\n');
  });
});

describe('an image', () => {
  it('of no known format that is text is told to be named as source', () => {
    const bytes = new TextEncoder().encode('bits 32\nhlt\n');
    expect(run({ kind: 'image', name: 'notes.txt', bytes }).outcome).toMatchObject({
      file: 'notes.txt',
      hint: expect.stringMatching(/^It is text.*\.asm/),
    });
  });
});

describe('a session', () => {
  it('opens the guest asked for last, when the texts of another are still on their way', async () => {
    const session = new Session({ yieldNow: async () => {} });
    const shipped = (name: string) => ({
      ...DEFAULT_WORLD,
      guest: { kind: 'shipped', name } as const,
    });
    const [first, last] = await Promise.all([
      session.load(shipped('tinyos')),
      session.load(shipped('user-cli')),
    ]);
    expect(first).toMatchObject({ ok: false });
    expect(last).toMatchObject({ ok: true, value: { guest: { name: 'user-cli' } } });
  });
});

describe('a source', () => {
  it('that ends its first sector as a boot sector does is one', () => {
    const boot = `bits 16
org 0x7c00
mov al, 'B'
mov dx, 0x3f8
out dx, al
mov al, 0x10
out 0xf4, al
times 510-($-$$) db 0
dw 0xaa55
`;
    expect(assembly(boot)).toEqual({ outcome: { kind: 'exited', code: 0x10 }, console: 'B' });
  });

  it('that is to be flat goes where it was assembled for, and starts at its label', () => {
    const text = `bits 32
org 0x200000
text: db 'F'
start: mov al, [text]
mov dx, 0x3f8
out dx, al
mov al, 0x10
out 0xf4, al
`;
    const guest = { kind: 'assembly', name: 'g.asm', text } as const;
    expect(run(guest, { image: { format: 'flat' } }).console).toBe('F');
  });

  const main = '%include "lib/start.inc"\nmain: print "here", 10\nret\n';

  it('may include what the shipped guests share', () => {
    expect(assembly(main)).toEqual({ outcome: { kind: 'exited', code: 0x10 }, console: 'here\n' });
  });

  it('may include its own files, which come before the shared ones', () => {
    const own = '%include "lib/start.inc"\n%include "text.inc"\nmain: say\nret\n';
    const files = { 'text.inc': '%macro say 0\nprint "mine"\n%endmacro\n' };
    expect(assembly(own, files).console).toBe('mine');
    const instead = { 'lib/start.inc': '%error "this one"\n' };
    expect(assembly('%include "lib/start.inc"\n', instead).outcome).toMatchObject({
      message: expect.stringContaining('this one'),
    });
  });

  it('that includes a file which is not there is refused with its line', () => {
    expect(assembly('bits 32\n%include "gone.inc"\n').outcome).toMatchObject({
      file: 'g.asm',
      line: 2,
      message: expect.stringContaining('gone.inc'),
    });
  });
});
