/** The worker: a session behind a doorway, and a way to let messages in while it works. */
import { expose } from 'comlink';
import { Session } from '../session';
import { createDoorway } from './doorway';
import type { Ready } from './protocol';

/**
 * A message to oneself: unlike a resolved promise it lets other messages be handled first, and unlike a timer it is
 * never delayed.
 */
const channel = new MessageChannel();
const waiting: (() => void)[] = [];
channel.port1.onmessage = () => waiting.shift()?.();

const yieldNow = (): Promise<void> =>
  new Promise((resolve) => {
    waiting.push(resolve);
    channel.port2.postMessage(null);
  });

expose(createDoorway(new Session({ yieldNow })));
postMessage('ready' satisfies Ready);
