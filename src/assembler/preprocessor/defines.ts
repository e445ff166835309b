/** Single-line macros (`%define` and its kin) and their expansion. */
import { SourceError } from '../errors';
import { render, type Token, tokenize } from '../lexer';
import type { Origin } from '../origin';
import { numberTokens, parenthesised, paste, stringToken } from './text';

export interface Parameter {
  readonly name: string;
  /** `=x`: a number is worked out at once; `&x`: the text becomes a string. */
  readonly as: 'text' | 'number' | 'string';
  /** `x+`: takes all that is left, commas included. */
  readonly greedy: boolean;
}

interface Define {
  /** Null: used without brackets. */
  readonly parameters: readonly Parameter[] | null;
  readonly body: readonly Token[];
}

/** `a, =b, &c, rest+`, without the brackets. */
export function parametersIn(text: string): Parameter[] {
  if (text.trim() === '') return [];
  return text.split(',').map((part) => {
    const [, mark = '', name = '', plus = ''] = /^\s*([=&!]*)\s*(.*?)\s*(\+?)\s*$/.exec(part) ?? [];
    const as = mark.includes('=') ? 'number' : mark.includes('&') ? 'string' : 'text';
    return { name, as, greedy: plus !== '' };
  });
}

export interface DefinesHost {
  readonly bits: () => number;
  /** `[section .data]` and the like, for `__SECT__`. */
  readonly section: () => string;
  readonly constant: (tokens: readonly Token[]) => bigint;
}

const NOTHING: ReadonlySet<string> = new Set();

export class Defines {
  private readonly exact = new Map<string, Define[]>();
  /** `%idefine`: by name in lower case. */
  private readonly insensitive = new Map<string, Define[]>();

  constructor(private readonly host: DefinesHost) {}

  get names(): readonly string[] {
    return [...this.exact.keys(), ...this.insensitive.keys()];
  }

  has(name: string): boolean {
    return this.find(name) !== undefined;
  }

  /** Replaces a definition with as many parameters; others of the name stay. */
  set(name: string, define: Define, anyCase = false): void {
    const table = anyCase ? this.insensitive : this.exact;
    const key = anyCase ? name.toLowerCase() : name;
    const others = (table.get(key) ?? []).filter(
      (other) =>
        other.parameters !== null &&
        define.parameters !== null &&
        other.parameters.length !== define.parameters.length,
    );
    table.set(key, [...others, define]);
  }

  delete(name: string): void {
    this.exact.delete(name);
    this.insensitive.delete(name.toLowerCase());
  }

  clear(): void {
    this.exact.clear();
    this.insensitive.clear();
  }

  private find(name: string): readonly Define[] | undefined {
    return (
      this.exact.get(name) ??
      (this.insensitive.size > 0 ? this.insensitive.get(name.toLowerCase()) : undefined)
    );
  }

  /** Replaces defined names. `hidden` are the names being expanded, which do not expand again. */
  expand(
    given: readonly Token[],
    origin: Origin | null,
    hidden: ReadonlySet<string> = NOTHING,
  ): Token[] {
    let tokens = given;
    const out: Token[] = [];
    for (let i = 0; i < tokens.length; i++) {
      const token = tokens[i]!;
      const defines = token.kind === 'word' ? this.find(token.text) : undefined;
      if (!defines || hidden.has(token.text)) {
        const built = token.kind === 'word' ? this.builtIn(token, origin) : null;
        if (built) out.push(...built);
        else out.push(token);
        continue;
      }
      if (hidden.size > MAX_NESTING) {
        const message = `'${token.text}' stands for too many names that stand for others`;
        throw new SourceError(message, token.at, token.text.length);
      }
      const plain = defines.find(({ parameters }) => parameters === null);
      let body = plain?.body ?? [];
      if (!plain) {
        if (tokens[i + 1]?.text !== '(') {
          out.push(token);
          continue;
        }
        const [values, next] = parenthesised(tokens, i + 1);
        const expanded = values.map((argument) => this.expand(argument, origin, hidden));
        body = this.withArguments(token, defines, expanded);
        i = next;
      }
      const named = body.some(isOwnName) ? ownNamed(body, token.text) : body;
      const inner = atName(token, () =>
        this.expand(named, origin, new Set([...hidden, token.text])),
      );
      if (out.length + inner.length > MAX_TOKENS) {
        const message = `'${token.text}' becomes more than ${MAX_TOKENS} words`;
        throw new SourceError(message, token.at, token.text.length);
      }
      for (const [k, part] of inner.entries()) {
        out.push({ ...part, at: token.at, spaced: k === 0 ? token.spaced : part.spaced });
      }
      // A name that ends in one with parameters takes them from what follows: `%define put write`, `put(1)`.
      const last = out.at(-1);
      if (inner.length > 0 && tokens[i + 1]?.text === '(' && last && this.takesParameters(last)) {
        if (last.text !== token.text && !hidden.has(last.text)) {
          tokens = [...out.splice(-1), ...tokens.slice(i + 1)];
          i = -1;
        }
      }
    }
    return paste(out);
  }

  private takesParameters({ kind, text }: Token): boolean {
    return kind === 'word' && this.find(text)?.[0]?.parameters != null;
  }

  /** `__LINE__`, `__FILE__`, `__BITS__`, also spelled `__?LINE?__`. */
  private builtIn(token: Token, origin: Origin | null): Token[] | null {
    if (!token.text.startsWith('__')) return null;
    const value = ((): Token[] | undefined => {
      switch (token.text.replace(/\?/g, '')) {
        case '__LINE__':
          return numberTokens(BigInt(origin?.line ?? 0));
        case '__FILE__':
          return [stringToken([...new TextEncoder().encode(origin?.file ?? '')])];
        case '__BITS__':
          return numberTokens(BigInt(this.host.bits()));
        case '__SECT__':
          return tokenize(this.host.section());
        case '__DATE__':
        case '__TIME__':
        case '__DATE_NUM__':
        case '__TIME_NUM__':
        case '__POSIX_TIME__': {
          const message = `'${token.text}' is not there: a guest is the same whenever it is assembled`;
          throw new SourceError(message, token.at, token.text.length);
        }
        default:
          return undefined;
      }
    })();
    return value?.map((part) => ({ ...part, at: token.at })) ?? null;
  }

  /** The body of the definition with as many parameters, its parameters replaced. */
  private withArguments(
    token: Token,
    defines: readonly Define[],
    given: readonly (readonly Token[])[],
  ): Token[] {
    const define = chosen(token, defines, given.length);
    const parameters = define.parameters ?? [];
    const last = parameters.length - 1;
    const values = parameters.map(({ as, greedy }, i): readonly Token[] => {
      const value = greedy && i === last ? rejoined(given.slice(i)) : (given[i] ?? []);
      if (as === 'number') return numberTokens(this.host.constant(value));
      if (as === 'string') return [stringToken([...new TextEncoder().encode(render(value))])];
      return value;
    });
    return define.body.flatMap((part) => {
      const index =
        part.kind === 'word' ? parameters.findIndex(({ name }) => name === part.text) : -1;
      return index < 0 ? [part] : [...(values[index] ?? [])];
    });
  }
}

/** What is wrong inside a definition is told at the name in the line: its body has no place there. */
function atName<T>(token: Token, action: () => T): T {
  try {
    return action();
  } catch (error) {
    if (!(error instanceof SourceError)) throw error;
    throw new SourceError(error.message, token.at, token.text.length);
  }
}

const MAX_NESTING = 200;
const MAX_TOKENS = 100_000;

function chosen(token: Token, defines: readonly Define[], count: number): Define {
  const takes = (wanted: number) =>
    defines.find(({ parameters }) => parameters?.length === wanted) ??
    defines.find(({ parameters }) => {
      const least = parameters?.length ?? 0;
      return parameters?.at(-1)?.greedy === true && wanted >= least;
    });
  // `F()` gives one empty argument where one is wanted.
  const define = takes(count) ?? (count === 0 ? takes(1) : undefined);
  if (define) return define;
  const counts = defines.map(({ parameters }) => parameters?.length ?? 0);
  const plural = counts.length === 1 && counts[0] === 1 ? 'parameter' : 'parameters';
  const message = `'${token.text}' takes ${counts.join(' or ')} ${plural}, found ${count}`;
  throw new SourceError(message, token.at, token.text.length);
}

const COMMA: Token = { kind: 'punctuation', text: ',', at: 0, spaced: false };

const rejoined = (parts: readonly (readonly Token[])[]): Token[] =>
  parts.flatMap((part, i) => (i === 0 ? part : [COMMA, ...part]));

const isOwnName = ({ kind, text }: Token): boolean => kind === 'preprocessor' && /^%\?/.test(text);

/** `%?` is the name itself as it was written: `%idefine wait $%?`. */
const ownNamed = (body: readonly Token[], name: string): Token[] =>
  tokenize(
    body
      .map((part, i) => (i > 0 && part.spaced ? ' ' : '') + (isOwnName(part) ? name : part.text))
      .join(''),
  );
