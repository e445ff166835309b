/** A bare machine with a guest loaded, and its RAM and boot ROM as files that another emulator starts from. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { assemble, formatAsmError, toElf } from '../../src/assembler';
import { createBare } from '../../src/hypervisor/bare/bare-system';
import { COSTS } from '../../src/machine/costs';
import type { Pc } from '../../src/machine/pc';
import { bootRom } from './boot-rom';

export const RAM_BYTES = 16 << 20;
const RAM_HOLE = 0xa0000;
const HIGH_RAM = 0x100000;

export interface RamFile {
  readonly address: number;
  readonly file: string;
}

export interface Prepared {
  readonly pc: Pc;
  readonly entry: number;
  readonly folder: string;
  readonly rom: string;
  readonly ram: readonly RamFile[];
  /** Removes the files. */
  dispose(): void;
}

/** @param source NASM source of a Multiboot guest */
export function prepare(
  source: string,
  name: string,
  files: Readonly<Record<string, string>> = {},
): Prepared {
  const assembled = assemble(source, { name, files });
  if (!assembled.ok) throw new Error(assembled.error.map(formatAsmError).join('\n'));
  const system = createBare(toElf(assembled.value), {
    memoryBytes: RAM_BYTES,
    costs: COSTS.pentium4,
  });
  if (!system.ok) throw new Error(system.error.message);
  const { pc } = system.value;
  const folder = mkdtempSync(join(tmpdir(), 'ringside-oracle-'));
  const rom = join(folder, 'rom.bin');
  writeFileSync(rom, bootRom(pc.cpu));
  const ram: RamFile[] = [];
  for (const [from, to] of [
    [0, RAM_HOLE],
    [HIGH_RAM, RAM_BYTES],
  ] as const) {
    const bytes = pc.memory.u8.subarray(from, to);
    const first = bytes.findIndex((byte) => byte !== 0);
    if (first < 0) continue;
    const last = bytes.findLastIndex((byte) => byte !== 0);
    const start = first & ~0xfff;
    const file = join(folder, `ram-${from}.bin`);
    writeFileSync(file, bytes.subarray(start, (last | 0xfff) + 1));
    ram.push({ address: from + start, file });
  }
  return {
    pc,
    entry: pc.cpu.eip,
    folder,
    rom,
    ram,
    dispose: () => rmSync(folder, { recursive: true, force: true }),
  };
}
