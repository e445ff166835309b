import { describe, expect, it } from 'vitest';
import type { SessionApi } from '../session';
import { clientOf, MachineFailure, Superseded } from './client';
import { createDoorway } from './doorway';
import type { Doorway, Reply } from './protocol';

/** A session of which only what a test gives is there. */
const session = (methods: Partial<SessionApi>): SessionApi => methods as SessionApi;

describe('the doorway', () => {
  it('turns an exception of the session into a failed reply', async () => {
    const doorway = createDoorway(
      session({ view: () => Promise.reject(new Error('the rule that broke')) }),
    );
    expect(await doorway.call('view', [])).toMatchObject({
      kind: 'failed',
      message: 'the rule that broke',
    });
  });

  it('answers a command it does not have', async () => {
    const doorway = createDoorway(session({}));
    expect(await doorway.call('constructor' as 'view', [])).toMatchObject({ kind: 'failed' });
  });

  it('passes arguments and the result through', async () => {
    const doorway = createDoorway(
      session({ events: (from, to, limit) => Promise.resolve([from, to, limit] as never) }),
    );
    expect(await doorway.call('events', [1, 2, 3])).toEqual({ kind: 'done', value: [1, 2, 3] });
  });
});

/** A doorway whose replies the test sends. */
function manual() {
  const replies: ((reply: Reply) => void)[] = [];
  const doorway: Doorway = { call: () => new Promise((resolve) => replies.push(resolve)) };
  return { replies, ...clientOf(doorway) };
}

describe('the client', () => {
  it('rejects with the message of a failure', async () => {
    const { api, replies } = manual();
    const view = api.view();
    replies[0]!({ kind: 'failed', message: 'no', stack: '' });
    await expect(view).rejects.toThrow(new MachineFailure('no', ''));
  });

  it('drops the late reply of a step when a later step was asked for', async () => {
    const { api, replies } = manual();
    const first = api.step('machine', 'forward');
    const second = api.step('machine', 'forward');
    replies[0]!({ kind: 'done', value: 'old' });
    replies[1]!({ kind: 'done', value: 'new' });
    await expect(first).rejects.toBeInstanceOf(Superseded);
    expect(await second).toBe('new');
  });

  it('keeps the reply of an explore while steps go on', async () => {
    const { api, replies } = manual();
    const explored = api.explore(10);
    void api.step('machine', 'forward').catch(() => {});
    replies[0]!({ kind: 'done', value: { end: null, outcome: null } });
    expect(await explored).toEqual({ end: null, outcome: null });
  });

  it('rejects what waits when the worker dies, and what is asked later', async () => {
    const { api, die } = manual();
    const waiting = api.view();
    die('gone');
    await expect(waiting).rejects.toThrow('gone');
    await expect(api.view()).rejects.toThrow('gone');
  });
});
