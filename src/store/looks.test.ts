import { describe, expect, it, vi } from 'vitest';
import type { MachineView, TimelineView } from '../session/view';
import { DEFAULT_WORLD } from '../session/world';
import { createAppStore } from './store';
import { fakeSession } from './testing/fake-session';

const EMPTY: TimelineView = { from: 0, to: 1000, ring: [], traps: [], blocks: [], end: 1000 };

async function setUp() {
  const session = fakeSession({
    end: 1000,
    view: (world, moment) =>
      ({ world, moment, end: null, outcome: null, sentence: '' }) as unknown as MachineView,
    timeline: EMPTY,
    inspect: async (_kind, request) => JSON.stringify(request) as never,
  });
  const store = createAppStore({
    session,
    theme: 'light',
    wait: async () => {},
    saveTheme: () => {},
  });
  await store.actions.open({
    ...DEFAULT_WORLD,
    guest: { kind: 'shipped', name: 'hello-rings' },
  });
  await vi.waitFor(() => expect(store.getState().busy).toBe(false));
  session.calls.length = 0;
  return { session, actions: store.actions };
}

describe('looks', () => {
  it('of two panels with one question are one look, and both get the reply', async () => {
    const { session, actions } = await setUp();
    void actions.step('forward');
    const replies = await Promise.all([
      actions.inspect('calls', {}),
      actions.inspect('pages', { cpu: 'guest' }),
      actions.inspect('calls', {}),
    ]);
    expect(replies).toEqual(['{}', '{"cpu":"guest"}', '{}']);
    expect(session.calls.filter((call) => call.startsWith('inspect'))).toEqual([
      'inspect calls',
      'inspect pages',
    ]);
  });

  it('are made again when they are asked again', async () => {
    const { session, actions } = await setUp();
    await actions.inspect('calls', {});
    await actions.inspect('calls', {});
    expect(session.calls).toEqual(['inspect calls', 'inspect calls']);
  });
});
