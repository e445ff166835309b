/**
 * `npm run conformance -- [--show N] FILE…`: runs files of recorded single-instruction cases (plain or gzipped JSON)
 * and prints the first differences in full. The last line is `N passed, N failed`; exit status 1 if any failed.
 * Without files: the ones shipped in src/machine/conformance/cases.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { runCases } from '../src/machine/conformance/conformance';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { show: { type: 'string', default: '10' } },
});

const shipped = join(import.meta.dirname, '../src/machine/conformance/cases');
const files =
  positionals.length > 0
    ? positionals
    : readdirSync(shipped)
        .filter((name) => name.endsWith('.json.gz'))
        .map((name) => join(shipped, name));

let passed = 0;
let failed = 0;
for (const file of files) {
  const raw = readFileSync(file);
  const packed = raw[0] === 0x1f && raw[1] === 0x8b;
  const result = runCases((packed ? gunzipSync(raw) : raw).toString());
  passed += result.passed;
  failed += result.failures.length;
  console.log(`${file}: ${result.passed} passed, ${result.failures.length} failed`);
  for (const failure of result.failures.slice(0, Number(values.show))) {
    console.log(`  ${failure.name} (${failure.bytes})`);
    for (const difference of failure.differences) console.log(`    ${difference}`);
  }
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;
