/** The app opens: from a sub-path, and from a host that knows nothing about WebAssembly. */
import { expect, test } from './fixtures';
import { PLAIN_SITE_URL } from './serve-site';

test('opens from a sub-path without a single error', { tag: '@smoke' }, async ({ page, lab }) => {
  await lab.open();
  await expect(page).toHaveTitle(/Ringside/);
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
});

test('opens from a host without a type for WebAssembly', { tag: '@smoke' }, async ({
  page,
  lab,
}) => {
  await page.goto(process.env[PLAIN_SITE_URL] ?? '');
  await lab.waitIdle();
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
});
