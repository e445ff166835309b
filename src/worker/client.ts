/**
 * The page's side of the doorway: a `SessionApi` whose work happens in a worker. A failure there rejects the promise;
 * a worker that dies rejects all that wait. Late replies are dropped: a command that moves the present makes the
 * answers of the ones before it stale.
 */
import { releaseProxy, wrap } from 'comlink';
import type { Doorway, Inspections, Method, Ready, Reply, SessionApi } from './protocol';

/** The call was superseded by a later one: its answer is of a moment that is no longer shown. */
export class Superseded extends Error {
  override readonly name = 'Superseded';

  constructor() {
    super('A later command made this one pointless.');
  }
}

/** Something went wrong in the worker. */
export class MachineFailure extends Error {
  override readonly name = 'MachineFailure';

  constructor(
    message: string,
    readonly workerStack: string,
  ) {
    super(message);
  }
}

export interface MachineClient extends SessionApi {
  /** Ends the worker; whatever waits is rejected. */
  close(): void;
}

/** Methods after which an earlier one's answer shows a moment that is gone. */
const MOVES: ReadonlySet<Method> = new Set<Method>([
  'load',
  'step',
  'play',
  'runUntil',
  'seek',
  'input',
  'resume',
  'stepOver',
  'stepOut',
  'edit',
  'switchBranch',
]);
/** Methods whose answer shows the present. */
const SHOWS: ReadonlySet<Method> = new Set<Method>([...MOVES, 'view']);

export function createMachineClient(): MachineClient {
  const worker = new Worker(new URL('./machine.worker.ts', import.meta.url), { type: 'module' });
  const doorway = wrap<Doorway>(worker);
  const listening = new Promise<void>((resolve) => {
    const ready: Ready = 'ready';
    worker.addEventListener('message', (event) => {
      if (event.data === ready) resolve();
    });
  });
  const client = clientOf({
    call: async (method, args) => {
      await listening;
      return (await doorway.call(method, [...args])) as Reply;
    },
  });
  worker.addEventListener('error', (event) => {
    client.die(event.message || 'The worker could not be started.');
  });
  worker.addEventListener('messageerror', () => client.die('The worker sent unreadable data.'));
  return {
    ...client.api,
    close: () => {
      client.die('The machine was closed.');
      doorway[releaseProxy]();
      worker.terminate();
    },
  };
}

/** The client over any doorway: what tests use. */
export function clientOf(doorway: Doorway): {
  readonly api: SessionApi;
  /** Rejects all that wait, and everything asked from now on. */
  die(message: string): void;
} {
  let dead: MachineFailure | null = null;
  let sequence = 0;
  /** Sequence number of the last call that moved the present. */
  let lastMove = 0;
  const waiting = new Set<(error: Error) => void>();

  const call = <M extends Method>(
    method: M,
    ...args: Parameters<SessionApi[M]>
  ): ReturnType<SessionApi[M]> => {
    const mine = ++sequence;
    if (MOVES.has(method)) lastMove = mine;
    const answer = new Promise((resolve, reject) => {
      if (dead) {
        reject(dead);
        return;
      }
      waiting.add(reject);
      doorway.call(method, args).then(
        (reply) => {
          waiting.delete(reject);
          if (reply.kind === 'failed') reject(new MachineFailure(reply.message, reply.stack));
          else if (SHOWS.has(method) && mine < lastMove) reject(new Superseded());
          else resolve(reply.value);
        },
        (error: unknown) => {
          waiting.delete(reject);
          reject(error);
        },
      );
    });
    return answer as ReturnType<SessionApi[M]>;
  };

  return {
    api: {
      load: (world) => call('load', world),
      explore: (maxInstructions) => call('explore', maxInstructions),
      step: (unit, direction) => call('step', unit, direction),
      play: (instructions) => call('play', instructions),
      runUntil: (condition, direction) => call('runUntil', condition, direction),
      seek: (moment) => call('seek', moment),
      input: (input) => call('input', input),
      interrupt: () => call('interrupt'),
      view: () => call('view'),
      block: (id) => call('block', id),
      fingerprint: () => call('fingerprint'),
      timeline: (from, to, buckets) => call('timeline', from, to, buckets),
      events: (from, to, limit) => call('events', from, to, limit),
      setBreakpoints: (breakpoints) => call('setBreakpoints', breakpoints),
      resume: (direction) => call('resume', direction),
      stepOver: (direction) => call('stepOver', direction),
      stepOut: (direction) => call('stepOut', direction),
      inspect: (kind, request) =>
        call('inspect', kind, request) as Promise<Inspections[typeof kind]['reply']>,
      origin: (target) => call('origin', target),
      edit: (edit) => call('edit', edit),
      branches: () => call('branches'),
      switchBranch: (id) => call('switchBranch', id),
    },
    die: (message) => {
      dead ??= new MachineFailure(message, '');
      for (const reject of waiting) reject(dead);
      waiting.clear();
    },
  };
}
