/** One call of the page carried out on a session: an ordinary function, so tests need no worker. */
import type { SessionApi } from '../session';
import type { Doorway, Method, Reply } from './protocol';

const METHODS: Readonly<Record<Method, true>> = {
  load: true,
  explore: true,
  step: true,
  play: true,
  runUntil: true,
  seek: true,
  input: true,
  interrupt: true,
  view: true,
  block: true,
  fingerprint: true,
  timeline: true,
  events: true,
  setBreakpoints: true,
  resume: true,
  stepOver: true,
  stepOut: true,
  inspect: true,
  origin: true,
  edit: true,
  branches: true,
  switchBranch: true,
};

/** Nothing gets out as an exception: what goes wrong is a reply. */
export function createDoorway(session: SessionApi): Doorway {
  return {
    async call(method: Method, args: readonly unknown[]): Promise<Reply> {
      try {
        if (!Object.hasOwn(METHODS, method)) throw new Error(`There is no command '${method}'.`);
        const operation = session[method] as (...given: unknown[]) => Promise<unknown>;
        return { kind: 'done', value: await operation.apply(session, [...args]) };
      } catch (thrown) {
        const error = thrown instanceof Error ? thrown : new Error(String(thrown));
        return { kind: 'failed', message: error.message, stack: error.stack ?? '' };
      }
    },
  };
}
