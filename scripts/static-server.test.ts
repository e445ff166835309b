import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { serveStatic } from './static-server.mjs';

describe('the static server', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ringside-'));
  let server: Awaited<ReturnType<typeof serveStatic>>;

  beforeAll(async () => {
    mkdirSync(join(folder, 'site'));
    writeFileSync(join(folder, 'secret.txt'), 'secret');
    writeFileSync(join(folder, 'site', 'index.html'), 'home');
    writeFileSync(join(folder, 'site', 'code.wasm'), 'wasm');
    const site = join(folder, 'site');
    server = await serveStatic({
      mounts: [
        { path: '/a/b/', folder: site },
        { path: '/plain/', folder: site, withoutType: ['.wasm'] },
      ],
    });
  });
  afterAll(async () => {
    await server.close();
    rmSync(folder, { recursive: true });
  });

  /** Sends the path as it stands; `fetch` would tidy it up first. */
  const ask = (path: string): Promise<{ status: number; type: string; body: string }> =>
    new Promise((resolve, reject) => {
      get({ port: server.port, host: '127.0.0.1', path }, (response) => {
        let body = '';
        response.on('data', (chunk) => {
          body += chunk;
        });
        response.on('end', () => {
          const type = response.headers['content-type'] ?? '';
          resolve({ status: response.statusCode ?? 0, type, body });
        });
      }).on('error', reject);
    });

  it('serves the index of a sub-path', async () => {
    expect(await ask('/a/b/')).toMatchObject({ status: 200, body: 'home' });
  });

  it('labels WebAssembly, unless the mount knows no type for it', async () => {
    expect((await ask('/a/b/code.wasm')).type).toBe('application/wasm');
    expect((await ask('/plain/code.wasm')).type).toBe('application/octet-stream');
  });

  it.each(['/', '/a/', '/a/b/nothing', '/secret.txt'])('knows no %s', async (path) => {
    expect((await ask(path)).status).toBe(404);
  });

  it.each([
    '/a/b/../secret.txt',
    '/a/b/..%2fsecret.txt',
    '/a/b/%2e%2e/secret.txt',
    '/a/b/..%5csecret.txt',
  ])('lets nobody out of the folder by %s', async (path) => {
    expect((await ask(path)).body).not.toContain('secret');
  });

  it('takes the next port when one is taken', async () => {
    const mounts = [{ path: '/', folder }];
    const next = await serveStatic({ mounts, port: server.port, attempts: 20 });
    expect(next.port).toBeGreaterThan(server.port);
    await next.close();
  });
});
