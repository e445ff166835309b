/** The contest in a worker of Chromium, and what a worker with one session takes in memory. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium, type Page } from '@playwright/test';
import { build } from 'vite';
import type { TechniqueId } from '../../../src/session/world';
import { CHROMIUM_ARGS, findChromium, NO_CHROMIUM } from '../../chromium.mjs';
import { serveStatic } from '../../static-server.mjs';
import { icedX86 } from '../../vite-plugin-iced';
import { speedGuest, type Work } from './guest';
import type { Contest, Standing } from './rounds';
import type {} from './site/page';
import { type Answer, type Request, toText } from './site/requests';

/** Lets memory be measured at once instead of at the next garbage collection. */
const MEASURE_AT_ONCE = '--enable-blink-features=ForceEagerMeasureMemory';

/** Builds the contest's page and opens it. */
export async function withContestPage<T>(use: (page: Page) => Promise<T>): Promise<T> {
  const executablePath = findChromium();
  if (!executablePath) throw new Error(NO_CHROMIUM);
  const folder = mkdtempSync(join(tmpdir(), 'ringside-contest-'));
  try {
    await buildPage(folder);
    const server = await serveStatic({ mounts: [{ path: '/', folder }] });
    const args = [...CHROMIUM_ARGS, MEASURE_AT_ONCE];
    const browser = await chromium.launch({ executablePath, args });
    try {
      const page = await browser.newPage();
      // Only an isolated page may ask for its memory.
      await page.route('**/*', async (route) => {
        const response = await route.fetch();
        const headers = {
          ...response.headers(),
          'cross-origin-opener-policy': 'same-origin',
          'cross-origin-embedder-policy': 'require-corp',
        };
        await route.fulfill({ response, headers });
      });
      await page.goto(`${server.origin}/`);
      await page.waitForFunction(() => typeof window.ask === 'function');
      return await use(page);
    } finally {
      await browser.close();
      await server.close();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export async function contestInChromium(
  page: Page,
  work: Work,
  contest: Contest,
): Promise<readonly Standing[]> {
  const answer = await ask(page, { kind: 'contest', guest: speedGuest(work), contest });
  if (answer.kind !== 'standings') throw new Error('the worker answered something else');
  return answer.standings;
}

/**
 * Bytes a worker takes once a session has loaded a guest, over those of the worker's code alone; no history yet. What
 * WebAssembly memories reserve counts in full, whether touched or not.
 */
export async function sessionBytes(page: Page, technique: TechniqueId): Promise<number> {
  const before = await bytesAfter(page, { kind: 'nothing' });
  const image = speedGuest('sieve').image;
  return (await bytesAfter(page, { kind: 'load', image, technique })) - before;
}

/** All bytes of a fresh worker after it has carried out a request. */
async function bytesAfter(page: Page, request: Request): Promise<number> {
  await page.reload();
  const answer = await ask(page, request);
  if (answer.kind !== 'done') throw new Error('the worker answered something else');
  const heap = await page.evaluate(() => window.workerBytes());
  if (heap === null) throw new Error('this browser does not tell what its memory is used for');
  return heap + answer.memoryBytes;
}

async function ask(page: Page, request: Request): Promise<Answer> {
  const answer = await page.evaluate((text) => window.ask(text), toText(request));
  if (answer.kind === 'failed') throw new Error(answer.message);
  return answer;
}

async function buildPage(outDir: string): Promise<void> {
  await build({
    configFile: false,
    // v86 names Node's modules, which the browser never asks for: not worth a warning each.
    logLevel: 'error',
    root: fileURLToPath(new URL('site', import.meta.url)),
    base: './',
    plugins: [icedX86()],
    worker: { format: 'es', plugins: () => [icedX86()] },
    build: { target: 'es2022', outDir, emptyOutDir: true, assetsInlineLimit: 0 },
  });
}
