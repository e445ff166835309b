/** The contest in Node. */
import { createRequire } from 'node:module';
import { speedGuest, type Work } from './guest';
import { ours } from './ours';
import { type Contest, hold, type Standing } from './rounds';
import { theirs } from './theirs';

const WASM = createRequire(import.meta.url).resolve('v86/build/v86.wasm');

const yieldNow = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

export async function contestInNode(work: Work, contest: Contest): Promise<Standing[]> {
  const guest = speedGuest(work);
  const contestants = [
    ours(guest, yieldNow),
    await theirs(guest, { compiler: false, wasm: WASM }),
    await theirs(guest, { compiler: true, wasm: WASM }),
  ];
  return hold(contestants, guest, contest);
}
