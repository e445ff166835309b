import { describe, expect, it, vi } from 'vitest';
import type { MachineView, TimelineView } from '../session/view';
import { DEFAULT_WORLD, type World } from '../session/world';
import { createAppStore } from './store';
import { fakeSession } from './testing/fake-session';

const WORLD: World = { ...DEFAULT_WORLD, guest: { kind: 'shipped', name: 'hello-rings' } };
const EMPTY: TimelineView = { from: 0, to: 1000, ring: [], traps: [], blocks: [], end: 1000 };

/** Only what the store itself reads of a view. */
const viewAt = (world: World, moment: MachineView['moment']) =>
  ({ world, moment, end: null, outcome: null, sentence: '' }) as unknown as MachineView;

async function setUp(end = 1000) {
  const session = fakeSession({ end, view: viewAt, timeline: EMPTY });
  const saved: string[] = [];
  const waits: number[] = [];
  const store = createAppStore({
    session,
    theme: 'light',
    wait: async (ms) => {
      waits.push(ms);
    },
    saveTheme: (theme) => saved.push(theme),
  });
  await store.actions.open(WORLD);
  const idle = () => vi.waitFor(() => expect(store.getState().busy).toBe(false));
  await idle();
  session.calls.length = 0;
  return {
    session,
    store,
    saved,
    waits,
    idle,
    retired: () => store.getState().view?.moment.retired,
  };
}

describe('store', () => {
  it('learns the end of the run after opening a guest, and draws the timeline', async () => {
    const { store } = await setUp();
    expect(store.getState().view?.end).toBe(1000);
    expect(store.getState().timeline).toBe(EMPTY);
  });

  it('shows each step the session answers with', async () => {
    const { store, retired } = await setUp();
    await store.actions.step('forward', 'block');
    expect(retired()).toBe(5);
    await store.actions.step('backward', 'machine');
    expect(retired()).toBe(4);
  });

  it('steps by the chosen unit when none is named', async () => {
    const { store, session } = await setUp();
    store.actions.setUnit('event');
    await store.actions.step('forward');
    expect(session.calls).toContain('step event forward');
  });

  it('does not pile up the repeats of a held key', async () => {
    const { store, session, idle } = await setUp();
    let open = () => {};
    session.gate = new Promise((resolve) => {
      open = resolve;
    });
    for (let i = 0; i < 30; i++) void store.actions.step('forward', 'machine', true);
    open();
    await idle();
    expect(session.calls.filter((c) => c.startsWith('step'))).toHaveLength(2);
  });

  it('runs every press of a key that is not held', async () => {
    const { store, idle, retired } = await setUp();
    for (let i = 0; i < 7; i++) void store.actions.step('forward', 'machine');
    await idle();
    expect(retired()).toBe(7);
  });

  it('goes only to the latest place of a drag', async () => {
    const { store, session, idle, retired } = await setUp();
    let open = () => {};
    session.gate = new Promise((resolve) => {
      open = resolve;
    });
    for (const retired of [10, 20, 30, 40]) void store.actions.seek({ retired, phase: 0 });
    open();
    await idle();
    expect(session.calls.filter((c) => c.startsWith('seek'))).toEqual(['seek 10', 'seek 40']);
    expect(retired()).toBe(40);
  });

  it('keeps what was open when another guest cannot be opened, and says why', async () => {
    const { store, session, retired } = await setUp();
    await store.actions.step('forward', 'block');
    session.problem = { message: 'unknown instruction', file: 'a.asm', line: 3, column: 1 };
    const opened = await store.actions.open({
      ...WORLD,
      guest: { kind: 'assembly', name: 'a.asm', text: 'x' },
    });
    expect(opened).toBe(false);
    expect(store.getState().problem?.line).toBe(3);
    expect(store.getState().world).toEqual(WORLD);
    expect(retired()).toBe(5);
  });

  it('plays to the end of the run and stops there', async () => {
    const { store, waits, retired } = await setUp(40);
    store.actions.play();
    await vi.waitFor(() => expect(store.getState().playing).toBe(false));
    expect(retired()).toBe(40);
    expect(new Set(waits)).toEqual(new Set([250]));
  });

  it('pauses between two steps and stays there', async () => {
    const { store, idle, retired } = await setUp(100_000);
    store.actions.setSpeed('20');
    store.actions.play();
    await vi.waitFor(() => expect(retired()).toBeGreaterThan(2));
    store.actions.pause();
    await idle();
    const there = retired();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(retired()).toBe(there);
    expect(store.getState().playing).toBe(false);
  });

  it('forgets a block chosen in the map when the run moves on', async () => {
    const { store, session } = await setUp();
    session.block = async () => ({ id: 3 }) as never;
    await store.actions.selectBlock(3);
    expect(store.getState().selectedBlock?.id).toBe(3);
    await store.actions.step('forward');
    expect(store.getState().selectedBlock).toBeNull();
  });

  it('remembers the theme', async () => {
    const { store, saved } = await setUp();
    store.actions.setTheme('dark');
    expect(saved).toEqual(['dark']);
  });
});
