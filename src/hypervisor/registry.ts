/** One line per technique: how a guest image becomes a `System`. The only place that names them all. */
import type { Result } from '../base/result';
import { COSTS } from '../machine/costs';
import type { LoadError } from '../machine/loader/load-error';
import { createBare } from './bare/bare-system';
import { BinaryTranslationSystem } from './binary-translation/system';
import type { System } from './core/system';

export const TECHNIQUES = ['bare', 'binary-translation'] as const;
export type TechniqueId = (typeof TECHNIQUES)[number];

export interface SystemOptions {
  readonly technique: TechniqueId;
  /** A Multiboot image. */
  readonly image: Uint8Array;
  /** Guest-physical memory in bytes, a multiple of 64 KiB. */
  readonly memoryBytes: number;
  readonly costs: keyof typeof COSTS;
}

export function createSystem(options: SystemOptions): Result<System, LoadError> {
  const { technique, image, memoryBytes } = options;
  const costs = COSTS[options.costs];
  switch (technique) {
    case 'bare':
      return createBare(image, { memoryBytes, costs });
    case 'binary-translation':
      return BinaryTranslationSystem.create(image, { memoryBytes, costs });
  }
}
