/**
 * `struc … endstruc` and `istruc … at … iend` as plain statements: a structure is an `absolute` block whose labels are
 * offsets, an instance is data with jumps forward to the fields' places.
 */
import { SourceError } from './errors';
import { type Expression, parseExpression, type TokenReader } from './expression';
import type { Token } from './lexer';
import type { Origin } from './origin';
import type { Body, StatementPart } from './statements';

export const STRUCTURE_WORDS: ReadonlySet<string> = new Set([
  ...['struc', 'endstruc', 'istruc', 'at', 'iend'],
]);

interface Open {
  readonly name: string;
  readonly token: Token;
  readonly origin: Origin;
}

export interface StructureHost {
  readonly add: (part: StatementPart, token?: Token) => void;
  /** Defines a label here; what follows may use it as the parent of local ones. */
  readonly label: (token: Token) => void;
  readonly parseBody: (reader: TokenReader) => Body;
  /** Goes on in the section the program was in before the structure. */
  readonly backToSection: (token: Token) => void;
}

export class Structures {
  private structure: Open | null = null;
  private instance: (Open & { readonly start: string }) | null = null;
  private instances = 0;

  constructor(private readonly host: StructureHost) {}

  /** What is still open at the end of the source, if anything. */
  get open(): { readonly error: SourceError; readonly origin: Origin } | null {
    const found = this.structure ?? this.instance;
    if (!found) return null;
    const { name, token, origin } = found;
    const message = this.structure
      ? `struc '${name}' has no endstruc`
      : `istruc '${name}' has no iend`;
    return { error: new SourceError(message, token.at, token.text.length), origin };
  }

  /** @param token the directive, which the reader stands behind */
  parse(word: string, reader: TokenReader, token: Token, origin: Origin): void {
    switch (word) {
      case 'struc':
        this.begin(reader, token, origin);
        return;
      case 'endstruc':
        this.end(token);
        return;
      case 'istruc':
        this.beginInstance(reader, token, origin);
        return;
      case 'iend': {
        const { name, start } = this.instance ?? wrong(token, 'iend without istruc');
        const size = symbol(`${name}_size`, token);
        this.host.add({ kind: 'goto', target: sum('+', symbol(start, token), size, token) });
        this.instance = null;
        return;
      }
      default:
        this.field(reader, token);
    }
  }

  private begin(reader: TokenReader, token: Token, origin: Origin): void {
    if (this.structure) wrong(token, `struc '${this.structure.name}' is still open`);
    // Open even without a name, so that its endstruc has something to close.
    this.structure = { name: '', token, origin };
    const name = nameIn(reader);
    const start = reader.accept(',') ? parseExpression(reader) : constant(0n);
    this.structure = { name: name.text, token, origin };
    this.host.add({ kind: 'absolute', start });
    this.host.label(name);
  }

  private end(token: Token): void {
    const { name } = this.structure ?? wrong(token, 'endstruc without struc');
    this.structure = null;
    if (name === '') return;
    const expression = sum('-', { kind: 'here' }, symbol(name, token), token);
    this.host.add({ kind: 'equ', name: `${name}_size`, expression }, token);
    this.host.backToSection(token);
  }

  private beginInstance(reader: TokenReader, token: Token, origin: Origin): void {
    if (this.instance) wrong(token, `istruc '${this.instance.name}' is still open`);
    const { text } = nameIn(reader);
    const start = `..@istruc.${++this.instances}`;
    this.instance = { start, name: text, token, origin };
    this.host.add({ kind: 'label', name: start }, token);
  }

  /** `at field, data`; the data may also stand in the lines below. */
  private field(reader: TokenReader, token: Token): void {
    const { name, start } = this.instance ?? wrong(token, 'at without istruc');
    const first = reader.current;
    const isLocal = first?.kind === 'word' && /^\.[^.]/.test(first.text);
    let offset = sum('-', parseExpression(reader), symbol(name, token), token);
    if (first && isLocal && offset.kind === 'binary' && offset.left.kind === 'symbol') {
      offset = { ...offset, left: symbol(name + first.text, first) };
    }
    this.host.add({ kind: 'goto', target: sum('+', symbol(start, token), offset, token) });
    if (reader.done) return;
    reader.expect(',', "after the field's name");
    this.host.add({ kind: 'body', times: null, body: this.host.parseBody(reader) });
  }
}

function nameIn(reader: TokenReader): Token {
  const name = reader.current;
  if (name?.kind !== 'word') {
    return reader.fail(`expected the structure's name, found ${reader.found()}`);
  }
  reader.position++;
  return name;
}

function wrong(token: Token, message: string): never {
  throw new SourceError(message, token.at, token.text.length);
}

const constant = (value: bigint): Expression => ({ kind: 'constant', value });
const symbol = (name: string, token: Token): Expression => ({ kind: 'symbol', name, token });
const sum = (
  operator: '+' | '-',
  left: Expression,
  right: Expression,
  token: Token,
): Expression => ({ kind: 'binary', operator, left, right, token });
