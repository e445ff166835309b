/**
 * A Vite plugin that gives browsers iced-x86 as an ES module.
 *
 * The npm build of iced-x86 is CommonJS for Node: it reads its WebAssembly file with `fs` while it is being
 * loaded. This plugin serves the same source rewritten: exports become ES exports (so that what is not used is
 * dropped), and the tail fetches `iced_x86_bg.wasm` beside the script instead of reading it from disk.
 * Importing it therefore waits (top-level await) until the WebAssembly code is ready.
 *
 * Use it in the page build and in worker builds. Node (tsx, Vitest) loads the package as it is.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Plugin } from 'vite';

const PACKAGE = 'iced-x86';
/** The leading NUL is Rollup's mark of a module that is no file. */
const VIRTUAL_ID = `\0${PACKAGE}.mjs`;

export function icedX86(): Plugin {
  return {
    name: 'ringside:iced-x86',
    enforce: 'pre',
    // Dependency optimisation would bundle the CommonJS build with its `require('fs')`.
    config: () => ({ optimizeDeps: { exclude: [PACKAGE] } }),
    resolveId: (source) => (source === PACKAGE ? VIRTUAL_ID : null),
    load(id) {
      if (id !== VIRTUAL_ID) return null;
      const file = createRequire(import.meta.url).resolve(PACKAGE);
      return toEsModule(readFileSync(file, 'utf8'));
    },
  };
}

/** Where the file-reading tail begins: everything after it is replaced. */
const TAIL = /^const path = require\('path'\)\.join\(__dirname, 'iced_x86_bg\.wasm'\);$/m;

/**
 * Rewrites the CommonJS source of iced-x86 1.21 (wasm-bindgen, `--target nodejs`) to an ES module.
 *
 * @throws Error when the source has a line this rewriting does not know, as a new version of the package might
 */
export function toEsModule(commonJs: string): string {
  const tail = TAIL.exec(commonJs);
  if (!tail)
    throw new Error('iced-x86: the tail that reads the WebAssembly file is not where expected');
  const body = commonJs
    .slice(0, tail.index)
    .replace(/^let imports = \{\};\n.*= module\.exports;$/m, 'const glue = {};')
    // Browsers have both as globals.
    .replace(/^const \{ TextDecoder, TextEncoder \} = require\(`util`\);$/m, '')
    // What the WebAssembly code calls back into.
    .replace(/^module\.exports\.(__wb\w+) = function/gm, 'glue.$1 = function')
    // Enums. Marked pure, so that an enum nobody imports is left out of the bundle.
    .replace(/^module\.exports\.(\w+) = (Object\.freeze\()/gm, 'export const $1 = /*#__PURE__*/ $2')
    .replace(/^module\.exports\.(\w+) = function/gm, 'export const $1 = function')
    // Classes.
    .replace(/^module\.exports\.(\w+) = \1;$/gm, 'export { $1 };')
    .replace(ENUM, (all, name: string, members: string) => {
      const names = namesInOrder(members);
      const long = names && names.length >= LONG_ENUM;
      return long
        ? `export const ${name} = /*#__PURE__*/ enumOf('${names.join(' ').replace(VECTOR_CODE, '')}');`
        : all;
    });
  const unknown = /^.*(?:module\.exports|\brequire\().*$/m.exec(withoutComments(body));
  if (unknown) throw new Error(`iced-x86: do not know how to rewrite the line: ${unknown[0]}`);
  return `import wasmUrl from '${PACKAGE}/iced_x86_bg.wasm?url';\n${ENUM_OF}\n${body}\n${LOAD_WASM}`;
}

/** An enum, rewritten so far. */
const ENUM = /^export const (\w+) = \/\*#__PURE__\*\/ Object\.freeze\(\{([\s\S]*?)\}\);$/gm;

/**
 * Enums from here on are written as their names alone: with both directions spelled out, `Code` and `Mnemonic` are most of
 * the script. Engines keep objects so large as hash tables either way; shorter ones are faster as the literals they are.
 */
const LONG_ENUM = 1024;

/** @returns the members' names when they are numbered from 0 on in order of writing, else null */
function namesInOrder(members: string): string[] | null {
  const pairs = withoutComments(members).matchAll(/([^\s,:"]+):(-?\d+),"(-?\d+)":"([^"]*)"/g);
  const names: string[] = [];
  for (const [, name = '', value, key, text] of pairs) {
    if (Number(value) !== names.length || key !== value || text !== name) return null;
    names.push(name);
  }
  return names;
}

/**
 * Members of `Code` for vector extensions and 3DNow!, two thirds of its text. They get the empty name: `Code[code]` is read
 * for forms of the legacy encoding alone, the only ones that the assembler writes and the CPU carries out.
 */
const VECTOR_CODE = /\b(?:VEX|EVEX|XOP|MVEX|D3NOW)_\w+/g;

const ENUM_OF = `
const enumOf = (names) => {
  const members = {};
  names.split(' ').forEach((name, value) => {
    if (name !== '') members[name] = value;
    members[value] = name;
  });
  return Object.freeze(members);
};`;

const withoutComments = (source: string): string => source.replace(/^\s*\/?\*.*$/gm, '');

/**
 * Compiles while downloading where the host labels the file as WebAssembly, and from a buffer where it does not:
 * plain static hosts often know no type for `.wasm`.
 */
const LOAD_WASM = `
const response = await fetch(wasmUrl);
if (!response.ok) throw new Error('Cannot load ' + wasmUrl + ': HTTP status ' + response.status);
const wasmImports = { __wbindgen_placeholder__: glue };
const { instance } =
  response.headers.get('content-type') === 'application/wasm'
    ? await WebAssembly.instantiateStreaming(response, wasmImports)
    : await WebAssembly.instantiate(await response.arrayBuffer(), wasmImports);
wasm = instance.exports;
`;
