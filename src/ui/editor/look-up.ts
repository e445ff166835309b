/** What is known of a word: its documentation if it is an instruction, else its value. For hover and for F1. */
import { address } from '../../base/hex';
import type { Evaluation } from '../../session/debug';
import type { AssembleReply, InstructionDoc } from '../../toolchain/api';
import { docElement, isValue, noteElement, valueElement } from './doc-dom';
import { fullLabel, labelNamed, numberValue, type WordHere } from './words';

export interface LookUpDeps {
  readonly describe: (word: string) => Promise<InstructionDoc | null>;
  /** Null when the machine does not run this program. */
  readonly evaluate: (expression: string) => Promise<Evaluation | null>;
  readonly reply: () => AssembleReply | null;
}

/** @param above the lines before the word's line @returns null when there is nothing to say */
export async function lookUp(
  word: WordHere,
  above: readonly string[],
  deps: LookUpDeps,
): Promise<HTMLElement | null> {
  const { text, kind } = word;
  switch (kind) {
    case 'mnemonic': {
      const doc = await deps.describe(text);
      return doc && docElement(doc);
    }
    case 'number': {
      const value = numberValue(text);
      return value === null ? null : valueElement(text, value, '');
    }
    case 'register': {
      const found = await deps.evaluate(text);
      if (isValue(found)) return valueElement(text, found.value, found.label ?? 'now');
      return noteElement(
        text,
        found && !found.ok ? found.message : 'a register; run this program to see its value',
      );
    }
    case 'name':
      return lookUpName(fullLabel(text, above), deps);
  }
}

async function lookUpName(name: string, deps: LookUpDeps): Promise<HTMLElement | null> {
  const reply = deps.reply();
  const label = labelNamed(reply, name);
  if (label) {
    const card = valueElement(name, label.address, `label, ${label.file}:${label.line}`);
    const content = await deps.evaluate(`dword [${address(label.address)}]`);
    if (isValue(content)) card.append(valueElement(`[${name}]`, content.value, 'dword there now'));
    return card;
  }
  const known = reply?.names.find((n) => n.name === name);
  if (!known) return null;
  if (known.value !== undefined) return valueElement(name, known.value, known.kind);
  return noteElement(name, known.kind);
}
