/** What binary translation does with an instruction, in a sentence: from the rules the translator obeys. */
import { formText } from '../../assembler';
import type { InstructionFacts } from '../../machine/codec/instruction-facts';
import type { OpcodeForm } from '../../machine/codec/opcode-forms';
import type { TranslationRule } from '../../machine/codec/translation-rule';

export const TRANSLATIONS: Readonly<Record<TranslationRule, string>> = {
  identical: 'copied byte for byte',
  'direct-branch':
    "rewritten: an exit to the monitor, later chained straight to the target's translation",
  'indirect-branch': "rewritten: the target's translation is looked up in a table while it runs",
  inline: 'rewritten in place: a few plain instructions on the virtual CPU, no trap',
  popf: 'rewritten: the flags are popped into the virtual CPU, then the hypervisor is called',
  iret: "a call to the hypervisor, which returns on the guest's own stack",
  halt: 'a call to the hypervisor, which puts the virtual CPU to sleep',
  port: 'a call to the hypervisor, which asks the virtual device',
  'far-transfer': "a call to the hypervisor, which reads the guest's own descriptor tables",
  segment: "a call to the hypervisor, which works on the guest's own segment",
  system: 'a call to the hypervisor, which carries it out on the virtual CPU',
  emulate: 'a call to the hypervisor, which carries it out on the virtual CPU',
};

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** The first form's rule, then each form with another rule by name. */
export function translationSentence(
  all: readonly { readonly form: OpcodeForm; readonly facts: InstructionFacts }[],
): string {
  const [first, ...others] = all;
  if (!first) return '';
  const sentences = [`${capital(TRANSLATIONS[first.facts.translation])}.`];
  const told = new Set([TRANSLATIONS[first.facts.translation]]);
  for (const { form, facts } of others) {
    const text = TRANSLATIONS[facts.translation];
    if (told.has(text)) continue;
    told.add(text);
    sentences.push(`${form.mnemonic} ${formText(form)}: ${text}.`);
  }
  return sentences.join(' ');
}
