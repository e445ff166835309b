/**
 * What every browser test starts from: the site's address, a page object, and a collector that fails the test
 * when the page logged an error, threw one, or could not load a file. Import `test` and `expect` from here.
 */
import { test as base, expect, type Page } from '@playwright/test';
import { LabPage } from './lab.page';
import { SITE_URL } from './serve-site';

export { expect };

interface Fixtures {
  /** The lab, not opened yet. */
  readonly lab: LabPage;
  /** What went wrong in the page so far. A test that provokes an error on purpose empties it. */
  readonly pageProblems: string[];
}

export const test = base.extend<Fixtures>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of the first parameter's properties
  baseURL: async ({}, use) => {
    const url = process.env[SITE_URL];
    if (!url) throw new Error(`${SITE_URL} is not set: e2e/serve-site.ts has not run`);
    await use(url);
  },
  pageProblems: [
    async ({ page }, use) => {
      const problems: string[] = [];
      collectProblems(page, problems);
      await use(problems);
      expect(problems, 'errors in the page').toEqual([]);
    },
    { auto: true },
  ],
  lab: async ({ page }, use) => {
    await use(new LabPage(page));
  },
});

function collectProblems(page: Page, problems: string[]): void {
  page.on('console', (message) => {
    if (message.type() === 'error') problems.push(`console: ${message.text()}`);
  });
  page.on('pageerror', (error) => problems.push(`uncaught: ${error.stack ?? error.message}`));
  page.on('requestfailed', (request) => {
    problems.push(
      `failed request: ${request.url()} (${request.failure()?.errorText ?? 'unknown'})`,
    );
  });
  page.on('response', (response) => {
    if (response.status() >= 400) problems.push(`HTTP ${response.status()}: ${response.url()}`);
  });
}
