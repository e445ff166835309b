/** Boots small disks in tests: a boot sector's body in assembly, perhaps with more sectors behind it. */
import { assemble, formatAsmError, toFlat } from '../../../assembler';
import type { System } from '../../../hypervisor/core/system';
import { bareOn, translatedOn } from '../../../hypervisor/testing/systems';
import { type KeyStroke, strokesOf } from '../../devices/keys';
import type { Outcome } from '../../outcome';

export const TECHNIQUES = ['bare', 'binary-translation'] as const;
export type Technique = (typeof TECHNIQUES)[number];

const MEBIBYTE = 0x100000;

export function bytesOf(source: string): Uint8Array {
  const assembled = assemble(source, { name: 'test.asm' });
  if (!assembled.ok) throw new Error(assembled.error.map(formatAsmError).join('\n'));
  return toFlat(assembled.value);
}

/** Ends the run with AL as the exit code. */
export const EXIT = 'out 0xf4,al\ncli\nhlt';

/** One sector. The body runs with all segments 0 and leaves what it found from 0x600 on. */
export const bootSector = (body: string): Uint8Array =>
  bytesOf(`bits 16
org 0x7c00
mov [0x5f0],dx
${body}
mov al,0
${EXIT}
times 510-($-$$) db 0
dw 0xaa55
`);

/** A disk of so many sectors: the boot sector, then byte `i` of sector `n` is `(n * 7 + i) & 0xff`. */
export function diskOf(sector: Uint8Array, sectors: number): Uint8Array {
  const disk = new Uint8Array(sectors * 512);
  for (let at = 512; at < disk.length; at++) disk[at] = (Math.floor(at / 512) * 7 + at) & 0xff;
  disk.set(sector);
  return disk;
}

export function start(image: Uint8Array, technique: Technique, memoryMiB = 4): System {
  const options = { memoryBytes: memoryMiB * MEBIBYTE };
  return technique === 'bare' ? bareOn(image, options) : translatedOn(image, options);
}

export interface Booted {
  readonly system: System;
  readonly outcome: Outcome;
  byte(address: number): number;
  word(address: number): number;
  dword(address: number): number;
  /** Rows of the screen without blanks at their ends, up to the last one that is not empty. */
  readonly screen: readonly string[];
  /** Attribute at row and column. */
  attribute(row: number, column: number): number;
}

export interface BootOptions {
  readonly technique?: Technique;
  readonly sectors?: number;
  readonly memoryMiB?: number;
  /** Typed from the start. */
  readonly keys?: string;
  /** Pressed from the start, by code: each goes down, and those behind `+` before it stay down until it is up. */
  readonly chords?: readonly string[];
  readonly serial?: readonly number[];
  readonly limit?: number;
}

const strokesOfChord = (chord: string): KeyStroke[] => {
  const codes = chord.split('+');
  return [
    ...codes.map((code) => ({ code, down: true })),
    ...codes.toReversed().map((code) => ({ code, down: false })),
  ];
};

/** Boots a body and runs it to its end. */
export function boot(body: string, options: BootOptions = {}): Booted {
  const { technique = 'bare', sectors = 1, memoryMiB = 4, limit = 20_000_000 } = options;
  const system = start(diskOf(bootSector(body), sectors), technique, memoryMiB);
  const typed = strokesOf(options.keys ?? '');
  if ('untypable' in typed) throw new Error(typed.untypable);
  const strokes = [...typed.strokes, ...(options.chords ?? []).flatMap(strokesOfChord)];
  if (strokes.length > 0 || options.serial) {
    system.receive({ keys: strokes, serial: options.serial ?? [] });
  }
  const outcome = system.run(limit);
  const cells = system.screen().bytes;
  const read = (address: number, length: number) => {
    const bytes = system.readGuest(address, length) ?? new Uint8Array();
    return bytes.reduceRight((value, byte) => value * 256 + byte, 0);
  };
  const rows = Array.from({ length: 25 }, (_, row) =>
    String.fromCharCode(
      ...cells.subarray(row * 160, row * 160 + 160).filter((_, i) => i % 2 === 0),
    ).trimEnd(),
  );
  while (rows.at(-1) === '') rows.pop();
  return {
    system,
    outcome,
    byte: (address) => read(address, 1),
    word: (address) => read(address, 2),
    dword: (address) => read(address, 4),
    screen: rows,
    attribute: (row, column) => cells[(row * 80 + column) * 2 + 1] ?? 0,
  };
}
