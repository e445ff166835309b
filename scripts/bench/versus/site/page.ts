/** The page around the worker: passes a request to a fresh worker and waits for its answer. */
import { type Answer, fromText, type Ready } from './requests';
import workerUrl from './worker?worker&url';

declare global {
  interface Window {
    /** @param text a request, as `toText` writes it */
    ask(text: string): Promise<Answer>;
    /** Bytes in all dedicated workers as the browser counts them (no WebAssembly memories); null if it does not say. */
    workerBytes(): Promise<number | null>;
  }
  interface Performance {
    measureUserAgentSpecificMemory?(): Promise<{
      breakdown: { bytes: number; attribution: { scope: string }[] }[];
    }>;
  }
}

const workers: Worker[] = [];

window.ask = (text) =>
  new Promise((resolve, reject) => {
    // The query is how v86 is told to pause with the browser's scheduler, its quickest way.
    const worker = new Worker(`${workerUrl}?use-scheduling-api`, { type: 'module' });
    workers.push(worker);
    worker.onmessage = ({ data }: MessageEvent<Answer | Ready>) => {
      // What is sent to a module worker that still awaits at its top level is lost.
      if (data === 'ready') worker.postMessage(fromText(text));
      else resolve(data);
    };
    worker.onerror = (event) => reject(new Error(event.message));
  });

window.workerBytes = async () => {
  const measured = await performance.measureUserAgentSpecificMemory?.();
  if (!measured) return null;
  return measured.breakdown
    .filter(({ attribution }) => attribution.some(({ scope }) => scope.startsWith('Dedicated')))
    .reduce((sum, { bytes }) => sum + bytes, 0);
};
