/** A worker in which both emulators run, in turn. */
import wasmUrl from 'v86/build/v86.wasm?url';
import { Session } from '../../../../src/session';
import { ours } from '../ours';
import { hold } from '../rounds';
import { theirs } from '../theirs';
import { worldOf } from '../world';
import type { Answer, Ready, Request } from './requests';

const channel = new MessageChannel();
const waiting: (() => void)[] = [];
channel.port1.onmessage = () => waiting.shift()?.();

const yieldNow = (): Promise<void> =>
  new Promise((resolve) => {
    waiting.push(resolve);
    channel.port2.postMessage(null);
  });

/** The browser's own count leaves out WebAssembly memories: these are theirs. */
const memories: WebAssembly.Memory[] = [];
WebAssembly.Memory = class extends WebAssembly.Memory {
  constructor(descriptor: WebAssembly.MemoryDescriptor) {
    super(descriptor);
    memories.push(this);
  }
};
const memoryBytes = (): number => memories.reduce((sum, { buffer }) => sum + buffer.byteLength, 0);

/** Kept, so that it is still there when memory is measured. */
let session: Session | null = null;

addEventListener('message', async ({ data }: MessageEvent<Request>) => {
  const answer = await carryOut(data).catch(
    (error: unknown): Answer => ({
      kind: 'failed',
      message: error instanceof Error ? (error.stack ?? error.message) : String(error),
    }),
  );
  postMessage(answer);
});
postMessage('ready' satisfies Ready);

async function carryOut(request: Request): Promise<Answer> {
  switch (request.kind) {
    case 'nothing':
      return { kind: 'done', memoryBytes: memoryBytes() };
    case 'load': {
      session = new Session({ yieldNow });
      const { technique, image } = request;
      const loaded = await session.load({ ...worldOf(image), technique });
      if (!loaded.ok) throw new Error(loaded.error.message);
      return { kind: 'done', memoryBytes: memoryBytes() };
    }
    case 'contest': {
      const { guest, contest } = request;
      const wasm = new URL(wasmUrl, location.href).href;
      const contestants = [
        ours(guest, yieldNow),
        await theirs(guest, { compiler: false, wasm }),
        await theirs(guest, { compiler: true, wasm }),
      ];
      return { kind: 'standings', standings: await hold(contestants, guest, contest) };
    }
  }
}
