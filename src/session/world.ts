/** A *world* is what a session loads: plain data, so it can cross the worker boundary and be put in a link. */
export type TechniqueId = 'bare' | 'binary-translation';
export type CpuProfile = 'x86';
export type MemoryScheme = 'shadow-virtual-tlb';
export type HostType = 'type-1';
export type CostPreset = 'pentium4' | 'modern';

/** The guest as given: a shipped guest's name, assembly source, or an image. */
export type GuestSource =
  | { readonly kind: 'shipped'; readonly name: string }
  | { readonly kind: 'assembly'; readonly name: string; readonly text: string }
  | { readonly kind: 'image'; readonly name: string; readonly bytes: Uint8Array };

export interface World {
  readonly guest: GuestSource;
  readonly technique: TechniqueId;
  readonly cpu: CpuProfile;
  readonly memoryScheme: MemoryScheme;
  readonly host: HostType;
  readonly costs: CostPreset;
  /** Guest-physical memory in bytes, a multiple of 4096. */
  readonly memoryBytes: number;
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
 * A point in the run. `retired` machine instructions have retired; `phase` counts the phases already shown of
 * what happens at that instruction (0 = nothing of it yet; see `Flow`).
 */
export interface Moment {
  readonly retired: number;
  readonly phase: number;
}

export type StepUnit = 'phase' | 'machine' | 'guest' | 'block' | 'event';
export type Direction = 'forward' | 'backward';
