/**
 * Lines that make no sense to NASM and would to another tool: AT&T and GNU syntax, MASM, C, 64-bit code. Looked at only
 * after a line has failed, to say what NASM writes instead.
 */
import { registerNamed } from '../machine/codec/opcode-forms';
import { SourceError } from './errors';
import type { Token } from './lexer';
import { formsNamed } from './mnemonics';
import { PREPROCESSOR_DIRECTIVES } from './preprocessor/words';
import { type Table, table } from './table';

type Finder = (tokens: readonly Token[]) => SourceError | null;

const mark = (token: Token, message: string, suggestion?: string): SourceError =>
  new SourceError(message, token.at, token.text.length, suggestion);

const wordOf = (token: Token | undefined): string =>
  token?.kind === 'word' ? token.text.toLowerCase() : '';

/** The first token that `explain` has something to say about. */
const anyToken =
  (
    explain: (
      token: Token,
      next: Token | undefined,
      before: Token | undefined,
      index: number,
    ) => SourceError | null,
  ): Finder =>
  (tokens) => {
    for (const [i, token] of tokens.entries()) {
      const found = explain(token, tokens[i + 1], tokens[i - 1], i);
      if (found) return found;
    }
    return null;
  };

const attRegisterAt = anyToken((token, next) => {
  const isPercent = token.kind === 'punctuation' && token.text === '%';
  const name = isPercent && next && !next.spaced ? wordOf(next) : token.text.slice(1).toLowerCase();
  if (!isPercent && !(token.kind === 'preprocessor' && token.text[0] === '%')) return null;
  if (!registerNamed(name) && !WIDE.test(name)) return null;
  const message = `NASM writes registers without '%', and the destination first: 'mov eax, 5'`;
  return new SourceError(message, token.at, name.length + 1, name);
});

/** Where the mnemonic is AT&T's too, the register alone is no remedy: the whole line is to be turned round. */
const attRegister: Finder = (tokens) => {
  const found = attRegisterAt(tokens);
  const isWhole = found && sizeLetter(tokens) !== null;
  return isWhole ? new SourceError(found.message, found.position, found.length) : found;
};

const DATA_WORDS: Readonly<Record<string, string>> = {
  '.byte': 'db',
  '.word': 'dw',
  '.short': 'dw',
  '.long': 'dd',
  '.int': 'dd',
  '.quad': 'dq',
  '.ascii': 'db',
  '.string': 'db',
  '.asciz': 'db',
  '.space': 'resb',
  '.skip': 'resb',
  '.zero': 'resb',
  '.align': 'align',
  '.balign': 'align',
  '.org': 'org',
  '.equ': 'equ',
  '.set': 'equ',
  '.globl': 'global',
  '.global': 'global',
  '.section': 'section',
  '.include': '%include',
  '.macro': '%macro',
  '.endm': '%endmacro',
  '.if': '%if',
  '.endif': '%endif',
  '.code16': 'bits 16',
  '.code32': 'bits 32',
  '.data': 'section .data',
  '.text': 'section .text',
  '.bss': 'section .bss',
  '.rodata': 'section .rodata',
  '.code': 'section .text',
  '.stack': 'section .bss',
};

const dotDirective: Finder = ([first]) => {
  const nasm = Object.hasOwn(DATA_WORDS, wordOf(first)) ? DATA_WORDS[wordOf(first)] : undefined;
  return first && nasm !== undefined
    ? mark(first, `NASM has no '${first.text}': write '${nasm}'`, nasm)
    : null;
};

const MASM_WORDS: Readonly<Record<string, string>> = {
  proc: "a procedure is a label: write 'name:'",
  endp: 'a procedure ends with its last instruction: leave this line out',
  ends: "a section ends where the next begins: leave this line out, or write 'endstruc'",
  end: 'a source ends at its last line: leave this out',
  assume: 'leave this line out',
  '.model': "leave this line out and write 'bits 32'",
  '.386': "write 'bits 32'",
  '.486': "write 'bits 32'",
  '.586': "write 'bits 32'",
  invoke: "push the arguments and 'call' the procedure",
  '@data': 'sections have no such name: use a label of the data',
};

const masmWord = anyToken((token, _next, before, i) => {
  const word = wordOf(token);
  // Behind a `global` or in an expression, `end` is a label like any other.
  if (before && i > 1) return null;
  return Object.hasOwn(MASM_WORDS, word)
    ? mark(token, `NASM has no '${token.text}': ${MASM_WORDS[word]}`)
    : null;
});

const masmOperator = anyToken((token, next, before) => {
  const word = wordOf(token);
  if (word === 'offset' && next?.kind === 'word') {
    const length = next.at + next.text.length - token.at;
    const message = `NASM writes no 'offset': the bare label is the address, '[label]' what lies there`;
    return new SourceError(message, token.at, length, next.text);
  }
  if (word === 'ptr') {
    const size = before?.kind === 'word' ? before.text.toLowerCase() : 'dword';
    return mark(token, `NASM writes no 'ptr': '${size} [address]' is enough`);
  }
  if (word === 'dup' || (word !== 'size' && word !== 'lengthof' && word !== 'sizeof')) return null;
  return next
    ? mark(token, `NASM has no '${token.text}': put a label at the end and subtract, 'end - start'`)
    : null;
});

const equals: Finder = ([name, sign]) =>
  name?.kind === 'word' && sign?.text === '=' && !registerNamed(wordOf(name))
    ? mark(
        sign,
        `NASM writes '${name.text} equ value', or '%assign ${name.text} value' where it changes`,
        'equ',
      )
    : null;

/** Directives without their `%`, and statements of C. */
const WORDS_ELSEWHERE: Table<string> = table({
  ...Object.fromEntries(
    PREPROCESSOR_DIRECTIVES.filter((word) => word !== 'rep' && /^\w+$/.test(word)).map((word) => [
      word,
      `%${word}`,
    ]),
  ),
  ...{ goto: 'jmp', return: 'ret' },
});

const wordElsewhere: Finder = ([first]) => {
  const nasm = WORDS_ELSEWHERE[wordOf(first)];
  return first && nasm !== undefined && !formsNamed(wordOf(first))
    ? mark(first, `NASM has no '${first.text}': write '${nasm}'`, nasm)
    : null;
};

const comment = anyToken((token, next) => {
  if (token.text === '#' && next?.kind === 'number' && !next.spaced) {
    return mark(token, "NASM writes constants without '#'");
  }
  const isComment = token.kind === 'punctuation' && (token.text === '//' || token.text === '#');
  return isComment ? mark(token, "a comment begins with ';'", ';') : null;
});

const blockComment: Finder = ([first, second]) =>
  first?.text === '/' && second?.text === '*' && !second.spaced
    ? new SourceError("a comment begins with ';' on each line", first.at, 2, ';')
    : null;

const cDirective: Finder = ([first, second]) => {
  const word = wordOf(second);
  if (
    first?.text !== '#' ||
    !/^(include|define|ifdef|ifndef|if|else|endif|undef|error)$/.test(word)
  )
    return null;
  const length = second!.at + second!.text.length - first.at;
  return new SourceError(`preprocessor directives begin with '%'`, first.at, length, `%${word}`);
};

/** `movl`, `pushw`: the mnemonic without its letter, if that is an instruction. */
const sizeLetter: Finder = (tokens) => {
  const first = tokens.find((token) => token.kind === 'word' && !/:/.test(token.text));
  const word = wordOf(first);
  const plain = word.slice(0, -1);
  if (!first || !/[bwlq]$/.test(word) || formsNamed(word) || !formsNamed(plain)) return null;
  const size = { b: 'byte', w: 'word', l: 'dword', q: 'qword' }[word.at(-1)!];
  return mark(
    first,
    `unknown instruction '${first.text}': NASM puts the size before memory, '${plain} ${size} [address]'`,
    plain,
  );
};

const WIDE = /^(r([abcd]x|[sd]i|[sb]p|ip|8|9|1[0-5])|r(8|9|1[0-5])[bwd]|[sd]il|[sb]pl)$/;

const wideRegister = anyToken((token) => {
  const word = wordOf(token);
  if (!WIDE.test(word)) return null;
  const narrow = /^r([abcd]x|[sd]i|[sb]p)$/.test(word) ? `e${word.slice(1)}` : undefined;
  const hint =
    narrow === undefined ? 'eax, ebx, ecx, edx, esi, edi, ebp and esp are there' : `use ${narrow}`;
  return mark(
    token,
    `'${token.text}' is a register of 64-bit code, and this machine has 32: ${hint}`,
    narrow,
  );
});

const secondInstruction: Finder = (tokens) =>
  tokens.some((token) => wordOf(token) === 'times') ? null : behindAnother(tokens);

const behindAnother = anyToken((token, _next, before) => {
  if (!before || !formsNamed(wordOf(token)) || !isOperandEnd(before)) return null;
  return mark(token, `one instruction a line: put '${token.text}' on a line of its own`);
});

const isOperandEnd = (token: Token): boolean =>
  token.kind === 'number' ||
  token.text === ']' ||
  token.text === ')' ||
  (token.kind === 'word' && registerNamed(token.text.toLowerCase()) !== undefined);

const lonelyBracket: Finder = (tokens) => {
  let open: Token | null = null;
  for (const token of tokens) {
    if (token.kind !== 'punctuation') continue;
    if (token.text === '[') {
      if (open)
        return mark(token, "an address cannot stand inside another: close the first with ']'");
      open = token;
    } else if (token.text === ']') {
      if (!open) return mark(token, "']' without '[' before it");
      open = null;
    }
  }
  return null;
};

const FINDERS: readonly Finder[] = [
  attRegister,
  cDirective,
  equals,
  comment,
  blockComment,
  wordElsewhere,
  dotDirective,
  masmWord,
  masmOperator,
  wideRegister,
  sizeLetter,
  secondInstruction,
  lonelyBracket,
];

/** A better explanation of why the line failed, or null. */
export function foreignSyntax(tokens: readonly Token[]): SourceError | null {
  for (const find of FINDERS) {
    const found = find(tokens);
    if (found) return found;
  }
  return null;
}
