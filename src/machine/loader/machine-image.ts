/**
 * A *machine image*: a file understood, ready to be put into memory, with the state the CPU starts in. Every format
 * ends in one of these, so machines and monitors load them all the same way. The front door is `load-image.ts`.
 */
import type { ImageSymbol, Segment } from './load-error';

/** Formats in the order they are tried on a file whose format was not given. */
export const IMAGE_FORMATS = ['multiboot', 'rom', 'boot-sector', 'flat'] as const;
export type ImageFormat = (typeof IMAGE_FORMATS)[number];

/** A file handed to the guest beside the kernel (Multiboot only). */
export interface ModuleFile {
  /** The string the guest is given with it. */
  readonly text: string;
  readonly bytes: Uint8Array;
}

/** What the file itself does not say. */
export interface ImageOptions {
  /** Overrides detection. */
  readonly format?: ImageFormat;
  /** Flat only: guest-physical address of the first byte. */
  readonly loadAddress?: number;
  /** Flat only: guest-physical address of the first instruction; the load address if absent. */
  readonly entry?: number;
  /** Flat only: 32 starts in flat protected mode (the default), 16 in real mode. */
  readonly bits?: 16 | 32;
  /** Multiboot only. */
  readonly commandLine?: string;
  /** Multiboot only. */
  readonly modules?: readonly ModuleFile[];
}

/** One segment register with its hidden part, in the CPU's own terms. */
export interface BootSegment {
  readonly selector: number;
  readonly base: number;
  readonly limit: number;
  readonly rights: number;
}

/** Where and how the CPU starts. General registers not named are 0. */
export interface BootState {
  readonly eip: number;
  readonly eax: number;
  readonly ebx: number;
  readonly edx?: number;
  readonly esp?: number;
  readonly eflags: number;
  readonly cr0: number;
  readonly code: BootSegment;
  /** DS, ES, FS, GS and SS. */
  readonly data: BootSegment;
  /** Absent: limit 0, so that the first interrupt before the guest has a table ends in a triple fault. */
  readonly idtr?: { readonly base: number; readonly limit: number };
}

export interface MachineImage {
  readonly format: ImageFormat;
  /** Guest-physical address of the first instruction. */
  readonly entry: number;
  readonly segments: readonly Segment[];
  readonly symbols: readonly ImageSymbol[];
  readonly state: BootState;
  /** Bytes of ROM that end at 1 MiB, cannot be written, and appear again right below 4 GiB; 0: there is no ROM. */
  readonly romBytes: number;
  /** Real-mode vectors lead to stubs that stop by name: all of them, or those that firmware has no service for. */
  readonly biosStubs: boolean;
  /** The file is a disk: what is on it, attached to the primary ATA channel. Kept, never changed. */
  readonly disk?: Uint8Array;
  /** Linear address of the guest's own first instruction, where firmware runs before it. */
  readonly handover?: number;
}
