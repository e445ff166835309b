/**
 * Highlighting of NASM source, a line at a time. The words come from the assembler's own tables, so what is coloured as
 * an instruction also assembles. `lineTokens` is the whole of it, without CodeMirror.
 */
import { HighlightStyle, StreamLanguage, type StringStream } from '@codemirror/language';
import { Tag, tags } from '@lezer/highlight';
import type { Vocabulary } from '../../toolchain/api';

export type WordKind =
  | 'comment'
  | 'string'
  | 'number'
  | 'mnemonic'
  | 'prefix'
  | 'directive'
  | 'preprocessor'
  | 'register'
  | 'operator'
  /** A label where it is defined. */
  | 'label'
  /** A name that is used: label, constant, macro. */
  | 'name'
  | 'punctuation';

export interface Token {
  readonly from: number;
  readonly to: number;
  readonly kind: WordKind;
}

/** Words by what they are; lower case. */
export interface WordTables {
  readonly mnemonics: ReadonlySet<string>;
  readonly prefixes: ReadonlySet<string>;
  readonly registers: ReadonlySet<string>;
  readonly directives: ReadonlySet<string>;
  readonly preprocessor: ReadonlySet<string>;
  readonly operators: ReadonlySet<string>;
}

export function wordTables(vocabulary: Vocabulary | null): WordTables {
  const set = (words: readonly string[] | undefined) =>
    new Set((words ?? []).map((word) => word.toLowerCase()));
  return {
    mnemonics: set(vocabulary?.mnemonics),
    prefixes: set(vocabulary?.prefixes),
    registers: set(vocabulary?.registers),
    directives: set(vocabulary?.directives),
    preprocessor: set(vocabulary?.preprocessor),
    operators: set(vocabulary?.operators),
  };
}

/** Names as NASM has them; `%` starts a preprocessor word or a macro's parameter or label. */
const WORD = /[A-Za-z_.?@$][\w.?@$#~]*/y;
const NUMBER =
  /(?:0[xXhH][\da-fA-F_]+|0[bByY][01_]+|0[oOqQ][0-7_]+|0[dDtT][\d_]+|\$\d[\da-fA-F_]*|\d[\da-fA-F_]*[hHxX]|[01][01_]*[bByY]|[0-7][0-7_]*[oOqQ]|\d[\d_]*(?:\.\d*)?(?:[eE][+-]?\d+)?[dDtT]?)(?![\w.])/y;
const PERCENT = /%(?:%[\w.?@$]+|\$+[\w.?@$]+|[+-]?\d+|\{[^}]*\}|[!?]?[A-Za-z_]\w*)/y;
const STRING = /'[^']*'?|"[^"]*"?|`(?:[^`\\]|\\.)*`?/y;

/** Words after which the statement has still to come: `rep movsb`, `label: mov`. */
export function lineTokens(line: string, tables: WordTables): Token[] {
  const found: Token[] = [];
  let at = 0;
  /** The mnemonic or directive of this line was not seen yet. */
  let opens = true;
  const take = (pattern: RegExp): string | null => {
    pattern.lastIndex = at;
    return pattern.exec(line)?.[0] ?? null;
  };
  const push = (length: number, kind: WordKind): void => {
    found.push({ from: at, to: at + length, kind });
    at += length;
  };
  while (at < line.length) {
    const c = line[at] ?? '';
    if (/\s/.test(c)) {
      at += 1;
      continue;
    }
    if (c === ';') {
      push(line.length - at, 'comment');
      break;
    }
    const text = take(STRING);
    if (text) {
      push(text.length, 'string');
      continue;
    }
    const percent = c === '%' ? take(PERCENT) : null;
    if (percent) {
      push(percent.length, 'preprocessor');
      // `%%loop:` defines a label; other words of the preprocessor are the statement.
      if (line[at] === ':') push(1, 'punctuation');
      else if (tables.preprocessor.has(percent.toLowerCase())) opens = false;
      continue;
    }
    const number = take(NUMBER);
    if (number) {
      push(number.length, 'number');
      continue;
    }
    const word = take(WORD);
    if (word === null) {
      push(1, 'punctuation');
      continue;
    }
    const kind = opens ? openingKind(word, line.slice(at + word.length), tables) : null;
    if (kind) {
      push(word.length, kind);
      if (kind === 'label') {
        if (line[at] === ':') push(1, 'punctuation');
      } else if (kind !== 'prefix') opens = false;
      continue;
    }
    push(word.length, operandKind(word, tables));
    opens = false;
  }
  return found;
}

/** What a word is where a statement may start; `rest` follows it on the line. */
function openingKind(word: string, rest: string, tables: WordTables): WordKind {
  const lower = word.toLowerCase();
  if (/^\s*:(?!:)/.test(rest)) return 'label';
  if (tables.prefixes.has(lower)) return 'prefix';
  if (tables.mnemonics.has(lower)) return 'mnemonic';
  if (tables.directives.has(lower)) return 'directive';
  const next = /^\s+([\w%]+)/.exec(rest)?.[1]?.toLowerCase() ?? '';
  // `message db 'x'`, `LIMIT equ 5`, `here nop`; a local label may stand alone without a colon.
  if (tables.directives.has(next) || tables.mnemonics.has(next)) return 'label';
  return word.startsWith('.') && rest.trim() === '' ? 'label' : 'name';
}

function operandKind(word: string, tables: WordTables): WordKind {
  const lower = word.toLowerCase();
  if (tables.registers.has(lower)) return 'register';
  if (tables.operators.has(lower)) return 'operator';
  // `times 4 dd 0`: a statement inside a statement.
  if (tables.mnemonics.has(lower)) return 'mnemonic';
  if (tables.directives.has(lower)) return 'directive';
  return 'name';
}

const prefix = Tag.define();
const directive = Tag.define();
const TAGS: Readonly<Record<WordKind, Tag>> = {
  comment: tags.comment,
  string: tags.string,
  number: tags.number,
  mnemonic: tags.keyword,
  prefix,
  directive,
  preprocessor: tags.meta,
  register: tags.standard(tags.variableName),
  operator: tags.operatorKeyword,
  label: tags.labelName,
  name: tags.variableName,
  punctuation: tags.punctuation,
};

interface LineState {
  tokens: readonly Token[];
  index: number;
}

export function nasmLanguage(vocabulary: Vocabulary | null): StreamLanguage<LineState> {
  const tables = wordTables(vocabulary);
  return StreamLanguage.define<LineState>({
    name: 'nasm',
    startState: () => ({ tokens: [], index: 0 }),
    token(stream: StringStream, state: LineState): string | null {
      if (stream.sol()) {
        state.tokens = lineTokens(stream.string, tables);
        state.index = 0;
      }
      const token = state.tokens[state.index];
      if (!token) {
        stream.skipToEnd();
        return null;
      }
      if (stream.pos < token.from) {
        stream.pos = token.from;
        return null;
      }
      stream.pos = token.to;
      state.index += 1;
      return token.kind;
    },
    languageData: {
      commentTokens: { line: ';' },
      // Quotes are apostrophes in comments more often than they open strings.
      closeBrackets: { brackets: ['(', '['] },
    },
    tokenTable: TAGS,
  });
}

/** Colours are tokens of the page; weight and slant tell the kinds apart without them. */
export const nasmHighlighting = HighlightStyle.define([
  { tag: tags.comment, color: 'var(--muted)', fontStyle: 'italic' },
  { tag: tags.string, color: 'var(--good-text)' },
  { tag: tags.number, color: 'var(--ring1-text)' },
  { tag: tags.keyword, color: 'var(--ring0-text)', fontWeight: '600' },
  { tag: prefix, color: 'var(--ring0-text)' },
  { tag: directive, color: 'var(--ring3-text)', fontWeight: '600' },
  { tag: tags.meta, color: 'var(--ring3-text)', fontStyle: 'italic' },
  { tag: tags.standard(tags.variableName), color: 'var(--hw-text)', fontWeight: '600' },
  { tag: tags.operatorKeyword, color: 'var(--ring3-text)' },
  { tag: tags.labelName, color: 'var(--ink)', fontWeight: '700' },
  { tag: tags.variableName, color: 'var(--ink)' },
  { tag: tags.punctuation, color: 'var(--muted)' },
]);
