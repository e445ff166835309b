/** Builds the site into `dist/` when its sources have changed since the last build. Plain Node. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './packages.mjs';

/** The built site, absolute. */
export const SITE = join(ROOT, 'dist');

/** What a build depends on; files or folders. */
const SOURCES = ['src', 'public', 'index.html', 'vite.config.ts', 'scripts/vite-plugin-iced.ts'];
const SETTINGS = ['package-lock.json', 'tsconfig.json'];
/** Inside node_modules: never part of the site, ignored by git, gone when packages are installed afresh. */
const STAMP = join(ROOT, 'node_modules', '.ringside-build');

/**
 * @param {object} [options]
 * @param {boolean} [options.always] build even if nothing changed
 * @returns {boolean} whether an up-to-date site is there
 */
export function buildSite({ always = false } = {}) {
  const digest = digestOfSources();
  const isCurrent =
    existsSync(join(SITE, 'index.html')) &&
    existsSync(STAMP) &&
    readFileSync(STAMP, 'utf8') === digest;
  if (isCurrent && !always) return true;
  const vite = join(ROOT, 'node_modules', 'vite', 'bin', 'vite.js');
  const { status } = spawnSync(process.execPath, [vite, 'build', '--logLevel', 'warn'], {
    cwd: ROOT,
    stdio: 'inherit',
  });
  if (status === 0) writeFileSync(STAMP, digest);
  return status === 0;
}

function digestOfSources() {
  const hash = createHash('sha256');
  for (const file of [...SOURCES, ...SETTINGS].flatMap(filesUnder)) {
    hash
      .update(`${file}\0`)
      .update(readFileSync(join(ROOT, file)))
      .update('\0');
  }
  return hash.digest('hex');
}

/** @param {string} path relative to the project @returns {string[]} files, in a fixed order */
function filesUnder(path) {
  const info = statSync(join(ROOT, path), { throwIfNoEntry: false });
  if (!info?.isDirectory()) return info ? [path] : [];
  const entries = readdirSync(join(ROOT, path), { withFileTypes: true });
  return entries
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const inside = `${path}/${entry.name}`;
      return entry.isDirectory() ? filesUnder(inside) : [inside];
    });
}
