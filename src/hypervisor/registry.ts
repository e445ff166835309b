/** One line per technique: how a guest image becomes a `System`. The only place that names them all. */
import type { Result } from '../base/result';
import { COSTS } from '../machine/costs';
import type { CpuProfile } from '../machine/cpu/cpu';
import type { LoadError } from '../machine/loader/load-error';
import type { ImageOptions } from '../machine/loader/machine-image';
import { createBare } from './bare/bare-system';
import { BinaryTranslationSystem } from './binary-translation/system';
import type { KeptFacts } from './core/fact-log';
import type { System } from './core/system';

export const TECHNIQUES = ['bare', 'binary-translation'] as const;
export type TechniqueId = (typeof TECHNIQUES)[number];

export interface SystemOptions extends ImageOptions {
  readonly technique: TechniqueId;
  /** A file in one of the loaders' formats. */
  readonly image: Uint8Array;
  /** Guest-physical memory in bytes, a multiple of 64 KiB. */
  readonly memoryBytes: number;
  readonly costs: keyof typeof COSTS;
  /** The silicon; absent: `x86`. Binary translation needs that one. */
  readonly profile?: CpuProfile;
  /** A port whose bytes go to the console too. */
  readonly logPort?: number;
  /** Which timed facts are kept; absent: all. */
  readonly facts?: KeptFacts;
}

export function createSystem(options: SystemOptions): Result<System, LoadError> {
  const { technique, image, ...rest } = options;
  const costs = COSTS[options.costs];
  switch (technique) {
    case 'bare':
      return createBare(image, { ...rest, costs });
    case 'binary-translation':
      return BinaryTranslationSystem.create(image, { ...rest, costs });
  }
}
