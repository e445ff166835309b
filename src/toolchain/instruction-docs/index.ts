/**
 * What the editor shows about an instruction: words of ours, and everything else from the tables that assemble it,
 * classify it for the monitor and translate it.
 */
import { canonicalMnemonic, formsNamed, formText } from '../../assembler';
import {
  FLAG_NAMES,
  type FlagUse,
  factsOf,
  type InstructionFacts,
} from '../../machine/codec/instruction-facts';
import type { OpcodeForm } from '../../machine/codec/opcode-forms';
import type { FlagEffect, InstructionDoc } from '../api';
import { ARITHMETIC } from './arithmetic';
import { type Authored, type AuthoredDocs, PRIVILEGE_RULES } from './authored';
import { CONTROL_FLOW } from './control-flow';
import { DATA } from './data';
import { FLOATING_POINT } from './floating-point';
import { laterInstruction } from './later';
import { STRINGS_AND_PORTS } from './strings-and-ports';
import { SYSTEM } from './system';
import { translationSentence } from './translation';

/** What the machine's CPU executes. */
const OF_THIS_CPU: AuthoredDocs = {
  ...DATA,
  ...ARITHMETIC,
  ...CONTROL_FLOW,
  ...STRINGS_AND_PORTS,
  ...SYSTEM,
};

/** Every instruction with words of its own. */
export const AUTHORED: AuthoredDocs = { ...OF_THIS_CPU, ...FLOATING_POINT };

/** Instructions of the FPU, which the machine does not have. */
export const FPU: ReadonlySet<string> = new Set(Object.keys(FLOATING_POINT));

/** Whether the machine's CPU executes it; what else assembles is x87, or came later. */
export const isOfThisCpu = (mnemonic: string): boolean =>
  mnemonic in OF_THIS_CPU || canonicalMnemonic(mnemonic) in OF_THIS_CPU;

const MOST_FORMS = 12;
const made = new Map<string, InstructionDoc>();

/** @param word in any case; a synonym (`jz`) has the words of the instruction it stands for */
export function instructionDoc(word: string): InstructionDoc | null {
  const mnemonic = word.toLowerCase();
  const known = made.get(mnemonic);
  if (known) return known;
  const forms = formsNamed(mnemonic);
  if (!forms || forms.length === 0) return null;
  const doc = documentationOf(mnemonic, forms);
  made.set(mnemonic, doc);
  return doc;
}

/** The words about a mnemonic: its own, its synonym's, or its extension's. */
export function authoredFor(mnemonic: string, facts: readonly InstructionFacts[]): Authored {
  const canonical = canonicalMnemonic(mnemonic);
  const found =
    AUTHORED[mnemonic] ?? AUTHORED[canonical] ?? laterInstruction(facts.flatMap((f) => f.features));
  if (!found) throw new Error(`nothing is written about '${mnemonic}'`);
  if (AUTHORED[mnemonic] || canonical === mnemonic) return found;
  return {
    ...found,
    description: `Another name of ${canonical.toUpperCase()}. ${found.description}`,
  };
}

function documentationOf(mnemonic: string, forms: readonly OpcodeForm[]): InstructionDoc {
  const all = forms.flatMap((form) => {
    const facts = factsOf(form);
    return facts ? [{ form, facts }] : [];
  });
  const authored = authoredFor(
    mnemonic,
    all.map(({ facts }) => facts),
  );
  const texts = [...new Set(forms.map((form) => `${mnemonic} ${formText(form)}`.trim()))];
  const rule = authored.rule ?? 'any';
  return {
    mnemonic,
    title: authored.title,
    description: authored.description,
    forms: texts.slice(0, MOST_FORMS),
    flags: flagsOf(all.map(({ facts }) => facts)),
    class: classOf(all[0]!.facts, authored),
    privilege: authored.privilege ?? PRIVILEGE_RULES[rule],
    translation: translationSentence(all),
    exceptions: exceptionsOf(forms, authored),
  };
}

/** The class of the plainest form: what the others are is in the privilege rule. */
function classOf(facts: InstructionFacts, authored: Authored): InstructionDoc['class'] {
  if (authored.rule === 'port') return 'io';
  if (facts.sensitivity !== 'plain') return facts.sensitivity;
  return facts.endsBlock ? 'ends-block' : 'plain';
}

const EFFECTS: readonly FlagEffect[] = ['tested', 'modified', 'cleared', 'set', 'undefined'];

/** A flag is tested if some form tests it, and has the first effect that any form has on it. */
function flagsOf(facts: readonly InstructionFacts[]): InstructionDoc['flags'] {
  // MOV with a control register leaves the flags undefined: that says nothing of MOV.
  const plain = facts.filter(({ sensitivity }) => sensitivity === 'plain');
  const uses = (plain.length > 0 ? plain : facts).map(({ flags }): FlagUse => flags);
  return FLAG_NAMES.flatMap((flag) => {
    const has = (effect: FlagEffect): boolean => uses.some((use) => use[effect].includes(flag));
    const change = EFFECTS.slice(1).find(has);
    return [
      ...(has('tested') ? [{ flag, effect: 'tested' as const }] : []),
      ...(change ? [{ flag, effect: change }] : []),
    ];
  });
}

function exceptionsOf(forms: readonly OpcodeForm[], authored: Authored): string[] {
  const memory = forms.some(({ mnemonic, operands }) =>
    operands.some(
      (pattern) =>
        (pattern.kind === 'memory' && mnemonic !== 'lea') ||
        pattern.kind === 'offset' ||
        pattern.kind === 'implied' ||
        (pattern.kind === 'register' && pattern.memory),
    ),
  );
  const lock = forms.some(({ lockable }) => lockable);
  return [
    ...new Set([
      ...(memory ? ['#GP(0)', '#SS(0)', '#PF', '#AC(0)'] : []),
      ...(authored.rule && authored.rule !== 'any' ? ['#GP(0)'] : []),
      ...(authored.exceptions ?? []),
      ...(lock ? ['#UD'] : []),
    ]),
  ];
}
