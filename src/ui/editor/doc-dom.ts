/**
 * Documentation of an instruction and the value of a word, as elements: CodeMirror's tooltips and the panel below the
 * editor show the same. All text is set as text.
 */
import type { Evaluation } from '../../session/debug';
import type { FlagEffect, InstructionDoc } from '../../toolchain/api';
import { numberForms } from './words';

const CLASS_WORDS: Readonly<Record<InstructionDoc['class'], string>> = {
  plain: 'not sensitive',
  sensitive: 'sensitive',
  privileged: 'privileged',
  io: 'I/O: IOPL-sensitive',
  'ends-block': 'not sensitive',
};

const FLAG_WORDS: Readonly<Record<FlagEffect, string>> = {
  tested: 'tested',
  modified: 'by the result',
  cleared: '0',
  set: '1',
  undefined: 'undefined',
};

const FLAG_SIGNS: Readonly<Record<FlagEffect, string>> = {
  tested: '?',
  modified: '±',
  cleared: '0',
  set: '1',
  undefined: 'u',
};

/** In the order of EFLAGS as debuggers print it. */
const FLAG_ORDER = ['OF', 'DF', 'IF', 'TF', 'SF', 'ZF', 'AF', 'PF', 'CF'];

export function element<K extends keyof HTMLElementTagNameMap>(
  name: K,
  className: string,
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(name);
  if (className) made.className = className;
  made.append(...children);
  return made;
}

/** `sensitive`, `privileged` or I/O; null for the others. */
export function classBadge(doc: InstructionDoc): HTMLElement | null {
  if (doc.class === 'plain' || doc.class === 'ends-block') return null;
  return element('span', `doc-badge ${doc.class}`, CLASS_WORDS[doc.class]);
}

export function docElement(doc: InstructionDoc): HTMLElement {
  const title = element(
    'p',
    'doc-title',
    element('code', '', doc.mnemonic),
    ` ${doc.title} `,
    classBadge(doc) ?? element('span', 'doc-badge', CLASS_WORDS[doc.class]),
  );
  const card = element('div', 'doc-card', title, element('p', '', doc.description));
  card.append(flagsRow(doc));
  card.append(fact('Privilege', doc.privilege));
  card.append(fact('Translation', doc.translation));
  if (doc.exceptions.length > 0) card.append(fact('Raises', doc.exceptions.join(', ')));
  if (doc.forms.length > 0) {
    card.append(element('pre', 'doc-forms', doc.forms.join('\n')));
  }
  return card;
}

const fact = (name: string, text: string): HTMLElement =>
  element('p', 'doc-fact', element('b', '', name), ` ${text}`);

function flagsRow(doc: InstructionDoc): HTMLElement {
  if (doc.flags.length === 0) return fact('Flags', 'none read or changed.');
  const rank = (flag: string) => {
    const at = FLAG_ORDER.indexOf(flag.toUpperCase());
    return at < 0 ? FLAG_ORDER.length : at;
  };
  const row = element('p', 'doc-fact doc-flags', element('b', '', 'Flags'), ' ');
  // One flag may be tested and then changed: its effects stand together.
  const effects = new Map<string, FlagEffect[]>();
  for (const { flag, effect } of doc.flags) {
    effects.set(flag, [...(effects.get(flag) ?? []), effect]);
  }
  for (const flag of [...effects.keys()].sort((a, b) => rank(a) - rank(b))) {
    const of = effects.get(flag) ?? [];
    const words = `${flag}: ${of.map((effect) => FLAG_WORDS[effect]).join(', then ')}`;
    const signs = of.map((effect) => FLAG_SIGNS[effect]).join('');
    const cell = element('span', 'doc-flag', flag, element('i', '', signs));
    cell.title = words;
    cell.setAttribute('role', 'img');
    cell.setAttribute('aria-label', words);
    row.append(cell);
  }
  row.append(element('small', '', '? tested, ± result, u undefined'));
  return row;
}

/** A word and its value now: in hexadecimal, decimal and binary. */
export function valueElement(word: string, value: number, note: string): HTMLElement {
  const { hex, decimal, binary } = numberForms(value);
  return element(
    'div',
    'doc-card doc-value',
    element('p', 'doc-title', element('code', '', word), ` ${note}`),
    element('p', '', element('code', '', hex), ' · ', decimal),
    element('p', '', element('code', '', binary)),
  );
}

export const noteElement = (word: string, note: string): HTMLElement =>
  element('div', 'doc-card', element('p', 'doc-title', element('code', '', word), ` ${note}`));

export const isValue = (found: Evaluation | null): found is Evaluation & { ok: true } =>
  found?.ok === true;
