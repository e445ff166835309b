/**
 * Finds a Chromium for the browser tests and measurements, and says how to start it. Plain Node.
 *
 * Playwright can download its own, but not on every machine: any Chromium or Chrome already there will do.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';

const COMMANDS = [
  'chromium',
  'chromium-browser',
  'google-chrome',
  'google-chrome-stable',
  'chrome',
];

/**
 * Looks, in this order, at `CHROMIUM_PATH`, the command path, the usual places of this operating system, and
 * what Playwright has downloaded.
 *
 * @returns {string | null} path of the program
 * @throws Error when `CHROMIUM_PATH` is set to something that cannot be started
 */
export function findChromium() {
  const given = process.env.CHROMIUM_PATH;
  if (given) {
    if (isProgram(given)) return given;
    throw new Error(`CHROMIUM_PATH is set to ${given}, which is not a program`);
  }
  return [...onCommandPath(), ...usualPlaces(), ...fromPlaywright()].find(isProgram) ?? null;
}

/**
 * Gets a Chromium onto this machine if it can: first Playwright's own, then, on Debian and as root, Debian's.
 *
 * @param {(line: string) => void} say told what is being tried
 * @returns {string | null} path of the program
 */
export function installChromium(say) {
  say('no Chromium found; trying: npx playwright install chromium');
  const cli = join(playwrightFolder(), 'cli.js');
  spawnSync(process.execPath, [cli, 'install', 'chromium'], { stdio: 'inherit', timeout: 300_000 });
  const downloaded = findChromium();
  if (downloaded) return downloaded;
  if (process.platform !== 'linux' || process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) {
    return null;
  }
  say('trying: apt-get update && apt-get install -y chromium');
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  for (const args of [['update'], ['install', '-y', '--no-install-recommends', 'chromium']]) {
    spawnSync('apt-get', args, { stdio: 'inherit', env, timeout: 600_000 });
  }
  return findChromium();
}

/** What to tell someone whose machine has no Chromium. */
export const NO_CHROMIUM = `No Chromium or Chrome was found, and none could be installed. Do one of these:
  - Debian, Ubuntu:    sudo apt-get install chromium
  - Fedora:            sudo dnf install chromium
  - macOS, Windows:    install Google Chrome
  - anywhere:          npx playwright install chromium
  - have one already?  set CHROMIUM_PATH to its program file`;

/**
 * Command-line switches. They keep Chromium from talking to servers of its maker, which closed networks refuse
 * and measurements would feel; root has no sandbox.
 */
export const CHROMIUM_ARGS = Object.freeze([
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
]);

function onCommandPath() {
  const folders = (process.env.PATH ?? '').split(delimiter).filter(Boolean);
  const suffix = process.platform === 'win32' ? '.exe' : '';
  return COMMANDS.flatMap((command) => folders.map((folder) => join(folder, command + suffix)));
}

function usualPlaces() {
  if (process.platform === 'darwin') {
    return ['/Applications', join(homedir(), 'Applications')].flatMap((folder) => [
      join(folder, 'Google Chrome.app/Contents/MacOS/Google Chrome'),
      join(folder, 'Chromium.app/Contents/MacOS/Chromium'),
    ]);
  }
  if (process.platform === 'win32') {
    return ['PROGRAMFILES', 'PROGRAMFILES(X86)', 'LOCALAPPDATA'].flatMap((variable) => {
      const folder = process.env[variable];
      if (!folder) return [];
      return [
        join(folder, 'Google/Chrome/Application/chrome.exe'),
        join(folder, 'Chromium/Application/chrome.exe'),
      ];
    });
  }
  return ['/usr/bin', '/usr/local/bin', '/snap/bin', '/opt/google/chrome'].flatMap((folder) =>
    COMMANDS.map((command) => join(folder, command)),
  );
}

function playwrightFolder() {
  return join(createRequire(import.meta.url).resolve('@playwright/test/package.json'), '..');
}

/** Asked in a process of its own: this file must load before the packages are installed. */
function fromPlaywright() {
  try {
    const script = "process.stdout.write(require('@playwright/test').chromium.executablePath())";
    const options = { cwd: playwrightFolder(), encoding: /** @type {const} */ ('utf8') };
    return [execFileSync(process.execPath, ['-e', script], options)];
  } catch {
    return [];
  }
}

/** @param {string} path */
function isProgram(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
