/**
 * `npm run bench`: measures, and prints each number beside what we aim at.
 *
 * `--only node|assembler|v86|latency|size` runs one part (repeat it for several); `--presses N` (200); `--rounds N` (9) for the contest
 * with v86; `--json` prints the numbers as one JSON object at the end. Close other programs first: they share the processor.
 */
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { percentile } from './bench/numbers';
import { NODE_NAME, type Row, table } from './bench/table';

const PARTS = ['node', 'assembler', 'v86', 'latency', 'size'] as const;
type Part = (typeof PARTS)[number];

const TARGET_PER_SECOND = 20e6;
const TARGET_P95_MS = 16;
const TARGET_ASSEMBLY_MS = 1000;
const TARGET_FIRST_LOAD_KB = 700;

const { values: options } = parseArgs({
  options: {
    only: { type: 'string', multiple: true, default: [...PARTS] },
    presses: { type: 'string', default: '200' },
    rounds: { type: 'string', default: '9' },
    json: { type: 'boolean', default: false },
  },
});
const unknown = options.only.find((part) => !PARTS.includes(part as Part));
const presses = Number(options.presses);
const rounds = Number(options.rounds);
const isCount = (value: number): boolean => Number.isInteger(value) && value > 0;
if (unknown !== undefined || !isCount(presses) || !isCount(rounds)) {
  console.error(
    'Usage: npm run bench -- [--only node|assembler|v86|latency|size] [--presses N] [--rounds N] [--json]',
  );
  process.exit(2);
}

const measured: Record<string, unknown> = {};
const rows: Row[] = [];
let failed = false;
const parts: Record<Part, () => Promise<void>> = { node, assembler, v86, latency, size };
for (const part of PARTS) {
  if (!options.only.includes(part)) continue;
  try {
    await parts[part]();
  } catch (error) {
    failed = true;
    console.error(`${part}: not measured: ${error instanceof Error ? error.message : error}`);
  }
}
console.log(`\n${cpus()[0]?.model ?? 'unknown processor'}, ${cpus().length} cores, ${NODE_NAME}\n`);
console.log(table(rows));
if (options.json) console.log(JSON.stringify(measured));
process.exitCode = failed ? 1 : 0;

async function node(): Promise<void> {
  const { measureSpeed, measureWholeRun } = await import('./bench/node-speed');
  for (const technique of ['bare', 'binary-translation'] as const) {
    for (const ring of [0, 3] as const) {
      const speed = measureSpeed(technique, ring);
      measured[`${technique}, ring ${ring}`] = speed;
      rows.push({
        what: `${technique}, guest in ring ${ring}`,
        value: `${millions(speed.perSecond)} M instructions/s`,
        detail: `${millions(speed.slowest)} to ${millions(speed.fastest)}`,
        target: `>= ${millions(TARGET_PER_SECOND)} M`,
        met: speed.perSecond >= TARGET_PER_SECOND,
      });
    }
    const run = measureWholeRun(technique);
    measured[`${technique}, hello-rings`] = run;
    rows.push({
      what: `${technique}, hello-rings from power-on to exit`,
      value: `${millions(run.perSecond)} M instructions/s`,
      detail: `${run.instructions} instructions, nothing decoded or translated before`,
    });
  }
}

async function assembler(): Promise<void> {
  const { measureAssembler } = await import('./bench/assembler');
  const speed = measureAssembler();
  measured.assembler = speed;
  rows.push({
    what: `assembling ${speed.lines} lines`,
    value: `${milliseconds(speed.firstMilliseconds)} cold`,
    detail: `${milliseconds(speed.milliseconds)} warm, ${speed.bytes} bytes`,
    target: `<= ${TARGET_ASSEMBLY_MS} ms`,
    met: speed.firstMilliseconds <= TARGET_ASSEMBLY_MS,
  });
}

async function v86(): Promise<void> {
  const { DEFAULT_CONTEST } = await import('./bench/versus/rounds');
  const { measureAgainstV86 } = await import('./bench/versus');
  const { rows: found, numbers } = await measureAgainstV86({ ...DEFAULT_CONTEST, rounds });
  rows.push(...found);
  measured.v86 = numbers;
}

async function latency(): Promise<void> {
  const { measureLatency, withSite } = await import('./bench/page');
  const times = await withSite((browser, url) => measureLatency(browser, url, presses));
  measured.latency = times;
  const p95 = percentile(times.painted, 0.95);
  rows.push({
    what: 'key press to painted step',
    value: `${milliseconds(p95)} at p95`,
    detail: `median ${milliseconds(percentile(times.painted, 0.5))}, ${times.painted.length} presses`,
    target: `<= ${TARGET_P95_MS} ms`,
    met: p95 <= TARGET_P95_MS,
  });
  rows.push({
    what: 'key press to idle and two frames',
    value: `${milliseconds(percentile(times.idle, 0.95))} at p95`,
    detail: `median ${milliseconds(percentile(times.idle, 0.5))}`,
  });
}

async function size(): Promise<void> {
  const { measureSize, withSite } = await import('./bench/page');
  const { files } = await withSite(measureSize);
  measured.size = files;
  for (const { path, bytes, gzipped } of files) {
    rows.push({ what: `  ${path}`, value: kilobytes(gzipped), detail: `${kilobytes(bytes)} raw` });
  }
  const gzipped = files.reduce((sum, file) => sum + file.gzipped, 0);
  rows.push({
    what: 'first load, gzipped',
    value: kilobytes(gzipped),
    detail: `${kilobytes(files.reduce((sum, file) => sum + file.bytes, 0))} raw`,
    target: `<= ${TARGET_FIRST_LOAD_KB} KB`,
    met: gzipped <= TARGET_FIRST_LOAD_KB * 1000,
  });
}

function millions(value: number): string {
  return (value / 1e6).toFixed(1);
}

function milliseconds(value: number): string {
  return `${value.toFixed(1)} ms`;
}

/** KB of 1000 bytes. */
function kilobytes(bytes: number): string {
  return `${(bytes / 1000).toFixed(1)} KB`;
}
