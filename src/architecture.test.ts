/**
 * Who may import whom. Walks every source file and fails on an edge that is not in the tables below, which are
 * the folder map of the README. Test files and `testing/` folders may import anything: they do not ship.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import * as iced from 'iced-x86';
import { describe, expect, it } from 'vitest';

const SRC = import.meta.dirname;

/**
 * The parts of the program, from the bottom up, and the parts each may import besides itself.
 * `protocol` is what crosses the worker boundary; it is plain data and its helpers, so the page may import it.
 */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  base: [],
  codec: ['base'],
  machine: ['codec', 'base'],
  assembler: ['codec', 'base'],
  'guest-list': ['base'],
  guests: ['guest-list', 'assembler', 'base'],
  hypervisor: ['machine', 'codec', 'assembler', 'base'],
  history: ['hypervisor', 'machine', 'codec', 'base'],
  protocol: ['base'],
  toolchain: ['protocol', 'guest-list', 'assembler', 'codec', 'base'],
  debugger: ['protocol', 'history', 'hypervisor', 'assembler', 'machine', 'codec', 'base'],
  session: [
    ...['protocol', 'debugger', 'history', 'hypervisor', 'guests', 'guest-list', 'assembler'],
    ...['machine', 'codec', 'base'],
  ],
  cli: ['session', 'protocol', 'base'],
  worker: ['session', 'toolchain', 'protocol', 'base'],
  client: ['protocol', 'base'],
  storage: ['protocol', 'base'],
  lessons: ['guest-list', 'guests', 'protocol', 'base'],
  store: ['client', 'storage', 'lessons', 'guest-list', 'protocol', 'base'],
  viz: ['protocol', 'base'],
  ui: ['store', 'viz', 'lessons', 'guest-list', 'protocol', 'base'],
  main: ['ui', 'store', 'storage', 'client', 'lessons', 'protocol', 'base'],
};

/** Files that are a part of their own inside a folder. All other files belong to the part named as their folder. */
const PART_OF: readonly (readonly [RegExp, string])[] = [
  [/^machine\/codec\//, 'codec'],
  [/^guests\/(catalog|shipped-guest|source-of|with-text)\.ts$/, 'guest-list'],
  [/^guests\/text-loaders\.generated(\.ts)?$/, 'guest-list'],
  [/^guests\/[\w-]+\/guest\.ts$/, 'guest-list'],
  [/^session\/(api|debug|event-triggers|view|world)\.ts$/, 'protocol'],
  [/^toolchain\/api\.ts$/, 'protocol'],
  [/^worker\/(toolchain-)?protocol\.ts$/, 'protocol'],
  [/^worker\/(toolchain-)?client\.ts$/, 'client'],
  [/^main\.tsx$/, 'main'],
];

/** Parts that run in the worker, in Node and in tests alike: no page, no worker globals, no clock, no chance. */
const HEADLESS = [
  ...['base', 'codec', 'machine', 'assembler', 'guest-list', 'guests', 'hypervisor', 'history'],
  ...['protocol', 'debugger', 'session', 'toolchain'],
];

/** npm packages, and the parts that may import them. `node:` stands for what only Node has. */
const PACKAGES: Readonly<Record<string, readonly string[]>> = {
  'node:': ['cli'],
  comlink: ['worker', 'client'],
  zustand: ['store'],
  idb: ['storage'],
  fflate: ['store'],
  '@codemirror/autocomplete': ['ui'],
  '@codemirror/commands': ['ui'],
  '@codemirror/language': ['ui'],
  '@codemirror/lint': ['ui'],
  '@codemirror/search': ['ui'],
  '@codemirror/state': ['ui'],
  '@codemirror/view': ['ui'],
  '@lezer/highlight': ['ui'],
  d3: ['viz', 'ui'],
  react: ['ui', 'main'],
  'react-dom': ['ui', 'main'],
  'lucide-react': ['ui'],
  'react-resizable-panels': ['ui'],
  '@fontsource-variable/inter': ['ui', 'main'],
  '@fontsource-variable/jetbrains-mono': ['ui', 'main'],
};

interface Exception {
  /** Matches `importing file -> imported file or package`. */
  readonly edge: RegExp;
  /** Only `import type`. */
  readonly typesOnly: boolean;
  readonly reason: string;
}

const EXCEPTIONS: readonly Exception[] = [
  {
    edge: /^(session|worker)\/\w+\.ts -> (machine|hypervisor|assembler|guests|history)\//,
    typesOnly: true,
    reason:
      'the protocol is made of the types of plain data that the machine and the monitor produce',
  },
  {
    edge: /^(store|lessons|viz|ui|cli)\/.* -> machine\/(events|outcome)$/,
    typesOnly: true,
    reason: 'events and outcomes cross the worker boundary as they are',
  },
  {
    edge: /^cli\/.* -> (assembler|guests)\//,
    typesOnly: false,
    reason: '`ringside asm` assembles without any machine, and lists the shipped guests',
  },
  {
    edge: /^guests\/(source-of|text-loaders\.generated)\.ts -> guests\/([\w-]+)\/\2\.generated$/,
    typesOnly: false,
    reason: 'dynamic imports, held by a test below: texts are fetched when someone opens one',
  },
  {
    edge: /^store\/(editor\/)?use-[\w-]+\.tsx? -> (react|zustand)$/,
    typesOnly: false,
    reason: 'the thin second file that gives React the plain store',
  },
];

interface Import {
  readonly specifier: string;
  readonly typesOnly: boolean;
  readonly dynamic: boolean;
  /** Names imported in braces, as exported; empty for other forms. */
  readonly names: readonly string[];
}

describe('architecture', () => {
  it('has no import that the folder map forbids', () => {
    const problems = sourceFiles().flatMap((file) => forbiddenImports(file, read(file)));
    expect(problems).toEqual([]);
  });

  it('names no page, worker, clock or chance from base to session', () => {
    const problems = sourceFiles().flatMap((file) => forbiddenGlobals(file, read(file)));
    expect(problems).toEqual([]);
  });

  it('has an order: no part imports one that imports it back', () => {
    const order = Object.keys(MAY_IMPORT);
    const upward = Object.entries(MAY_IMPORT).flatMap(([part, lower]) =>
      lower.filter((l) => order.indexOf(l) >= order.indexOf(part)).map((l) => `${part} -> ${l}`),
    );
    expect(upward).toEqual([]);
  });
});

/** What is fetched before the first picture is what these reach without a dynamic import. */
const ENTRIES = ['main.tsx', 'worker/machine.worker.ts'];

/** Big, and of no use before someone asks for them. */
const FETCHED_LATER: readonly (readonly [string, RegExp])[] = [
  ['texts of guests', /^guests\/([\w-]+\/[\w-]+|texts)\.generated\.ts$/],
];

describe('the first load', () => {
  const reached = [...reachedFrom(ENTRIES)];

  it('reaches what a machine is made of', () => {
    expect(reached).toEqual(expect.arrayContaining(['machine/cpu/cpu.ts', 'ui/shell/Shell.tsx']));
  });

  it.each(FETCHED_LATER)('leaves out %s', (_what, pattern) => {
    expect(sourceFiles().filter((file) => pattern.test(file))).not.toEqual([]);
    expect(reached.filter((file) => pattern.test(file))).toEqual([]);
  });
});

describe('the import walker', () => {
  const catches = (file: string, source: string) =>
    forbiddenImports(file, source).length + forbiddenGlobals(file, source).length;

  it.each([
    ['an upward import', 'machine/cpu/cpu.ts', "import { x } from '../../hypervisor/registry';"],
    ['an import over several lines', 'viz/a.ts', "import {\n  a,\n  b,\n} from '../store/store';"],
    ['a re-export', 'base/a.ts', "export * from '../machine/memory';"],
    ['an import for its effect', 'viz/a.ts', "import '../ui/theme.css';"],
    ['a dynamic import', 'ui/a.tsx', "const m = await import('../session/session');"],
    ['a value where only types may pass', 'ui/a.tsx', "import { f } from '../machine/events';"],
    ['a class of iced outside the codec', 'machine/a.ts', "import { Decoder } from 'iced-x86';"],
    ['a renamed class of iced', 'machine/a.ts', "import { Decoder as D } from 'iced-x86';"],
    ['all of iced outside the codec', 'machine/a.ts', "import * as iced from 'iced-x86';"],
    ['iced in the page', 'ui/a.tsx', "import { Code } from 'iced-x86';"],
    ['React below the worker', 'session/a.ts', "import { useState } from 'react';"],
    ['Node below the worker', 'guests/a.ts', "import { readFileSync } from 'node:fs';"],
    ['a package nobody listed', 'base/a.ts', "import { nanoid } from 'nanoid';"],
    ['test code in shipped code', 'history/a.ts', "import { toy } from './testing/toy';"],
    ['the page', 'session/a.ts', "document.title = 'x';"],
    ['a worker global', 'session/a.ts', 'self.postMessage(1);'],
    ['chance', 'machine/a.ts', 'const x = Math.random();'],
    ['the clock inside a template', 'machine/a.ts', `const x = \`at $${'{Date.now()}'}\`;`],
  ])('catches %s', (_what, file, source) => {
    expect(catches(file, source)).toBeGreaterThan(0);
  });

  it.each([
    ['a downward import', 'hypervisor/a.ts', "import { Cpu } from '../machine/cpu/cpu';"],
    ['a folder by its index', 'session/a.ts', "import { h } from '../history';"],
    ['an import in its own part', 'hypervisor/bare/a.ts', "import { s } from '../core/system';"],
    ['types of plain data', 'session/view.ts', "import type { E } from '../machine/events';"],
    ['types in braces', 'session/view.ts', "import { type E } from '../machine/events';"],
    ['enums of iced', 'machine/cpu/a.ts', "import { Code, Register } from 'iced-x86';"],
    ['types of iced', 'machine/cpu/a.ts', "import type { Instruction } from 'iced-x86';"],
    ['an import in a comment', 'base/a.ts', "/* import { x } from '../ui/a'; */"],
    ['a forbidden word in text', 'machine/a.ts', "const a = 'the document itself: window';"],
    ['a forbidden word as a property', 'machine/a.ts', 'const a = { window: 1 }.window;'],
  ])('allows %s', (_what, file, source) => {
    expect(catches(file, source)).toBe(0);
  });
});

/** The source files that these import without waiting, themselves included. */
function reachedFrom(files: readonly string[]): Set<string> {
  const known = new Set(sourceFiles());
  const reached = new Set<string>();
  const visit = (file: string): void => {
    if (reached.has(file)) return;
    reached.add(file);
    for (const { specifier, typesOnly, dynamic } of importsOf(read(file))) {
      if (!specifier.startsWith('.') || typesOnly || dynamic) continue;
      const target = join(dirname(file), specifier).split(sep).join('/');
      const found = ['.ts', '.tsx', '/index.ts'].map((end) => target + end);
      const path = found.find((candidate) => known.has(candidate));
      if (path) visit(path);
    }
  };
  for (const file of files) visit(file);
  return reached;
}

function forbiddenImports(file: string, source: string): string[] {
  const part = partOf(file);
  if (!(part in MAY_IMPORT)) return [`${file}: the folder map has no ${part}`];
  return importsOf(source).flatMap((found) => {
    const local = found.specifier.startsWith('.');
    const target = local
      ? relative(SRC, join(SRC, dirname(file), found.specifier))
          .split(sep)
          .join('/')
      : found.specifier;
    if (local && isTestCode(target)) return [`${file} -> ${target}: test code does not ship`];
    const problem = local ? localProblem(part, target) : packageProblem(part, found);
    if (!problem || isException(`${file} -> ${target}`, found.typesOnly)) return [];
    return [`${file} -> ${target}: ${problem}`];
  });
}

function localProblem(part: string, target: string): string | null {
  const other = partOf(target.includes('.') ? target : `${target}.ts`, target);
  return other === part || MAY_IMPORT[part]?.includes(other)
    ? null
    : `${part} may not import ${other}`;
}

function packageProblem(part: string, { specifier, typesOnly, names }: Import): string | null {
  if (specifier === 'iced-x86') return icedProblem(part, typesOnly, names);
  const name = specifier.startsWith('node:')
    ? 'node:'
    : specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
  const allowed = PACKAGES[name];
  if (!allowed) return `the package ${name} is not listed`;
  return allowed.includes(part) ? null : `${part} may not import ${name}`;
}

/** iced's objects live in WebAssembly memory and must be freed by hand, which only the codec does. Its enums are plain. */
function icedProblem(part: string, typesOnly: boolean, names: readonly string[]): string | null {
  if (part === 'codec') return null;
  if (!HEADLESS.includes(part)) return 'the page sees instructions through the protocol';
  if (typesOnly) return null;
  const exported: Readonly<Record<string, unknown>> = iced;
  const notEnum = names.find((name) => typeof exported[name] !== 'object');
  if (names.length > 0 && notEnum === undefined) return null;
  return `only the codec may use ${notEnum ?? 'all'} of iced-x86`;
}

const GLOBALS =
  /(?<![.\w$])(?:(?:window|document|self|postMessage|importScripts|navigator|localStorage|requestAnimationFrame)\b(?!\s*\??:)|Math\.random|Date\.now|new Date\(\s*\)|performance\.now|crypto\.)/g;

function forbiddenGlobals(file: string, source: string): string[] {
  if (!HEADLESS.includes(partOf(file))) return [];
  const found = withoutText(withoutComments(source)).match(GLOBALS) ?? [];
  return found.map((name) => `${file}: ${name}`);
}

/** Static and dynamic imports and re-exports, by regular expression: the formatter keeps the code in shape. */
function importsOf(source: string): Import[] {
  const code = withoutComments(source);
  const found: Import[] = [];
  const statement =
    /(?:^|;|\})\s*(?:import|export)\s+(?:(type)\s+)?(?:([\w$*\s,{}]*?)\s*from\s*)?['"]([^'"\n]+)['"]/gm;
  for (const [, type, clause = '', specifier = ''] of code.matchAll(statement)) {
    const members = (/\{([^}]*)\}/.exec(clause)?.[1] ?? '').split(',').map((m) => m.trim());
    const named = members.filter(Boolean);
    const onlyBraces = /^\{[^}]*\}$/.test(clause.trim()) && named.length > 0;
    found.push({
      specifier,
      dynamic: false,
      typesOnly: type !== undefined || (onlyBraces && named.every((m) => m.startsWith('type '))),
      names: onlyBraces
        ? named.filter((m) => !m.startsWith('type ')).map((m) => m.split(/\s+as\s+/)[0] ?? m)
        : [],
    });
  }
  for (const [, specifier = ''] of code.matchAll(/\bimport\(\s*['"]([^'"]+)['"]/g)) {
    found.push({ specifier, typesOnly: false, dynamic: true, names: [] });
  }
  return found;
}

/** Leaves `//` alone where it may be part of an address in a string. */
const withoutComments = (source: string): string =>
  source.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '$1');

/** Drops what stands in strings, and keeps the code in `${}` of templates. */
const withoutText = (code: string): string =>
  code
    .replace(/'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"/g, "''")
    .replace(/`(?:[^`\\]|\\[\s\S])*`/g, (text) =>
      [...text.matchAll(/\$\{([^}]*)\}/g)].map(([, inside]) => inside).join(' '),
    );

function isException(edge: string, typesOnly: boolean): boolean {
  return EXCEPTIONS.some((e) => e.edge.test(edge) && (typesOnly || !e.typesOnly));
}

/** `file` relative to `src`, with slashes; `named` is how an import may have named it. */
function partOf(file: string, named = file): string {
  // A folder stands for its index file.
  if (named in MAY_IMPORT) return named;
  const own = PART_OF.find(([pattern]) => pattern.test(file) || pattern.test(`${named}.tsx`));
  return own?.[1] ?? file.split('/')[0] ?? '';
}

const isTestCode = (file: string): boolean => /\.test\.tsx?$|(^|\/)testing\//.test(file);

function sourceFiles(): string[] {
  return readdirSync(SRC, { recursive: true, encoding: 'utf8' })
    .map((file) => file.split(sep).join('/'))
    .filter((file) => /\.tsx?$/.test(file) && !file.endsWith('.d.ts') && !isTestCode(file));
}

const read = (file: string): string => readFileSync(join(SRC, file), 'utf8');
