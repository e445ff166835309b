import { describe, expect, it } from 'vitest';
import { DEFAULT_WORLD, Session, type World } from '../../session';
import type { Breakpoint } from '../../session/debug';
import type { Problem } from '../../session/view';
import { createGuestLibrary } from '../../storage';
import { memoryShelf } from '../../storage/shelf';
import { createToolchain } from '../../toolchain';
import type { EditorMachine, NamedBytes } from './editor-state';
import { createEditorStore } from './editor-store';
import { executionPlaces, runningProgram } from './execution';

/** One clock for all tabs. */
let time = 0;

/** A store over the real assembler and a real session; time passes when `pass` is called. */
function workshop(shelf = memoryShelf()) {
  const session = new Session({ yieldNow: () => Promise.resolve() });
  const problems: Problem[] = [];
  let waiting: (() => void)[] = [];
  let world: World | null = null;
  let breakpoints: readonly Breakpoint[] = [];
  const opened: World[] = [];
  const conversations: string[] = [];
  const runs: string[] = [];
  const machine: EditorMachine = {
    world: () => world,
    async open(guest, image, input) {
      const next: World = {
        ...{ ...DEFAULT_WORLD, guest },
        ...(image ? { image } : {}),
        ...(input ? { input } : {}),
      };
      const result = await session.load(next);
      if (!result.ok) return result.error;
      world = next;
      opened.push(next);
      return null;
    },
    run: () => runs.push(world?.guest.name ?? ''),
    converse: () => conversations.push(world?.guest.name ?? ''),
    breakpoints: () => breakpoints,
    resolved: () => [],
    async setBreakpoints(list) {
      breakpoints = list;
    },
    evaluate: async (expressions) =>
      expressions.map(() => ({ ok: true, value: 7, label: null }) as const),
  };
  let ids = 0;
  const library = createGuestLibrary({
    shelf,
    now: () => ++time,
    newId: () => `g${++ids}-${Math.random()}`,
    onProblem: (problem) => problems.push(problem),
  });
  const store = createEditorStore({
    toolchain: createToolchain(),
    library,
    machine,
    report: (problem) => problems.push(problem),
    wait: () => new Promise((resolve) => waiting.push(resolve)),
  });
  const settle = async () => {
    for (let i = 0; i < 50; i++) await Promise.resolve();
  };
  return {
    store,
    actions: store.actions,
    get: store.getState,
    session,
    library,
    machine,
    problems,
    opened,
    conversations,
    runs,
    breakpoints: () => breakpoints,
    lines: () => breakpoints.map((b) => (b.place.kind === 'source' ? b.place.line : 0)),
    /** All pauses end, and what they start is done. */
    async pass() {
      await settle();
      const due = waiting;
      waiting = [];
      for (const end of due) end();
      await settle();
    },
  };
}

const text = (name: string, content: string): NamedBytes => ({
  name,
  bytes: new TextEncoder().encode(content),
});

const HEADER = 'bits 32\norg 0x100000\ndd 0x1BADB002,0,-0x1BADB002\n';
/** Instructions on lines 5 to 8. */
const PROGRAM = `${HEADER}_start:\nmov eax, 1\nmov ebx, 2\nmov al, 0x10\nout 0xf4, al\n`;

describe('a new guest', () => {
  it('assembles, runs and says hello as it is', async () => {
    const { actions, get, session, problems } = workshop();
    await actions.newGuest();
    expect(await actions.runProgram()).toBe(true);
    expect(problems).toEqual([]);
    expect(get().reply?.diagnostics).toEqual([]);
    const { outcome } = await session.explore(1_000_000);
    expect(outcome).toEqual({ kind: 'exited', code: 0x10 });
    await session.play(1_000_000);
    expect((await session.view()).console.serial).toBe('Hello from my guest.\n');
  });

  it('is in the list and open again after a reload, with its edits', async () => {
    const shelf = memoryShelf();
    const first = workshop(shelf);
    await first.actions.newGuest();
    first.actions.edit('guest.asm', PROGRAM);
    expect(first.get().saving).toBe('waiting');
    await first.pass();
    expect(first.get().saving).toBe('kept');

    const later = workshop(shelf);
    await later.actions.start();
    expect(later.get().guest?.files['guest.asm']).toBe(PROGRAM);
    expect(later.get().own.map(({ name }) => name)).toEqual(['My guest']);
    expect(later.opened).toEqual([]);
  });

  it('keeps edits at once when the page goes away', async () => {
    const shelf = memoryShelf();
    const { actions } = workshop(shelf);
    await actions.newGuest();
    actions.edit('guest.asm', 'last words');
    await actions.flush();
    const later = workshop(shelf);
    await later.actions.start();
    expect(later.get().guest?.files['guest.asm']).toBe('last words');
  });

  it('gets a name of its own', async () => {
    const { actions, get } = workshop();
    await actions.newGuest();
    await actions.newGuest();
    expect(get().own.map(({ name }) => name)).toEqual(['My guest 2', 'My guest']);
  });
});

describe('errors while typing', () => {
  it('are known after a pause, with bytes of the last good text kept', async () => {
    const { actions, get, pass } = workshop();
    await actions.openFiles([text('a.asm', PROGRAM)]);
    await pass();
    expect(get().image?.lines.length).toBeGreaterThan(0);
    actions.edit('a.asm', PROGRAM.replace('mov ebx', 'mvo ebx'));
    expect(get().stale).toBe(true);
    await pass();
    expect(get().stale).toBe(false);
    expect(get().reply?.diagnostics).toMatchObject([{ line: 6, column: 1, suggestion: 'mov' }]);
    expect(get().image?.files['a.asm']).toBe(PROGRAM);

    actions.applySuggestion(get().reply!.diagnostics[0]!);
    expect(get().guest?.files['a.asm']).toBe(PROGRAM);
    await pass();
    expect(get().reply?.diagnostics).toEqual([]);
  });

  it('stop a run at their place and leave the machine alone', async () => {
    const { actions, get, opened } = workshop();
    await actions.openFiles([text('a.asm', PROGRAM)]);
    expect(opened).toHaveLength(1);
    actions.edit('a.asm', PROGRAM.replace('mov ebx', 'mvo ebx'));
    expect(await actions.runProgram()).toBe(false);
    expect(opened).toHaveLength(1);
    expect(get().reveal).toMatchObject({ file: 'a.asm', line: 6, focus: true });
  });

  it('in an included file are shown there', async () => {
    const { actions, get } = workshop();
    await actions.openFiles([
      text('a.asm', `${PROGRAM}%include "b.inc"\n`),
      text('b.inc', 'nop\nmov eax\n'),
    ]);
    expect(get().activeFile).toBe('b.inc');
    expect(get().reveal).toMatchObject({ file: 'b.inc', line: 2 });
  });

  it('go away when the right file is added', async () => {
    const { actions, get, opened } = workshop();
    await actions.openFiles([text('a.asm', `${PROGRAM}incbin "x.bin"\n`)]);
    expect(get().reply?.diagnostics).toHaveLength(1);
    expect(actions.addFile('x.bin', Uint8Array.of(1, 2))).toBeNull();
    expect(await actions.runProgram()).toBe(true);
    expect(opened[0]?.guest).toMatchObject({ files: { 'x.bin': Uint8Array.of(1, 2) } });
  });
});

describe('breakpoints', () => {
  const open = async () => {
    const all = workshop();
    await all.actions.openFiles([text('a.asm', PROGRAM)]);
    return all;
  };

  it('snap to the next instruction and go away at the second wish', async () => {
    const { actions, lines } = await open();
    await actions.toggleBreakpoint('a.asm', 1);
    expect(lines()).toEqual([5]);
    await actions.toggleBreakpoint('a.asm', 5);
    expect(lines()).toEqual([]);
    await actions.toggleBreakpoint('a.asm', 9);
    expect(lines()).toEqual([]);
  });

  it('of a running program stay in its lines while the text is edited, and move with the next run', async () => {
    const { actions, lines, get } = await open();
    await actions.toggleBreakpoint('a.asm', 6);
    actions.edit('a.asm', `; new\n${PROGRAM}`);
    expect(lines()).toEqual([6]);
    await actions.toggleBreakpoint('a.asm', 8);
    expect(lines()).toEqual([6, 7]);
    expect(await actions.runProgram()).toBe(true);
    expect(lines()).toEqual([7, 8]);
    expect(get().waiting).toEqual([]);
  });

  it('on a line that does not run yet wait for the next run', async () => {
    const { actions, lines, get, pass } = await open();
    actions.edit('a.asm', PROGRAM.replace('mov ebx, 2\n', 'mov ebx, 2\nmov ecx, 3\n'));
    await pass();
    await actions.toggleBreakpoint('a.asm', 7);
    expect(lines()).toEqual([]);
    expect(get().waiting).toMatchObject([{ place: { line: 7 } }]);
    await actions.runProgram();
    expect(lines()).toEqual([7]);
  });

  it('are kept with their guest over a reload, and handed over by its run', async () => {
    const shelf = memoryShelf();
    const first = workshop(shelf);
    await first.actions.openFiles([text('a.asm', PROGRAM)]);
    await first.actions.toggleBreakpoint('a.asm', 6);
    await first.pass();
    const later = workshop(shelf);
    await later.actions.start();
    expect(later.get().waiting).toMatchObject([{ place: { file: 'a.asm', line: 6 } }]);
    await later.actions.runProgram();
    expect(later.lines()).toEqual([6]);
  });

  it('of another kind stay when another program runs; those of the old source go', async () => {
    const { actions, machine, breakpoints } = await open();
    await actions.toggleBreakpoint('a.asm', 6);
    await machine.setBreakpoints([
      ...breakpoints(),
      {
        ...{ id: 'e', enabled: true, condition: null },
        place: { kind: 'event', event: 'exception' },
      },
    ]);
    await actions.openFiles([text('b.asm', PROGRAM)]);
    expect(breakpoints().map(({ place }) => place.kind)).toEqual(['event']);
  });
});

describe('the running program', () => {
  it('is known by what the machine has, with lines for what is executed', async () => {
    const { actions, get, machine, session } = workshop();
    await actions.openFiles([text('a.asm', PROGRAM)]);
    const program = runningProgram(machine.world(), get());
    expect(program?.main).toBe('a.asm');
    const start = executionPlaces(await session.view(), program!);
    expect(start).toEqual({ executed: null, next: { file: 'a.asm', line: 5 } });
    // The first step only reaches the translation.
    await session.step('guest', 'forward');
    const after = executionPlaces(await session.step('guest', 'forward'), program!);
    expect(after.next).toEqual({ file: 'a.asm', line: 6 });
    expect(after.executed).toEqual({ file: 'a.asm', line: 5 });

    actions.edit('a.asm', `\n${PROGRAM}`);
    expect(runningProgram(machine.world(), get())).toBe(program);
    await actions.revealSource('a.asm', 6);
    expect(get().reveal).toMatchObject({ line: 7 });
    expect(await actions.evaluate('eax')).toMatchObject({ value: 7 });
  });

  it('is not the one in the editor when another is opened there', async () => {
    const { actions, get, machine } = workshop();
    await actions.openFiles([text('a.asm', PROGRAM)]);
    await actions.newGuest();
    expect(runningProgram(machine.world(), get())).toBeNull();
    expect(await actions.evaluate('eax')).toBeNull();
  });
});

describe('shipped guests', () => {
  it('are shown read-only, and a copy of one runs and can be changed', async () => {
    const { actions, get, opened } = workshop();
    expect(await actions.startShipped('hello-rings')).toBe(true);
    expect(opened[0]?.guest).toEqual({ kind: 'shipped', name: 'hello-rings' });
    const { main, files } = get().guest!;
    actions.edit(main, 'changed');
    expect(get().guest?.files).toBe(files);
    expect(actions.addFile('x.asm')).toMatch(/read-only/);

    expect(await actions.editCopy()).toBe(true);
    actions.edit(main, `; mine\n${files[main]}`);
    expect(get().guest?.id).not.toBeNull();
    expect(await actions.runProgram()).toBe(true);
    expect(opened[1]?.guest.kind).toBe('assembly');
  });

  it('come into the editor when the machine opens one, but not over work of one\u2019s own', async () => {
    const { actions, get, machine } = workshop();
    await machine.open({ kind: 'shipped', name: 'hello-rings' }, null);
    await actions.followMachine();
    expect(get().guest?.shipped).toBe('hello-rings');
    await actions.newGuest();
    await actions.followMachine();
    expect(get().guest?.shipped).toBeNull();
    await actions.followMachine(true);
    expect(get().guest?.shipped).toBe('hello-rings');
  });
});

describe('a guest of several files', () => {
  it('is downloaded as one archive, and opened again from it', async () => {
    const first = workshop();
    const include = '%include "parts/more.inc"\n';
    await first.actions.openFiles([
      text('top/kernel.asm', `${PROGRAM}${include}`),
      text('top/parts/more.inc', 'nop\n'),
    ]);
    const archive = await first.actions.download('archive');
    if (!archive) throw new Error('nothing to download');
    expect(await first.actions.downloadOwn(first.get().own[0]?.id ?? '')).toEqual(archive);

    const later = workshop();
    expect(await later.actions.openFiles([archive])).toBe(true);
    expect(later.get().guest?.main).toBe('kernel.asm');
    expect(later.get().guest?.files).toEqual(first.get().guest?.files);
    expect(later.opened).toHaveLength(1);

    const cut = { name: 'cut.zip', bytes: archive.bytes.subarray(0, 60) };
    expect(await later.actions.openFiles([cut])).toBe(false);
    expect(later.problems.at(-1)?.message).toMatch(/^cut.zip begins like a zip archive/);
    expect(later.get().guest?.main).toBe('kernel.asm');
  });
});

describe('what is typed from the start', () => {
  it('comes along with a copy of a shipped guest, is kept, and can be taken away', async () => {
    const { actions, get, opened, library, pass } = workshop();
    await actions.editCopy('keyboard-echo');
    expect(get().guest?.input).toEqual({ text: 'Hello 386\n' });
    expect(await actions.runProgram()).toBe(true);
    expect(opened.at(-1)?.input).toEqual({ text: 'Hello 386\n' });

    const id = get().guest?.id ?? '';
    expect((await library.load(id))?.input).toEqual({ text: 'Hello 386\n' });
    actions.setInput(null);
    await pass();
    expect((await library.load(id))?.input).toBeUndefined();
    expect(await actions.runProgram()).toBe(true);
    expect(opened.at(-1)?.input).toBeUndefined();
  });
});

describe('a guest that was deleted in another tab', () => {
  it('is not said to be kept', async () => {
    const shelf = memoryShelf();
    const one = workshop(shelf);
    await one.actions.newGuest();
    const { id, main } = one.get().guest ?? {};
    await workshop(shelf).library.remove(id ?? '');
    one.actions.edit(main ?? '', '; one');
    await one.pass();
    expect(one.problems[0]?.message).toMatch(/deleted in another tab/);
    expect(one.get().saving).toBe('waiting');
  });
});

describe('storage that is slow', () => {
  it('loses nothing that is typed while another guest is on its way', async () => {
    const shelf = memoryShelf();
    let arrive = (): void => {};
    let slow = '';
    const { actions, get, library } = workshop({
      ...shelf,
      files: async (id) => {
        if (id === slow) await new Promise<void>((resolve) => (arrive = resolve));
        return shelf.files(id);
      },
    });
    await actions.newGuest();
    const other = get().guest?.id ?? '';
    await actions.newGuest();
    const mine = get().guest?.id ?? '';
    slow = other;
    const opening = actions.openOwn(other);
    for (let i = 0; i < 20; i++) await Promise.resolve();
    actions.edit('guest.asm', '; the last words\n');
    arrive();
    await opening;
    expect(get().guest?.id).toBe(other);
    await actions.flush();
    expect((await library.load(mine))?.files['guest.asm']).toBe('; the last words\n');
  });
});

describe('two tabs with the same guest', () => {
  it('are told of each other once, and the version that was there first is kept', async () => {
    const shelf = memoryShelf();
    const one = workshop(shelf);
    await one.actions.newGuest();
    const { id, main } = one.get().guest ?? {};
    const other = workshop(shelf);
    await other.actions.openOwn(id ?? '');
    other.actions.edit(main ?? '', '; two');
    await other.pass();
    one.actions.edit(main ?? '', '; one');
    await one.pass();
    expect(one.problems.map(({ message }) => message)).toEqual([
      'My guest was changed in another tab too.',
    ]);
    const kept = await one.library.list();
    expect(kept.map(({ name }) => name).sort()).toEqual(['My guest', 'My guest (other tab)']);
    const spared = kept.find(({ name }) => name.endsWith('tab)'));
    expect((await one.library.load(spared?.id ?? ''))?.files).toEqual({ [main ?? '']: '; two' });
    expect((await one.library.load(id ?? ''))?.files).toEqual({ [main ?? '']: '; one' });
  });
});

describe('starting a shipped guest', () => {
  it('hands it the keyboard when it waits for a person, and only then', async () => {
    const { actions, conversations } = workshop();
    expect(await actions.startShipped('keyboard-echo')).toBe(true);
    expect(conversations).toEqual([]);
    expect(await actions.startShipped('tinyos')).toBe(true);
    expect(conversations).toEqual(['tinyos']);
  });
});

describe('images', () => {
  it('that say what they are become guests at once', async () => {
    const { actions, get } = workshop();
    const boot = new Uint8Array(512);
    boot.set([0xeb, 0xfe]);
    boot.set([0x55, 0xaa], 510);
    expect(await actions.openFiles([{ name: 'boot.img', bytes: boot }])).toBe(true);
    expect(get().guest).toMatchObject({ kind: 'image', main: 'boot.img', name: 'boot' });
    expect(get().question).toBeNull();
  });

  it('that do not are asked about, and are guests once the answer fits', async () => {
    const { actions, get, library } = workshop();
    const bytes = Uint8Array.of(0xf4, 0, 0xff);
    expect(await actions.openFiles([{ name: 'x.bin', bytes }])).toBe(false);
    expect(get().question).toMatchObject({ reason: expect.stringMatching(/signature|format/i) });
    expect(get().own).toEqual([]);

    const bad = { format: 'flat', loadAddress: 0x200000, entry: 5 } as const;
    expect(await actions.answerQuestion(bad)).toBe(false);
    expect(get().question?.reason).toMatch(/entry point/);
    const good = { format: 'flat', loadAddress: 0x200000, bits: 32 } as const;
    expect(await actions.answerQuestion(good)).toBe(true);
    expect(get().question).toBeNull();
    expect((await library.load(get().guest?.id ?? ''))?.image).toEqual(good);
  });
});

describe('an image that is open', () => {
  it('can be loaded in another way, which is kept', async () => {
    const { actions, get, library, opened } = workshop();
    const boot = new Uint8Array(512).fill(0x90);
    boot.set([0x55, 0xaa], 510);
    await actions.openFiles([{ name: 'boot.img', bytes: boot }]);
    actions.askImage();
    expect(get().question).toMatchObject({ reason: null, file: { name: 'boot.img' } });
    const choice = { format: 'flat', loadAddress: 0x8000, entry: 0x8000, bits: 16 } as const;
    expect(await actions.answerQuestion(choice)).toBe(true);
    expect(opened.at(-1)?.image).toEqual(choice);
    expect(get().own).toHaveLength(1);
    expect((await library.load(get().guest?.id ?? ''))?.image).toEqual(choice);
  });
});

describe('the list of guests', () => {
  it('opens again what was open when it was taken away, if nothing else is', async () => {
    const { actions, get } = workshop();
    await actions.newGuest();
    const id = get().guest?.id ?? '';
    await actions.remove(id);
    await actions.undoRemove();
    expect(get().guest?.id).toBe(id);
    await actions.remove(id);
    await actions.openShipped('user-cli');
    await actions.undoRemove();
    expect(get().guest?.shipped).toBe('user-cli');
  });

  it('leaves what is open alone when source is not text', async () => {
    const { actions, get, problems } = workshop();
    await actions.newGuest();
    const bytes = Uint8Array.of(0xff, 0xfe, 0x41, 0);
    expect(await actions.openFiles([{ name: 'a.asm', bytes }])).toBe(false);
    expect(problems).toMatchObject([{ file: 'a.asm', message: expect.stringMatching(/UTF-16/) }]);
    expect(get().guest?.main).toBe('guest.asm');
  });

  it('takes a guest away and brings it back', async () => {
    const { actions, get } = workshop();
    await actions.newGuest();
    const { id } = get().guest!;
    await actions.remove(id!);
    expect(get()).toMatchObject({ guest: null, own: [], removed: { name: 'My guest' } });
    await actions.undoRemove();
    expect(get()).toMatchObject({ own: [{ id }], removed: null });
    expect(await actions.openOwn(id!)).toBe(true);
  });

  it('renames the open guest and copies with its unsaved edits', async () => {
    const { actions, get } = workshop();
    await actions.newGuest();
    const id = get().guest!.id!;
    await actions.rename(id, '  Mine  ');
    actions.edit('guest.asm', 'nop');
    await actions.duplicate(id);
    expect(get().guest?.name).toBe('Mine');
    expect(
      get()
        .own.map(({ name }) => name)
        .toSorted(),
    ).toEqual(['Mine', 'Mine copy']);
    const copy = get().own.find(({ name }) => name === 'Mine copy')!;
    await actions.openOwn(copy.id);
    expect(get().guest?.files['guest.asm']).toBe('nop');
  });
});

describe('downloads', () => {
  it('are what the program builds, and with errors show the first instead', async () => {
    const { actions, get } = workshop();
    await actions.openFiles([text('a.asm', PROGRAM)]);
    const elf = await actions.download('elf');
    expect(elf?.name).toBe('a.elf');
    expect([...(elf?.bytes.subarray(0, 4) ?? [])]).toEqual([0x7f, 0x45, 0x4c, 0x46]);
    expect(new TextDecoder().decode((await actions.download('listing'))?.bytes)).toMatch(/mov eax/);
    expect((await actions.download('source'))?.name).toBe('a.asm');
    actions.edit('a.asm', 'mvo eax, 1');
    expect(await actions.download('flat')).toBeNull();
    expect(get().reveal).toMatchObject({ line: 1 });
  });
});
