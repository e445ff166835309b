/**
 * Flat binaries: bytes with no header, put at an address. They start at the first byte, or where `--entry` says, in
 * 32-bit protected mode with flat segments, or in real mode.
 */
import { address } from '../../base/hex';
import { ok, type Result } from '../../base/result';
import { flatState } from './flat-state';
import { fail, type LoadError } from './load-error';
import type { ImageOptions, MachineImage } from './machine-image';
import { wrongPlace } from './place';
import { biosTraces, realModeState } from './real-mode';

const MEBIBYTE = 0x100000;
const LOAD_32 = MEBIBYTE;
const LOAD_16 = 0x7c00;
/** Below the end of conventional memory: far from where images are put. */
const STACK_32 = 0x9fc00;
const STACK_16 = 0xfffe;

export function flatImage(
  bytes: Uint8Array,
  memoryBytes: number,
  options: ImageOptions,
): Result<MachineImage, LoadError> {
  const bits = options.bits ?? 32;
  const at = options.loadAddress ?? (bits === 16 ? LOAD_16 : LOAD_32);
  const entry = options.entry ?? at;
  if (bytes.length === 0) return fail('The file is empty.', 'A flat binary has at least one byte.');
  if (entry < at || entry >= at + bytes.length) {
    return fail(
      `The entry point ${address(entry)} lies outside the image, which is loaded from ${address(at)} to ${address(at + bytes.length - 1)}.`,
      'Give an address inside it with --entry, or leave the option out to start at the first byte.',
    );
  }
  if (bits === 16 && at + bytes.length > MEBIBYTE) {
    return fail(
      `A real-mode program reaches 1 MiB; this one is to be loaded from ${address(at)} to ${address(at + bytes.length - 1)}.`,
      'Give a lower --load-address, or --bits 32.',
    );
  }
  const segment = { address: at, bytes, memoryBytes: bytes.length };
  const wrong = wrongPlace(segment, memoryBytes);
  if (wrong) return wrong;
  const image = { format: 'flat', entry, symbols: [], romBytes: 0 } as const;
  if (bits === 32) {
    const state = { ...flatState(entry), esp: STACK_32 };
    return ok({ ...image, segments: [segment], state, biosStubs: false });
  }
  // In the first 64 KiB everything is in segment 0, with the stack below the program where there is room.
  const cs = (entry & ~0xffff) >>> 4;
  const sp = cs === 0 && at >= 0x1000 ? at & ~1 : STACK_16;
  return ok({
    ...image,
    segments: [...biosTraces(memoryBytes), segment],
    state: realModeState({ cs, ip: entry & 0xffff, ds: cs, sp }),
    biosStubs: true,
  });
}
