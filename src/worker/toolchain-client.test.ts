import { describe, expect, it } from 'vitest';
import { createToolchain } from '../toolchain';
import { ToolchainFailure, toolchainClientOf } from './toolchain-client';
import { createToolchainDoorway } from './toolchain-doorway';
import type { Reply, ToolchainApi } from './toolchain-protocol';

const toolchain = (methods: Partial<ToolchainApi>): ToolchainApi => methods as ToolchainApi;

describe("the toolchain's doorway", () => {
  it('turns an exception into a failed reply', async () => {
    const doorway = createToolchainDoorway(
      toolchain({ vocabulary: () => Promise.reject(new Error('the rule that broke')) }),
    );
    expect(await doorway.call('vocabulary', [])).toMatchObject({
      kind: 'failed',
      message: 'the rule that broke',
    });
  });

  it('answers a command it does not have', async () => {
    const doorway = createToolchainDoorway(toolchain({}));
    expect(await doorway.call('constructor' as 'build', [])).toMatchObject({ kind: 'failed' });
  });

  it('assembles with the real toolchain, in plain data', async () => {
    const doorway = createToolchainDoorway(createToolchain());
    const program = { main: 'a.asm', files: { 'a.asm': 'start: cli\n' } };
    const reply = await doorway.call('assemble', [program]);
    expect(reply).toMatchObject({ kind: 'done', value: { diagnostics: [], size: 1 } });
    expect(structuredClone(reply)).toEqual(reply);
  });
});

/** Connections whose replies and deaths the test decides. */
function manual() {
  const replies: ((reply: Reply) => void)[] = [];
  const deaths: ((message: string) => void)[] = [];
  let closed = 0;
  const client = toolchainClientOf((died) => {
    deaths.push(died);
    return {
      call: () => new Promise((resolve) => replies.push(resolve)),
      close: () => closed++,
    };
  });
  return { client, replies, deaths, closed: () => closed };
}

describe("the toolchain's client", () => {
  it('starts no worker before the first call, and one for all calls', () => {
    const { client, deaths } = manual();
    expect(deaths).toHaveLength(0);
    void client.vocabulary();
    void client.describe('mov');
    expect(deaths).toHaveLength(1);
  });

  it('rejects with the message of a failure', async () => {
    const { client, replies } = manual();
    const asked = client.vocabulary();
    replies[0]!({ kind: 'failed', message: 'no', stack: 'where' });
    await expect(asked).rejects.toThrow(new ToolchainFailure('no', 'where'));
  });

  it('rejects what waits when the worker dies, and starts another for the next call', async () => {
    const { client, replies, deaths, closed } = manual();
    const first = client.vocabulary();
    deaths[0]!('out of memory');
    await expect(first).rejects.toThrow('out of memory');
    expect(closed()).toBe(1);
    const second = client.describe('nop');
    deaths[0]!('said twice');
    replies[1]!({ kind: 'done', value: null });
    expect(await second).toBeNull();
  });

  it('rejects what waits when it is closed', async () => {
    const { client } = manual();
    const asked = client.vocabulary();
    client.close();
    await expect(asked).rejects.toThrow('closed');
  });
});
