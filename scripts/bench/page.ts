/** What a visitor of the built site feels: how long a step takes to be on screen, and how much is downloaded. */
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { type Browser, chromium, type Page } from '@playwright/test';
import { buildSite, SITE } from '../build-site.mjs';
import { CHROMIUM_ARGS, findChromium, NO_CHROMIUM } from '../chromium.mjs';
import { serveStatic } from '../static-server.mjs';

export interface Latency {
  /** Milliseconds from the key press (`event.timeStamp`) to just after the frame that painted the step's last change. */
  readonly painted: readonly number[];
  /** Milliseconds from the key press until two frames after the app said that it is idle. */
  readonly idle: readonly number[];
}

export interface Size {
  readonly files: readonly {
    readonly path: string;
    readonly bytes: number;
    readonly gzipped: number;
  }[];
}

const IDLE_LIMIT_MS = 60_000;
const WARM_UP_PRESSES = 20;

/** Builds the site if needed, serves it from a sub-path, and opens a browser on it. */
export async function withSite<T>(use: (browser: Browser, url: string) => Promise<T>): Promise<T> {
  const executablePath = findChromium();
  if (!executablePath) throw new Error(NO_CHROMIUM);
  if (!buildSite()) throw new Error('the site could not be built');
  const server = await serveStatic({ mounts: [{ path: '/bench/', folder: SITE }] });
  const browser = await chromium.launch({ executablePath, args: [...CHROMIUM_ARGS] });
  try {
    return await use(browser, `${server.origin}/bench/`);
  } finally {
    await browser.close();
    await server.close();
  }
}

/** Presses `s` again and again, each time when the app is idle. Motion is reduced: a step is one picture. */
export async function measureLatency(
  browser: Browser,
  url: string,
  presses: number,
): Promise<Latency> {
  const page = await browser.newPage({
    viewport: { width: 1440, height: 900 },
    reducedMotion: 'reduce',
  });
  await page.goto(url);
  await waitIdle(page);
  await page.addScriptTag({ path: fileURLToPath(new URL('step-probe.js', import.meta.url)) });
  const painted: number[] = [];
  const idle: number[] = [];
  for (let press = -WARM_UP_PRESSES; press < presses; press++) {
    await page.evaluate(() => window.stepProbe.arm());
    // Presses must not fall into step with the screen's refresh: 0 to 16 ms later, always the same sequence.
    await page.waitForTimeout((Math.abs(press) * 7) % 17);
    await page.keyboard.press('s');
    const times = await page.evaluate(() => window.stepProbe.result());
    if (times.changes === 0) throw new Error(`press ${press} of "s" changed nothing on the page`);
    if (press < 0) continue;
    painted.push(times.painted);
    idle.push(times.idle);
  }
  await page.close();
  return { painted, idle };
}

/** Everything requested until the app is idle for the first time, in a browser that has cached nothing. */
export async function measureSize(browser: Browser, url: string): Promise<Size> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  const page = await context.newPage();
  const bodies = new Map<string, Promise<Buffer>>();
  // The context, not the page: what the worker requests counts too.
  context.on('response', (response) => bodies.set(response.url(), response.body()));
  await page.goto(url);
  await waitIdle(page);
  await page.waitForLoadState('networkidle');
  const files = await Promise.all(
    [...bodies].map(async ([address, body]) => ({
      path: address.slice(url.length) || 'index.html',
      bytes: (await body).length,
      gzipped: gzipSync(await body, { level: 9 }).length,
    })),
  );
  await context.close();
  return { files: files.toSorted((a, b) => b.gzipped - a.gzipped) };
}

async function waitIdle(page: Page): Promise<void> {
  await page.locator('html[data-idle="true"]').waitFor({ timeout: IDLE_LIMIT_MS });
}

interface StepTimes {
  readonly painted: number;
  readonly idle: number;
  /** Batches of DOM changes seen. */
  readonly changes: number;
}

declare global {
  interface Window {
    stepProbe: { arm(): void; result(): Promise<StepTimes> };
  }
}
