/**
 * `npm test`: everything that must hold, from a fresh clone, in one command. Plain Node.
 *
 * Types, lint, format, unit and property tests, the build, and tests of the built site in a real Chromium. Every
 * stage runs even if an earlier one failed. The last line is `N passed, N failed`: all test cases, and one each
 * for types, lint, format and build. A test file that cannot be run, or a stage that cannot start, counts as failed.
 *
 * `--quick` leaves out the browser.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { buildSite } from './build-site.mjs';
import { findChromium, installChromium, NO_CHROMIUM } from './chromium.mjs';
import { preparePackages, ROOT } from './packages.mjs';

/**
 * How a stage ended.
 * @typedef {{ passed: number, failed: number, skipped?: number, note?: string }} Counts
 * @typedef {{ name: string, run: () => Promise<Counts> }} Stage
 */

/** What the runners write about their test cases. */
const REPORTS = join(ROOT, 'test-results');
const UNIT_REPORT = join(REPORTS, 'unit.json');
const BROWSER_REPORT = join(REPORTS, 'browser.json');
/** A test that never ends must not hold up everything. */
const STAGE_LIMIT_MS = 8 * 60_000;

const unknown = process.argv.slice(2).filter((argument) => argument !== '--quick');
if (unknown.length > 0) {
  console.error(`npm test: unknown option ${unknown.join(' ')} (there is only --quick)`);
  process.exit(2);
}
const quick = process.argv.includes('--quick');

const problem = preparePackages();
if (problem) {
  console.error(`\n${problem}\n`);
  console.log('0 passed, 1 failed');
  process.exit(1);
}

/** @type {Stage[]} */
const stages = [
  {
    name: 'types',
    run: () => gate(['typescript/bin/tsc', '--noEmit'], 'fix the lines named above'),
  },
  {
    name: 'lint',
    run: () =>
      gate(
        ['@biomejs/biome/bin/biome', 'lint', '--error-on-warnings', '.'],
        'fix the lines named above; some: npx biome check --write .',
      ),
  },
  {
    name: 'format',
    run: () => gate(['@biomejs/biome/bin/biome', 'format', '.'], 'run: npm run format'),
  },
  { name: 'unit', run: unitTests },
  { name: 'build', run: build },
  ...(quick ? [] : [{ name: 'browser', run: browserTests }]),
];

/** @type {{ name: string, counts: Counts, seconds: number }[]} */
const results = [];
for (const { name, run } of stages) {
  console.log(`\n=== ${name} ===`);
  const start = Date.now();
  /** @type {Counts} */
  const counts = await run().catch((error) => ({ passed: 0, failed: 1, note: String(error) }));
  results.push({ name, counts, seconds: (Date.now() - start) / 1000 });
}
printSummary();

/**
 * A check that passes or fails as a whole.
 * @param {[string, ...string[]]} command program file inside node_modules, then arguments
 * @param {string} remedy what to do when it fails
 * @returns {Promise<Counts>}
 */
async function gate(command, remedy) {
  const status = await runTool(command);
  return status === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1, note: remedy };
}

/** @returns {Promise<Counts>} */
async function unitTests() {
  mkdirSync(REPORTS, { recursive: true });
  rmSync(UNIT_REPORT, { force: true });
  const status = await runTool([
    'vitest/vitest.mjs',
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${UNIT_REPORT}`,
  ]);
  const report = readReport(UNIT_REPORT);
  if (!report) return noReport(status);
  /** @type {{ status: string, assertionResults: unknown[] }[]} */
  const files = report.testResults;
  // Files that failed before any test of theirs could run.
  const broken = files.filter((f) => f.status === 'failed' && f.assertionResults.length === 0);
  return settle(status, {
    passed: report.numPassedTests,
    failed: report.numFailedTests + broken.length,
    skipped: report.numPendingTests + report.numTodoTests,
  });
}

/** @returns {Promise<Counts>} */
async function build() {
  return buildSite({ always: true })
    ? { passed: 1, failed: 0 }
    : { passed: 0, failed: 1, note: 'run: npm run build' };
}

/** @returns {Promise<Counts>} */
async function browserTests() {
  const chromium = findChromium() ?? installChromium((line) => console.log(line));
  if (!chromium) {
    console.error(NO_CHROMIUM);
    return { passed: 0, failed: 1, note: 'no Chromium: see above what to install' };
  }
  console.log(`browser: ${chromium}`);
  mkdirSync(REPORTS, { recursive: true });
  rmSync(BROWSER_REPORT, { force: true });
  const status = await runTool(['@playwright/test/cli.js', 'test', '--reporter=list,json'], {
    CHROMIUM_PATH: chromium,
    PLAYWRIGHT_JSON_OUTPUT_NAME: BROWSER_REPORT,
  });
  const report = readReport(BROWSER_REPORT);
  if (!report) return noReport(status);
  const { stats } = report;
  return settle(status, {
    passed: stats.expected,
    // A test that passes only when repeated is a bug to look into.
    failed: stats.unexpected + stats.flaky,
    skipped: stats.skipped,
  });
}

/** @param {string} file @returns {any} what the runner wrote, null if it wrote nothing */
function readReport(file) {
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : null;
}

/** @param {number | null} status @returns {Counts} */
function noReport(status) {
  const minutes = STAGE_LIMIT_MS / 60_000;
  const note = status === null ? `a test did not end within ${minutes} minutes` : 'see above';
  return { passed: 0, failed: 1, note };
}

/**
 * A runner that fails for another reason than a failing test case (nothing found, an error outside any test)
 * has failed all the same.
 * @param {number | null} status
 * @param {Counts} counts
 * @returns {Counts}
 */
function settle(status, counts) {
  if (status === 0 || counts.failed > 0) return counts;
  return { ...counts, failed: 1, note: 'failed outside any test case: see above' };
}

/**
 * Runs a tool out of node_modules with its output shown, in a process group of its own, so that all of it can be
 * ended when it takes too long.
 * @param {[string, ...string[]]} command
 * @param {Record<string, string>} [env]
 * @returns {Promise<number | null>} exit status, null if it was ended
 */
function runTool([program, ...args], env = {}) {
  const file = join(ROOT, 'node_modules', program);
  const child = spawn(process.execPath, [file, ...args], {
    cwd: ROOT,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, ...env },
    detached: process.platform !== 'win32',
  });
  /** @param {NodeJS.Signals} signal */
  const end = (signal) => {
    if (child.pid === undefined) return;
    try {
      process.kill(process.platform === 'win32' ? child.pid : -child.pid, signal);
    } catch {
      // It has just ended by itself.
    }
  };
  const interrupt = () => {
    end('SIGTERM');
    process.exit(130);
  };
  process.once('SIGINT', interrupt);
  process.once('SIGTERM', interrupt);
  const timer = setTimeout(() => {
    console.error(`ended after ${STAGE_LIMIT_MS / 60_000} minutes`);
    end('SIGKILL');
  }, STAGE_LIMIT_MS);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (status) => {
      clearTimeout(timer);
      process.off('SIGINT', interrupt);
      process.off('SIGTERM', interrupt);
      resolve(status);
    });
  });
}

function printSummary() {
  console.log('\n=== summary ===');
  for (const { name, counts, seconds } of results) {
    const skipped = counts.skipped ? `, ${counts.skipped} skipped` : '';
    const numbers = `${counts.passed} passed, ${counts.failed} failed${skipped}`;
    const note = counts.note ? `  (${counts.note})` : '';
    console.log(`${name.padEnd(8)} ${numbers}  ${seconds.toFixed(1)} s${note}`);
  }
  const total = (/** @type {'passed' | 'failed'} */ key) =>
    results.reduce((sum, { counts }) => sum + counts[key], 0);
  console.log(`\n${total('passed')} passed, ${total('failed')} failed`);
  process.exitCode = total('failed') === 0 ? 0 : 1;
}
