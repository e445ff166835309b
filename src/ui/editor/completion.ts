/**
 * What is offered while typing: instructions, directives and macros where a statement starts; registers, labels and
 * constants in operands. `completionsAt` is pure; the rest hands it to CodeMirror.
 */
import {
  autocompletion,
  type Completion,
  type CompletionContext,
  type CompletionResult,
} from '@codemirror/autocomplete';
import type { Extension } from '@codemirror/state';
import { address } from '../../base/hex';
import type { AssembleReply, InstructionDoc, Vocabulary } from '../../toolchain/api';
import { classBadge } from './doc-dom';
import { lineTokens, type WordTables, wordTables } from './nasm-language';
import { parentLabel } from './words';

export interface Names {
  readonly vocabulary: Vocabulary | null;
  readonly reply: AssembleReply | null;
  /** The guest's files but the one that is written in: `%include` and `incbin` may name them. */
  readonly files: readonly string[];
}

export interface Offer {
  /** Column where the word starts, 0-based. */
  readonly from: number;
  readonly options: readonly Completion[];
}

const TYPED = /%?[\w.?@$#~]*$/;
/** `%include "lib/st`: a file's name is being typed. */
const FILE_NAME = /^\s*(?:[\w.?@$#~]+:?\s+)?(%include|incbin)\s+["'`]([^"'`]*)$/i;

/** Toy kernels are written with these: they come before `movbe` and `pushaw`. */
const COMMON: ReadonlySet<string> = new Set(
  (
    'mov push pop add sub cmp test jmp je jne jz jnz jb ja jc jl jg call ret int iret inc dec and or xor not ' +
    'shl shr lea loop hlt cli sti in out lgdt lidt ltr pusha popa pushf popf cld rep movsb movsd stosb stosd movzx mul div'
  ).split(' '),
);
/** What an operand of these directives can be. */
const OPERANDS: Readonly<Record<string, readonly string[]>> = {
  section: ['.text', '.data', '.rodata', '.bss'],
  segment: ['.text', '.data', '.rodata', '.bss'],
  bits: ['16', '32'],
};
/** Assembles, and is no register of this CPU. */
const NO_REGISTER = /^(cr[1567]|dr[45])$/;
const LATER_REGISTER = /^(st\d|x?mm\d)$/;

/** @param before the line up to the cursor @param above the lines before it, for local labels */
export function completionsAt(
  before: string,
  above: readonly string[],
  names: Names,
): Offer | null {
  const { vocabulary, reply } = names;
  const file = FILE_NAME.exec(before);
  if (file) return fileNames(before, file[1] ?? '', file[2] ?? '', names);
  const typed = TYPED.exec(before)?.[0] ?? '';
  const from = before.length - typed.length;
  const head = before.slice(0, from);
  const tables = wordTables(vocabulary);
  if (isQuiet(head, tables) || /^\d/.test(typed)) return null;
  if (typed.startsWith('%')) {
    return { from, options: words(vocabulary?.preprocessor, 'keyword', 'preprocessor') };
  }
  if (opensStatement(head, tables)) {
    const macros = (reply?.names ?? []).filter(({ kind }) => kind === 'macro');
    return {
      from,
      options: [
        ...instructions(vocabulary),
        ...words(vocabulary?.prefixes, 'keyword', 'prefix'),
        ...words(vocabulary?.directives, 'keyword', 'directive'),
        ...macros.map(({ name }) => ({ label: name, type: 'function', detail: 'macro', boost: 1 })),
      ],
    };
  }
  const directive = /^\s*\[?(\w+)\s+$/.exec(head)?.[1]?.toLowerCase() ?? '';
  const operands = OPERANDS[directive];
  if (operands) return { from, options: words(operands, 'keyword', directive) };
  return {
    from,
    options: [
      ...registers(vocabulary),
      ...words(vocabulary?.operators, 'keyword', 'size or kind'),
      ...labelOptions(reply, above, typed.startsWith('.')),
      ...(reply?.names ?? [])
        .filter(({ kind }) => kind !== 'macro')
        .map(({ name, kind }) => ({ label: name, type: 'constant', detail: kind, boost: 1 })),
    ],
  };
}

const words = (
  given: readonly string[] | undefined,
  type: string,
  detail?: string,
): readonly Completion[] =>
  (given ?? []).map((label) => (detail === undefined ? { label, type } : { label, type, detail }));

/** What this CPU has comes first, and of that what everyone writes. */
function instructions(vocabulary: Vocabulary | null): readonly Completion[] {
  const lacking = new Set(vocabulary?.lacking);
  return (vocabulary?.mnemonics ?? []).map((label) => {
    const boost = COMMON.has(label) ? 20 : lacking.has(label) ? -50 : 0;
    return { label, type: 'instruction', boost };
  });
}

const registers = (vocabulary: Vocabulary | null): readonly Completion[] =>
  words(
    vocabulary?.registers.filter((name) => !NO_REGISTER.test(name)),
    'variable',
    'register',
  ).map((option) => (LATER_REGISTER.test(option.label) ? { ...option, boost: -50 } : option));

function fileNames(before: string, directive: string, typed: string, names: Names): Offer {
  const isInclude = directive.toLowerCase() === '%include';
  const shared = isInclude ? (names.vocabulary?.library ?? []) : [];
  const own = words(names.files, 'text', 'file').map((option) => ({ ...option, boost: 5 }));
  const others = shared.filter((name) => !names.files.includes(name));
  return {
    from: before.length - typed.length,
    options: [...own, ...words(others, 'text', 'shared file')],
  };
}

/** Local labels of the label above the cursor by their short name; the others in full. */
function labelOptions(
  reply: AssembleReply | null,
  above: readonly string[],
  local: boolean,
): Completion[] {
  const parent = local ? parentLabel(above) : null;
  return (reply?.labels ?? []).flatMap(({ name, address: at }): Completion[] => {
    const isLocal = name.includes('.');
    if (local) {
      if (parent === null || !name.startsWith(`${parent}.`)) return [];
      return [{ label: name.slice(parent.length), type: 'label', detail: address(at), boost: 2 }];
    }
    return [{ label: name, type: 'label', detail: address(at), boost: isLocal ? -1 : 1 }];
  });
}

/** Inside a comment or a string nothing is offered. */
function isQuiet(head: string, tables: WordTables): boolean {
  const last = lineTokens(head, tables).at(-1);
  if (last?.kind === 'comment') return true;
  if (last?.kind !== 'string') return false;
  const text = head.slice(last.from, last.to);
  return text.length < 2 || text.at(-1) !== text[0];
}

/** Only labels, prefixes and `times n` stand before the place. */
const opensStatement = (head: string, tables: WordTables): boolean =>
  lineTokens(head.replace(/\btimes\s+\S+\s+$/i, ''), tables).every(
    ({ kind }) => kind === 'label' || kind === 'prefix' || kind === 'punctuation',
  );

type Describe = (word: string) => Promise<InstructionDoc | null>;

/** @param names asked at each completion, so that the latest answer counts */
export function nasmCompletion(names: () => Names, describe: Describe): Extension {
  const source = (context: CompletionContext): CompletionResult | null => {
    const line = context.state.doc.lineAt(context.pos);
    const before = line.text.slice(0, context.pos - line.from);
    if (!context.explicit && !/[\w.%]$/.test(before) && !FILE_NAME.test(before)) return null;
    const above = context.state.doc.sliceString(0, line.from).split('\n');
    const offer = completionsAt(before, above, names());
    if (!offer || offer.options.length === 0) return null;
    return { from: line.from + offer.from, options: offer.options, validFor: /^%?[\w.?@$#~/-]*$/ };
  };
  return autocompletion({
    override: [source],
    icons: false,
    activateOnTyping: true,
    addToOptions: [
      {
        position: 80,
        render: (option) => (option.type === 'instruction' ? detailOf(option, describe) : null),
      },
    ],
  });
}

/** Title and class of an instruction come when the toolchain has answered: the list does not wait. */
function detailOf(option: Completion, describe: Describe): Node {
  const detail = document.createElement('span');
  detail.className = 'cm-completionDetail';
  describe(option.label).then(
    (doc) => {
      if (!doc) return;
      detail.append(doc.title);
      const badge = classBadge(doc);
      if (badge) detail.append(' ', badge);
    },
    () => {},
  );
  return detail;
}
