/** A *world* is what a session loads: plain data, so it can cross the worker boundary and be put in a link. */
export type TechniqueId = 'bare' | 'binary-translation';
/**
 * The silicon: `x86` before VT, where sensitive instructions do not trap, or `x86-strict`, where each of them is #GP(0)
 * outside ring 0.
 */
export type CpuProfile = 'x86' | 'x86-strict';
export type MemoryScheme = 'shadow-virtual-tlb';
export type HostType = 'type-1';
export type CostPreset = 'pentium4' | 'modern';

/** The guest as given: a shipped guest's name, assembly source, or an image. */
export type GuestSource =
  | { readonly kind: 'shipped'; readonly name: string }
  | {
      readonly kind: 'assembly';
      readonly name: string;
      readonly text: string;
      /** What `%include` and `incbin` may name. */
      readonly files?: Readonly<Record<string, string | Uint8Array>>;
    }
  | { readonly kind: 'image'; readonly name: string; readonly bytes: Uint8Array };

/** What the file itself does not say: see machine/loader/machine-image.ts for each field. */
export interface ImageChoice {
  readonly format?: 'multiboot' | 'rom' | 'boot-sector' | 'flat';
  readonly loadAddress?: number;
  readonly entry?: number;
  readonly bits?: 16 | 32;
  readonly commandLine?: string;
  readonly modules?: readonly { readonly text: string; readonly bytes: Uint8Array }[];
}

/** What someone outside types or sends. It reaches the guest as soon as the guest listens. */
export interface GuestInput {
  /** Typed on the keyboard (US layout), each key pressed and released. */
  readonly text?: string;
  /** Single key strokes, after the text. `code`: as in `KeyboardEvent.code`. */
  readonly strokes?: readonly { readonly code: string; readonly down: boolean }[];
  /** Sent over the serial line, one byte per character (Latin-1). */
  readonly serial?: string;
}

export interface World {
  readonly guest: GuestSource;
  readonly technique: TechniqueId;
  readonly cpu: CpuProfile;
  readonly memoryScheme: MemoryScheme;
  readonly host: HostType;
  readonly costs: CostPreset;
  /** Guest-physical memory in bytes, a multiple of 4096. */
  readonly memoryBytes: number;
  readonly image?: ImageChoice;
  /** An I/O port whose bytes go to the console too. */
  readonly logPort?: number;
  /** Typed and sent from the start. */
  readonly input?: GuestInput;
}

export const DEFAULT_WORLD: Omit<World, 'guest'> = {
  technique: 'binary-translation',
  cpu: 'x86',
  memoryScheme: 'shadow-virtual-tlb',
  host: 'type-1',
  costs: 'pentium4',
  memoryBytes: 8 * 1024 * 1024,
};

/**
 * A point in the run. `retired` counts the machine's steps: each a retired instruction or a delivery (an interrupt, or the
 * fault of an instruction, on its way into the handler). `phase` counts the phases already shown of what happens in the
 * step that follows (0 = nothing of it yet; see `Flow`).
 */
export interface Moment {
  readonly retired: number;
  readonly phase: number;
}

export type StepUnit = 'phase' | 'machine' | 'guest' | 'block' | 'event';
export type Direction = 'forward' | 'backward';
