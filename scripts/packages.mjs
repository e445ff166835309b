/**
 * Makes sure that Node and the npm packages are what `package-lock.json` asks for. Plain Node without any
 * package: it has
 * to run on a fresh clone.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The project's folder, absolute. */
export const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

/** The least Node version everything here works with: [major, minor]. */
const NEEDED_NODE = [20, 19];

/**
 * @param {string} [version] of Node, such as `20.19.0`
 * @returns {string | null} what is wrong, null if nothing is
 */
export function nodeProblem(version = process.versions.node) {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [needMajor = 0, needMinor = 0] = NEEDED_NODE;
  if (major > needMajor || (major === needMajor && minor >= needMinor)) return null;
  return `Ringside needs Node ${needMajor}.${needMinor} or newer; this is Node ${version}. See https://nodejs.org`;
}

/**
 * A lock file, as far as it is read here.
 * @typedef {{ packages?: Record<string, { version?: string, optional?: boolean, devOptional?: boolean }> }} Lock
 */

/**
 * Compares what is asked for with what npm noted down when it last installed. Times of files are not looked at:
 * a checkout changes them.
 *
 * @param {Lock} asked `package-lock.json`
 * @param {Lock} installed `node_modules/.package-lock.json`
 * @returns {string | null} the first package that is missing or has another version, null if none is
 */
export function firstStalePackage(asked, installed) {
  for (const [path, wanted] of Object.entries(asked.packages ?? {})) {
    if (path === '') continue;
    const found = installed.packages?.[path];
    // Optional packages are for particular operating systems; npm leaves the others out.
    if (!found && (wanted.optional || wanted.devOptional)) continue;
    if (found?.version !== wanted.version) return path.replace(/^node_modules\//, '');
  }
  return null;
}

/** @returns {string | null} why packages must be installed, null if they need not be */
export function whyInstall() {
  const noted = join(ROOT, 'node_modules', '.package-lock.json');
  if (!existsSync(noted)) return 'packages are not installed yet';
  try {
    const stale = firstStalePackage(readJson(join(ROOT, 'package-lock.json')), readJson(noted));
    return stale && `${stale} is missing or not the version asked for`;
  } catch (error) {
    return `cannot read what is installed (${error})`;
  }
}

/**
 * Checks Node and installs packages where needed.
 *
 * @returns {string | null} what went wrong, in words for the person at the keyboard; null if all is well
 */
export function preparePackages() {
  const problem = nodeProblem();
  if (problem) return problem;
  const why = whyInstall();
  if (!why) return null;
  console.log(`Installing packages: ${why} (npm ci) ...`);
  const status = runNpm(['ci', '--include=dev', '--no-audit', '--no-fund']);
  if (status !== 0) {
    return `npm ci failed${status === null ? ' to start' : ` with status ${status}`}; its messages are above.
A package registry must be reachable once. After fixing the cause, try again, or run: npm ci`;
  }
  const still = whyInstall();
  return still && `npm ci ran, but ${still}. Remove the folder node_modules and run: npm ci`;
}

/** @param {readonly string[]} args @returns {number | null} exit status, null if npm could not be started */
function runNpm(args) {
  // Under `npm start`, npm says where its own program is; that also avoids looking for npm.cmd on Windows.
  const npm = process.env.npm_execpath;
  const options = { cwd: ROOT, stdio: /** @type {const} */ ('inherit') };
  return npm?.endsWith('.js')
    ? spawnSync(process.execPath, [npm, ...args], options).status
    : spawnSync('npm', args, { ...options, shell: process.platform === 'win32' }).status;
}

/** @param {string} file @returns {Lock} */
function readJson(file) {
  return JSON.parse(readFileSync(file, 'utf8'));
}
