/**
 * `npm run oracle`: this machine in lock-step with another emulator, on the shipped guests and on seeded random
 * programs. Prints the first divergence of each with its history; the last line is `N passed, N failed`.
 * What is compared, and where an emulator departs from the manual: docs/oracle.md.
 */
import { parseArgs } from 'node:util';
import { hasBochs, NO_BOCHS } from './oracle/bochs';
import { randomPrograms, shippedGuests } from './oracle/programs';
import { hasQemu, NO_QEMU } from './oracle/qemu';
import { type Compared, compare, type Program } from './oracle/run';

const USAGE = `Usage: npm run oracle -- [options]
  --qemu               the shipped guests and random programs on QEMU (default)
  --bochs              segmentation programs on Bochs
  --seeds FIRST:COUNT  random programs (default 1:12)
  --slots N            random instructions per ring and program (default 300)
  --steps N            compare at most N instructions of each (default: 2,000,000)
  --guest NAME         one shipped guest only: ${shippedGuests(null)
    .map(({ name }) => name)
    .join(', ')}`;

const options = readOptions();
if (options === null) {
  console.error(USAGE);
  process.exit(2);
}
const missing = [
  ...(options.qemu && !hasQemu() ? [NO_QEMU] : []),
  ...(options.bochs && !hasBochs() ? [NO_BOCHS] : []),
];
if (missing.length > 0) {
  console.error(missing.join('\n'));
  process.exit(2);
}

const met = new Map<string, number>();
let passed = 0;
let failed = 0;
const { first, count, slots, steps, guest } = options;
if (options.qemu) {
  await all('qemu', shippedGuests(guest));
  if (guest === null) await all('qemu', randomPrograms(first, count, slots));
}
if (options.bochs)
  await all('bochs', randomPrograms(first, count, Math.min(slots, 100), 'segments'));
for (const [name, times] of met) console.log(`let pass ${times} times: ${name}`);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;

async function all(emulator: 'qemu' | 'bochs', programs: readonly Program[]): Promise<void> {
  for (const program of programs) {
    const result: Compared = await compare(emulator, program, steps);
    if (result.passed) passed++;
    else failed++;
    for (const [{ name }, times] of result.departures) {
      met.set(`${emulator}: ${name}`, (met.get(`${emulator}: ${name}`) ?? 0) + times);
    }
    const verdict = result.passed ? 'agree' : 'DIVERGE';
    console.log(`${emulator} ${program.name}: ${verdict}, ${result.instructions} instructions`);
    if (!result.passed) console.log(result.report);
  }
}

function readOptions() {
  try {
    const { values } = parseArgs({
      options: {
        qemu: { type: 'boolean', default: false },
        bochs: { type: 'boolean', default: false },
        seeds: { type: 'string', default: '1:12' },
        slots: { type: 'string', default: '300' },
        steps: { type: 'string', default: '2000000' },
        guest: { type: 'string' },
      },
    });
    const seeds = /^(\d+)(?::(\d+))?$/.exec(values.seeds);
    const [slots, steps] = [Number(values.slots), Number(values.steps)];
    const known = !values.guest || shippedGuests(values.guest).length > 0;
    if (!seeds || !(slots > 0 && slots <= 6000) || !(steps > 0) || !known) return null;
    return {
      qemu: values.qemu || !values.bochs,
      bochs: values.bochs,
      first: Number(seeds[1]),
      count: Number(seeds[2] ?? 1),
      slots,
      steps,
      guest: values.guest ?? null,
    };
  } catch {
    return null;
  }
}
