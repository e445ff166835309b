/**
 * What flat real-mode programs find: segments without descriptors, and below them the traces of a BIOS that is not there.
 * (Boot sectors and disk images have a real one: ../firmware.)
 * The interrupt table leads every vector to a stub in a read-only page at F000:0000 whose `out` stops the machine and
 * names the service that was called; the data area tells what is true of this PC without one.
 *
 * ```text
 * 00000  256 vectors        F000:0000 + 4 n
 * 00400  BIOS data area     serial port, equipment, memory size, video mode
 * F0000  stub n             out 0xb2,al   iret   nop
 * ```
 *
 * @see IBM PC/AT Technical Reference, "ROM BIOS and System Usage": "Interrupt Vectors", "BIOS Data Area"
 * @see Intel SDM vol. 3, "8086 Emulation": "Real-Address Mode"
 */
import { CR0_ET, EFLAGS_FIXED, EFLAGS_IF } from '../cpu/state';
import type { Segment } from './load-error';
import type { BootSegment, BootState } from './machine-image';

/** The port a chipset gives to calls of its firmware (APM control); here nobody answers it but by stopping. */
export const BIOS_STUB_PORT = 0xb2;
export const BIOS_STUB_SEGMENT = 0xf000;
const STUB_BYTES = 4;
const VECTORS = 256;
const DATA_AREA = 0x400;
/** The state of a real-mode segment register: 64 KiB from `selector * 16`, readable and writable whatever it is. */
const REAL_LIMIT = 0xffff;
const RIGHTS_CODE = 0x9b;
const RIGHTS_DATA = 0x93;

const realSegment = (selector: number, rights: number): BootSegment => ({
  selector,
  base: selector << 4,
  limit: REAL_LIMIT,
  rights,
});

/** Which service a stub stands for, by the offset of its first instruction. */
export const vectorOfStub = (offset: number): number => offset / STUB_BYTES;

/** Real mode at `cs:ip`, every data segment and the stack in one segment. Interrupts on, as a BIOS leaves them. */
export function realModeState(start: {
  readonly cs: number;
  readonly ip: number;
  readonly ds: number;
  readonly sp: number;
  readonly dl?: number;
}): BootState {
  return {
    eip: start.ip,
    eax: 0,
    ebx: 0,
    edx: start.dl ?? 0,
    esp: start.sp,
    eflags: EFLAGS_FIXED | EFLAGS_IF,
    cr0: CR0_ET,
    code: realSegment(start.cs, RIGHTS_CODE),
    data: realSegment(start.ds, RIGHTS_DATA),
    idtr: { base: 0, limit: VECTORS * 4 - 1 },
  };
}

/** Interrupt table, BIOS data area and stubs. */
export function biosTraces(memoryBytes: number): Segment[] {
  const vectors = new Uint8Array(VECTORS * 4);
  const stubs = new Uint8Array(VECTORS * STUB_BYTES);
  const table = new DataView(vectors.buffer);
  for (let n = 0; n < VECTORS; n++) {
    table.setUint16(n * 4, n * STUB_BYTES, true);
    table.setUint16(n * 4 + 2, BIOS_STUB_SEGMENT, true);
    stubs.set([0xe6, BIOS_STUB_PORT, 0xcf, 0x90], n * STUB_BYTES);
  }
  return [
    whole(0, vectors),
    whole(DATA_AREA, dataArea(memoryBytes)),
    whole(BIOS_STUB_SEGMENT << 4, stubs),
  ];
}

/** Fields that are true here; all others are 0. */
function dataArea(memoryBytes: number): Uint8Array {
  const area = new Uint8Array(0x100);
  const view = new DataView(area.buffer);
  const words: readonly (readonly [offset: number, value: number])[] = [
    [0x00, 0x3f8], // first serial port
    [0x10, 0x0220], // equipment: one serial port, 80 x 25 colour
    [0x13, Math.min(640, memoryBytes / 1024)],
    [0x4a, 80], // columns
    [0x4c, 0x1000], // bytes of a screen page
    [0x60, 0x0d0e], // cursor's scan lines
    [0x63, 0x3d4], // CRT controller
  ];
  for (const [offset, value] of words) view.setUint16(offset, value, true);
  view.setUint8(0x49, 3); // video mode
  view.setUint8(0x84, 24); // rows - 1
  return area;
}

const whole = (address: number, bytes: Uint8Array): Segment => ({
  address,
  bytes,
  memoryBytes: bytes.length,
});
