/** One call of the editor carried out on a toolchain: an ordinary function, so tests need no worker. */
import type { Reply, ToolchainApi, ToolchainDoorway, ToolchainMethod } from './toolchain-protocol';

const METHODS: Readonly<Record<ToolchainMethod, true>> = {
  assemble: true,
  vocabulary: true,
  describe: true,
  build: true,
};

/** Nothing gets out as an exception: what goes wrong is a reply. */
export function createToolchainDoorway(toolchain: ToolchainApi): ToolchainDoorway {
  return {
    async call(method: ToolchainMethod, args: readonly unknown[]): Promise<Reply> {
      try {
        if (!Object.hasOwn(METHODS, method)) throw new Error(`There is no command '${method}'.`);
        const operation = toolchain[method] as (...given: unknown[]) => Promise<unknown>;
        return { kind: 'done', value: await operation.apply(toolchain, [...args]) };
      } catch (thrown) {
        const error = thrown instanceof Error ? thrown : new Error(String(thrown));
        return { kind: 'failed', message: error.message, stack: error.stack ?? '' };
      }
    },
  };
}
