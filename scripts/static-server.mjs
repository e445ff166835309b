/**
 * A static file server in plain Node: what `npm start` and the browser tests serve the built site with.
 *
 * It is deliberately as plain as the plainest static host: it sends no header that a host might not send.
 */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, normalize, sep } from 'node:path';

/** @type {Readonly<Record<string, string>>} */
const TYPES = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.map': 'application/json',
  '.mjs': 'text/javascript; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.wasm': 'application/wasm',
  '.webmanifest': 'application/manifest+json',
  '.woff2': 'font/woff2',
};
const UNKNOWN_TYPE = 'application/octet-stream';

/**
 * A folder served under a path.
 * @typedef {object} Mount
 * @property {string} path begins and ends with a slash: `/` or `/some/sub-path/`
 * @property {string} folder absolute path of the folder
 * @property {readonly string[]} [withoutType] extensions this host knows no type for, such as `.wasm`
 */

/**
 * Starts serving; anything outside the mounts is 404.
 *
 * @param {object} options
 * @param {readonly Mount[]} options.mounts
 * @param {number} [options.port] first port to try; 0 (the default) lets the system choose
 * @param {number} [options.attempts] how many ports to try, one after the other, when they are taken
 * @param {string} [options.host] address to listen on; by default only this computer can connect
 * @returns {Promise<{ port: number, origin: string, close: () => Promise<void> }>}
 */
export async function serveStatic({ mounts, port = 0, attempts = 1, host = '127.0.0.1' }) {
  const server = createServer((request, response) => {
    answer(mounts, request, response).catch((error) => {
      if (!response.headersSent) response.writeHead(500, { 'content-type': TYPES['.txt'] });
      response.end(`${error}\n`);
    });
  });
  const bound = await listen(server, port, attempts, host);
  return {
    port: bound,
    origin: `http://${host === '127.0.0.1' || host === '0.0.0.0' ? 'localhost' : host}:${bound}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/**
 * @param {readonly Mount[]} mounts
 * @param {import('node:http').IncomingMessage} request
 * @param {import('node:http').ServerResponse} response
 */
async function answer(mounts, request, response) {
  /** @param {number} status @param {string} text @param {Record<string, string>} [headers] */
  const refuse = (status, text, headers = {}) => {
    response.writeHead(status, { 'content-type': TYPES['.txt'], ...headers });
    response.end(`${text}\n`);
  };
  if (request.method !== 'GET' && request.method !== 'HEAD') return refuse(405, 'GET or HEAD only');
  const path = decodePath(request.url ?? '/');
  if (path === null) return refuse(400, 'Not a path');
  const mount = mounts.find((candidate) => path.startsWith(candidate.path));
  if (!mount) {
    const unslashed = mounts.find((candidate) => candidate.path === `${path}/`);
    return unslashed
      ? refuse(301, 'Moved', { location: unslashed.path })
      : refuse(404, 'Not found');
  }
  // `normalize` has resolved any `..`, so the file cannot lie outside the folder.
  const inside = normalize(`${sep}${path.slice(mount.path.length)}`);
  const file = join(mount.folder, inside.endsWith(sep) ? join(inside, 'index.html') : inside);
  const info = await stat(file).catch(() => null);
  if (!info?.isFile()) return refuse(404, 'Not found');
  const extension = extname(file);
  const type = mount.withoutType?.includes(extension) ? UNKNOWN_TYPE : TYPES[extension];
  response.writeHead(200, {
    'content-type': type ?? UNKNOWN_TYPE,
    'content-length': info.size,
    // Always ask again: a rebuilt site is shown at once.
    'cache-control': 'no-cache',
  });
  if (request.method === 'HEAD') return response.end();
  createReadStream(file)
    .on('error', () => response.destroy())
    .pipe(response);
}

/** @param {string} url @returns {string | null} the decoded path, null where it is none */
function decodePath(url) {
  try {
    const path = decodeURIComponent(new URL(url, 'http://localhost').pathname);
    return path.includes('\0') ? null : path;
  } catch {
    return null;
  }
}

/**
 * @param {import('node:http').Server} server
 * @param {number} first
 * @param {number} attempts
 * @param {string} host
 * @returns {Promise<number>} the port listened on
 */
async function listen(server, first, attempts, host) {
  for (let attempt = 0; ; attempt++) {
    try {
      await new Promise((resolve, reject) => {
        server.once('error', reject);
        server.listen(first + attempt, host, () => {
          server.off('error', reject);
          resolve(undefined);
        });
      });
      const address = server.address();
      if (address === null || typeof address === 'string')
        throw new Error('not listening on a port');
      return address.port;
    } catch (error) {
      const taken = /** @type {NodeJS.ErrnoException} */ (error).code === 'EADDRINUSE';
      if (!taken || attempt + 1 >= attempts) throw error;
    }
  }
}
