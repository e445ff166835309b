/**
 * The page's side of the toolchain's doorway: a `ToolchainApi` whose work happens in a worker. The worker is started by
 * the first call. A failure there rejects the promise; a worker that dies rejects all that wait, and the next call
 * starts another.
 */
import { releaseProxy, wrap } from 'comlink';
import type {
  Ready,
  Reply,
  ToolchainApi,
  ToolchainDoorway,
  ToolchainMethod,
} from './toolchain-protocol';

/** Something went wrong in the toolchain's worker. */
export class ToolchainFailure extends Error {
  override readonly name = 'ToolchainFailure';

  constructor(
    message: string,
    readonly workerStack: string,
  ) {
    super(message);
  }
}

export interface ToolchainClient extends ToolchainApi {
  /** Ends the worker; whatever waits is rejected. */
  close(): void;
}

/** A doorway to a worker that runs. */
export interface ToolchainConnection extends ToolchainDoorway {
  close(): void;
}

/** @param died called once when the worker cannot go on */
export type Connect = (died: (message: string) => void) => ToolchainConnection;

export const createToolchainClient = (): ToolchainClient => toolchainClientOf(startWorker);

function startWorker(died: (message: string) => void): ToolchainConnection {
  const worker = new Worker(new URL('./toolchain.worker.ts', import.meta.url), { type: 'module' });
  const doorway = wrap<ToolchainDoorway>(worker);
  const listening = new Promise<void>((resolve) => {
    const ready: Ready = 'ready';
    worker.addEventListener('message', (event) => {
      if (event.data === ready) resolve();
    });
  });
  worker.addEventListener('error', (event) => {
    died(event.message || 'The assembler could not be started: reload the page.');
  });
  worker.addEventListener('messageerror', () => died('The assembler sent unreadable data.'));
  return {
    call: async (method, args) => {
      await listening;
      return (await doorway.call(method, [...args])) as Reply;
    },
    close: () => {
      doorway[releaseProxy]();
      worker.terminate();
    },
  };
}

/** The client over any connection: what tests use. */
export function toolchainClientOf(connect: Connect): ToolchainClient {
  let connection: ToolchainConnection | null = null;
  let waiting = new Set<(error: Error) => void>();

  const end = (message: string): void => {
    connection?.close();
    connection = null;
    const rejected = waiting;
    waiting = new Set();
    for (const reject of rejected) reject(new ToolchainFailure(message, ''));
  };

  const connected = (): ToolchainConnection => {
    if (connection) return connection;
    const mine: ToolchainConnection = connect((message) => {
      if (connection === mine) end(message);
    });
    connection = mine;
    return mine;
  };

  const call = <M extends ToolchainMethod>(
    method: M,
    ...args: Parameters<ToolchainApi[M]>
  ): ReturnType<ToolchainApi[M]> => {
    const answer = new Promise((resolve, reject) => {
      waiting.add(reject);
      connected()
        .call(method, args)
        .then(
          (reply) => {
            waiting.delete(reject);
            if (reply.kind === 'done') resolve(reply.value);
            else reject(new ToolchainFailure(reply.message, reply.stack));
          },
          (error: unknown) => {
            waiting.delete(reject);
            reject(error);
          },
        );
    });
    return answer as ReturnType<ToolchainApi[M]>;
  };

  return {
    assemble: (program) => call('assemble', program),
    vocabulary: () => call('vocabulary'),
    describe: (mnemonic) => call('describe', mnemonic),
    build: (program, format) => call('build', program, format),
    close: () => end('The assembler was closed.'),
  };
}
