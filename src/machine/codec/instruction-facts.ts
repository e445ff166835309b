/**
 * What the tables know of a form, for documentation: flags and CPU features as iced-x86 lists them, the class the
 * monitor gives it, and what binary translation does with it.
 */
import { CpuidFeature, Decoder, DecoderOptions, RflagsBits } from 'iced-x86';
import { decode } from './decode';
import type { OpcodeForm } from './opcode-forms';
import { SAMPLE_ADDRESS, sampleOf } from './sample';
import { endsBasicBlock, type Sensitivity, sensitivityOf } from './sensitivity';
import { type TranslationRule, translationRule } from './translation-rule';

export const FLAG_NAMES = ['CF', 'PF', 'AF', 'ZF', 'SF', 'OF', 'DF', 'IF', 'AC'] as const;
export type FlagName = (typeof FLAG_NAMES)[number];

export interface FlagUse {
  readonly tested: readonly FlagName[];
  /** Changed according to the result. */
  readonly modified: readonly FlagName[];
  readonly cleared: readonly FlagName[];
  readonly set: readonly FlagName[];
  readonly undefined: readonly FlagName[];
}

export interface InstructionFacts {
  readonly flags: FlagUse;
  /** iced's names of the CPU features the form needs: `INTEL386`, `SSE2`. */
  readonly features: readonly string[];
  readonly sensitivity: Sensitivity;
  readonly endsBlock: boolean;
  readonly translation: TranslationRule;
}

const namesIn = (bits: number): FlagName[] =>
  FLAG_NAMES.filter((name) => (bits & RflagsBits[name]) !== 0);

/** Facts of one form in 32-bit code; null when it cannot be encoded there. */
export function factsOf(form: OpcodeForm): InstructionFacts | null {
  const bytes = sampleOf(form, 32);
  if (!bytes) return null;
  const decoder = new Decoder(32, bytes, DecoderOptions.None);
  const iced = decoder.decode();
  try {
    const decoded = decode(bytes, SAMPLE_ADDRESS, 32);
    return {
      flags: {
        tested: namesIn(iced.rflagsRead),
        modified: namesIn(iced.rflagsWritten),
        cleared: namesIn(iced.rflagsCleared),
        set: namesIn(iced.rflagsSet),
        undefined: namesIn(iced.rflagsUndefined),
      },
      features: Array.from(iced.cpuidFeatures(), (feature) => CpuidFeature[feature]!),
      sensitivity: sensitivityOf(decoded),
      endsBlock: endsBasicBlock(decoded),
      translation: translationRule(decoded),
    };
  } finally {
    iced.free();
    decoder.free();
  }
}
