/**
 * Serves the built site for the whole test run, on a free port, twice: from a sub-path, and from a host that
 * knows no type for WebAssembly. Playwright calls it before the first test, and what it returns after the last.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { SITE } from '../scripts/build-site.mjs';
import { serveStatic } from '../scripts/static-server.mjs';

/** Set here, read by the fixtures: where the site is. */
export const SITE_URL = 'RINGSIDE_SITE_URL';
/** Where it is again, on a host that labels `.wasm` as unknown bytes. */
export const PLAIN_SITE_URL = 'RINGSIDE_PLAIN_SITE_URL';

const SUB_PATH = '/courses/virtualization/ringside/';
const PLAIN_PATH = '/plain/';

export default async function serveSite(): Promise<() => Promise<void>> {
  if (!existsSync(join(SITE, 'index.html')))
    throw new Error('There is no dist/. Run: npm run build');
  const server = await serveStatic({
    mounts: [
      { path: SUB_PATH, folder: SITE },
      { path: PLAIN_PATH, folder: SITE, withoutType: ['.wasm'] },
    ],
  });
  process.env[SITE_URL] = server.origin + SUB_PATH;
  process.env[PLAIN_SITE_URL] = server.origin + PLAIN_PATH;
  return server.close;
}
