/**
 * `npm start`: from a fresh clone to the running app. Installs packages if they are missing, builds the site if
 * its sources changed, serves it, prints its address and opens it on a desktop. Plain Node.
 *
 * Options: `--port N` first port to try (4280), `--host ADDRESS` to listen on (this computer only), `--no-open`.
 * To work on the code with live reload, use `npm run dev` instead.
 */
import { spawn } from 'node:child_process';
import util from 'node:util';
import { buildSite, SITE } from './build-site.mjs';
import { preparePackages } from './packages.mjs';
import { serveStatic } from './static-server.mjs';

const DEFAULT_PORT = 4280;

const problem = preparePackages();
if (problem) fail(problem);
const options = readOptions();
if (!buildSite()) fail('The site could not be built; the messages above say why.');

const server = await serveStatic({
  mounts: [{ path: '/', folder: SITE }],
  port: options.port,
  attempts: options.port === 0 ? 1 : 50,
  host: options.host,
}).catch((error) => fail(`Cannot listen on port ${options.port}: ${error.message}`));
if (options.port !== 0 && server.port !== options.port) {
  console.log(`Port ${options.port} is taken; using ${server.port}.`);
}
console.log(`\n  Ringside is running at ${server.origin}/\n  Press Ctrl-C to stop.\n`);
if (options.open && isDesktop()) openInBrowser(`${server.origin}/`);

for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
  process.once(signal, () => {
    console.log('\nStopped.');
    server.close().then(() => process.exit(0));
  });
}

/** @returns {{ port: number, host: string, open: boolean }} */
function readOptions() {
  try {
    const { values } = util.parseArgs({
      options: {
        port: { type: 'string', default: process.env.PORT ?? String(DEFAULT_PORT) },
        host: { type: 'string', default: '127.0.0.1' },
        'no-open': { type: 'boolean', default: false },
      },
    });
    const port = Number(values.port);
    if (!Number.isInteger(port) || port < 0 || port > 65535) {
      fail(`--port ${values.port}: not a port number (0 to 65535)`);
    }
    return { port, host: values.host, open: !values['no-open'] };
  } catch (error) {
    return fail(
      `${/** @type {Error} */ (error).message}\nUsage: npm start -- [--port N] [--host ADDRESS] [--no-open]`,
    );
  }
}

/** Someone is looking at this computer's screen, as far as can be told. */
function isDesktop() {
  if (process.env.CI || process.env.BROWSER === 'none' || !process.stdout.isTTY) return false;
  if (process.platform === 'darwin' || process.platform === 'win32') return !process.env.SSH_TTY;
  return Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY);
}

/** Tries to; the address is printed anyway. @param {string} url */
function openInBrowser(url) {
  /** @type {Partial<Record<NodeJS.Platform, [string, ...string[]]>>} */
  const openers = { darwin: ['open'], win32: ['cmd', '/c', 'start', ''] };
  const [command, ...args] = openers[process.platform] ?? ['xdg-open'];
  const child = spawn(command, [...args, url], { stdio: 'ignore', detached: true });
  child.on('error', () => {});
  child.unref();
}

/** @param {string} message @returns {never} */
function fail(message) {
  console.error(`\n${message}\n`);
  process.exit(1);
}
