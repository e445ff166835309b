#!/usr/bin/env node
/** The `ringside` command: starts `src/cli/main.ts` through tsx. It installs and builds nothing. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
/** Exit status for bad usage, as `ringside --help` says. */
const BAD_USAGE = 2;

if (!existsSync(join(root, 'node_modules', 'tsx'))) {
  console.error(`The packages Ringside needs are not installed. Run: npm ci\n(in ${root})`);
  process.exit(BAD_USAGE);
}
const { register } = await import('tsx/esm/api');
register();
const { main } = await import(pathToFileURL(join(root, 'src', 'cli', 'main.ts')).href);
process.exitCode = await main(process.argv.slice(2));
