/**
 * Cases recorded from a real CPU in real mode, one JSON object per file (format: cases/README.md). Registers are
 * named in the file, 16-bit or 32-bit names alike.
 */
import { Clock } from '../clock';
import { COSTS } from '../costs';
import { Cpu } from '../cpu/cpu';
import { EFLAGS_FIXED, SEG, STATE_BYTES, WORD } from '../cpu/state';
import type { MachineEventBody } from '../events';
import { PAGE_BYTES, PhysicalMemory } from '../memory';
import { PortBus } from '../ports';

export interface RecordedFile {
  readonly registers: readonly string[];
  readonly groups: Readonly<Record<string, RecordedGroup>>;
}

export interface RecordedGroup {
  /** Defined bits of FLAGS. */
  readonly flagsMask: number;
  readonly cases: readonly RecordedCase[];
}

export interface RecordedCase {
  readonly name: string;
  readonly bytes: string;
  readonly before: readonly number[];
  readonly memoryBefore: readonly (readonly [number, number])[];
  readonly after: Readonly<Record<string, number>>;
  readonly memoryAfter: readonly (readonly [number, number])[];
  readonly exception?: unknown;
  /** Where the pushed FLAGS image lies, of which only the defined bits are compared. */
  readonly flagsAddress?: number;
}

const RAM = 0x200000;
/** CF PF AF ZF SF TF IF DF OF: what FLAGS of these recordings can hold. */
const FLAGS_BITS = 0x0fd5;
/** HLT comes long before; a case that needs more has run away. */
const LIMIT = 100_000;

const GENERAL = ['ax', 'cx', 'dx', 'bx', 'sp', 'bp', 'si', 'di'];
const SEGMENTS = ['es', 'cs', 'ss', 'ds', 'fs', 'gs'];

export class RecordedMachine {
  private readonly cpu: Cpu;
  private readonly memory: PhysicalMemory;

  constructor() {
    this.memory = new PhysicalMemory({ ramBytes: RAM });
    const nowhere = { emit: (_: MachineEventBody): void => {} };
    const ports = new PortBus(nowhere, 'physical');
    // Nothing is behind any port: reads float to ones, writes are lost.
    ports.register(0, 0x10000, { readPort: () => 0xff, writePort: () => {} });
    this.cpu = new Cpu({
      memory: this.memory,
      stateOffset: this.memory.allocateControl(STATE_BYTES),
      ports,
      clock: new Clock(COSTS.pentium4),
      profile: 'x86',
      events: null,
    });
  }

  /** @returns differences in words; empty if the case passes */
  run(registers: readonly string[], group: RecordedGroup, test: RecordedCase): string[] {
    const { cpu, memory } = this;
    const blank = new Uint8Array(PAGE_BYTES);
    for (const { page } of memory.takeDirtyPages()) {
      memory.writeBytes(page * PAGE_BYTES, blank);
    }
    memory.takeDirtyPages();
    for (const [at, value] of test.memoryBefore) memory.write8(at, value);
    cpu.reset();
    registers.forEach((name, i) => {
      this.write(name, test.before[i]!);
    });
    const outcome = cpu.run(LIMIT);
    if (outcome.kind !== 'halted') return [`stopped: ${JSON.stringify(outcome)}`];

    const differences: string[] = [];
    const differ = (what: string, got: number, want: number): void => {
      differences.push(`${what}: got ${got.toString(16)}, want ${want.toString(16)}`);
    };
    const mask = group.flagsMask & FLAGS_BITS;
    registers.forEach((name, i) => {
      const want = test.after[name] ?? test.before[i]!;
      const got = this.read(name);
      if (isFlags(name)) {
        if ((got ^ want) & mask) differ(name, got & mask, want & mask);
      } else if (got !== want) differ(name, got, want);
    });
    const expected = new Map([...test.memoryBefore, ...test.memoryAfter]);
    const flagsAt = this.flagsImage(test);
    for (const { page, bytes } of memory.takeDirtyPages()) {
      for (let i = 0; i < PAGE_BYTES; i++) {
        const at = page * PAGE_BYTES + i;
        const want = expected.get(at) ?? 0;
        const care = at === flagsAt ? mask & 0xff : at === flagsAt + 1 ? mask >>> 8 : 0xff;
        if ((bytes[i]! ^ want) & care) differ(`[${at.toString(16)}]`, bytes[i]!, want);
      }
      // The next case starts from zeros.
      memory.writeBytes(page * PAGE_BYTES, blank);
    }
    return differences;
  }

  /** The file gives the address of the bus cycle, which is even; with an odd SP the image begins one byte later. */
  private flagsImage(test: RecordedCase): number {
    if (test.flagsAddress === undefined) return -2;
    return test.flagsAddress + (this.cpu.gpr[4]! & 1);
  }

  private read(name: string): number {
    const { cpu } = this;
    const segment = SEGMENTS.indexOf(name);
    if (segment >= 0) return cpu.state[WORD.SELECTOR + segment]!;
    if (isFlags(name)) return name === 'flags' ? cpu.eflags & 0xffff : cpu.eflags >>> 0;
    const value = name.endsWith('ip') ? cpu.eip : cpu.gpr[generalIndex(name)]! >>> 0;
    return name.length === 3 ? value : value & 0xffff;
  }

  private write(name: string, value: number): void {
    const { cpu } = this;
    const segment = SEGMENTS.indexOf(name);
    if (segment >= 0) {
      const rights = segment === SEG.CS ? 0x9b : 0x93;
      cpu.loadDescriptorCache(segment, {
        selector: value,
        base: value << 4,
        limit: 0xffff,
        rights,
      });
    } else if (isFlags(name)) cpu.setEflags((value & FLAGS_BITS) | EFLAGS_FIXED);
    else if (name.endsWith('ip')) cpu.eip = value;
    else cpu.gpr[generalIndex(name)] = value;
  }
}

const isFlags = (name: string): boolean => name === 'flags' || name === 'eflags';

function generalIndex(name: string): number {
  const index = GENERAL.indexOf(name.length === 3 ? name.slice(1) : name);
  if (index < 0) throw new Error(`recorded cases name an unknown register: ${name}`);
  return index;
}
