/** Browser tests: the built site, served from sub-paths, in whatever Chromium this machine has. */
import { defineConfig } from '@playwright/test';
import { CHROMIUM_ARGS, findChromium, NO_CHROMIUM } from './scripts/chromium.mjs';

const executablePath = findChromium();
if (!executablePath) throw new Error(NO_CHROMIUM);

export default defineConfig({
  testDir: 'e2e',
  outputDir: 'test-results/browser',
  globalSetup: './e2e/serve-site.ts',
  // A retry that passes is a bug to look into.
  retries: 0,
  forbidOnly: Boolean(process.env.CI),
  fullyParallel: true,
  workers: 2,
  timeout: 60_000,
  reporter: 'list',
  use: {
    viewport: { width: 1440, height: 900 },
    // Motion has tests of its own; elsewhere it only takes time.
    contextOptions: { reducedMotion: 'reduce' },
    screenshot: 'only-on-failure',
    launchOptions: { executablePath, args: [...CHROMIUM_ARGS] },
  },
});
