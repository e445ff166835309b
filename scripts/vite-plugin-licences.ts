/**
 * A Vite plugin that puts `licences.md` beside the built page: the licence texts of what it bundles. Vite lists the
 * packages that the page's own chunks import; those that it does not see as such are added here.
 */
import { appendFileSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Plugin } from 'vite';

const FILE = 'licences.md';

/** A package and the file with its licence: imported by workers alone, or by style sheets. */
const UNSEEN = [
  ['iced-x86', 'LICENSE.txt'],
  ['@fontsource-variable/inter', 'LICENSE'],
  ['@fontsource-variable/jetbrains-mono', 'LICENSE'],
] as const;

export function licences(): Plugin {
  let root = '';
  let outDir = '';
  return {
    name: 'ringside:licences',
    apply: 'build',
    config: () => ({ build: { license: { fileName: FILE } } }),
    configResolved(config) {
      root = config.root;
      outDir = resolve(root, config.build.outDir);
    },
    closeBundle() {
      for (const [name, file] of UNSEEN) {
        const folder = join(root, 'node_modules', name);
        const { version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
        const text = readFileSync(join(folder, file), 'utf8').trim();
        appendFileSync(join(outDir, FILE), `\n## ${name} - ${version} (${license})\n\n${text}\n`);
      }
    },
  };
}
