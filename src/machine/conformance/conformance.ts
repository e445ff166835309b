/**
 * Runs a file of recorded cases of either format and says what differs. Pure: parsing and comparing only, the
 * caller reads and unpacks the file.
 */
import { type Hw32Case, Hw32Machine } from './hw32';
import { type RecordedFile, RecordedMachine } from './recorded';

export interface Failure {
  readonly name: string;
  readonly bytes: string;
  readonly differences: readonly string[];
}

export interface ConformanceResult {
  readonly passed: number;
  readonly failures: readonly Failure[];
}

/** @param text the JSON text of a file; the format is recognised by its shape */
export function runCases(text: string): ConformanceResult {
  const parsed: unknown = JSON.parse(text);
  return Array.isArray(parsed)
    ? runHw32(parsed as Hw32Case[])
    : runRecorded(parsed as RecordedFile);
}

function runHw32(cases: readonly Hw32Case[]): ConformanceResult {
  const machine = new Hw32Machine();
  const result = new Collector();
  for (const test of cases) {
    result.add(test.n, test.b, () => machine.run(test));
  }
  return result;
}

function runRecorded(file: RecordedFile): ConformanceResult {
  const machine = new RecordedMachine();
  const result = new Collector();
  for (const [opcode, group] of Object.entries(file.groups)) {
    for (const test of group.cases) {
      result.add(`${opcode} ${test.name}`, test.bytes, () =>
        machine.run(file.registers, group, test),
      );
    }
  }
  return result;
}

class Collector implements ConformanceResult {
  passed = 0;
  readonly failures: Failure[] = [];

  add(name: string, bytes: string, run: () => string[]): void {
    const differences = run();
    if (differences.length === 0) this.passed++;
    else this.failures.push({ name, bytes, differences });
  }
}
