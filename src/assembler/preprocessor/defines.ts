/** Single-line macros (`%define` and its kin) and their expansion. */
import { SourceError } from '../errors';
import type { Token } from '../lexer';
import type { Origin } from '../origin';
import { numberTokens, parenthesised, paste, stringToken } from './text';

interface Define {
  /** Null: used without brackets. */
  readonly parameters: readonly string[] | null;
  readonly body: readonly Token[];
}

const NOTHING: ReadonlySet<string> = new Set();

export class Defines {
  private readonly exact = new Map<string, Define[]>();
  /** `%idefine`: by name in lower case. */
  private readonly insensitive = new Map<string, Define[]>();

  constructor(private readonly bits: () => number) {}

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

  private find(name: string): readonly Define[] | undefined {
    return (
      this.exact.get(name) ??
      (this.insensitive.size > 0 ? this.insensitive.get(name.toLowerCase()) : undefined)
    );
  }

  /** Replaces defined names. `hidden` are the names being expanded, which do not expand again. */
  expand(
    tokens: readonly Token[],
    origin: Origin | null,
    hidden: ReadonlySet<string> = NOTHING,
  ): Token[] {
    const out: Token[] = [];
    for (let i = 0; i < tokens.length; i++) {
      const token = tokens[i]!;
      const defines = token.kind === 'word' ? this.find(token.text) : undefined;
      if (!defines || hidden.has(token.text)) {
        const built = token.kind === 'word' ? this.builtIn(token, origin) : null;
        out.push(built ?? token);
        continue;
      }
      let body = defines[0]!.body;
      if (defines[0]!.parameters) {
        if (tokens[i + 1]?.text !== '(') {
          out.push(token);
          continue;
        }
        const [given, next] = parenthesised(tokens, i + 1);
        const values = given.map((argument) => this.expand(argument, origin, hidden));
        body = withArguments(token, defines, values);
        i = next;
      }
      const inner = this.expand(body, origin, new Set([...hidden, token.text]));
      inner.forEach((part, k) => {
        out.push({ ...part, at: token.at, spaced: k === 0 ? token.spaced : part.spaced });
      });
    }
    return paste(out);
  }

  /** `__LINE__`, `__FILE__`, `__BITS__`, also spelled `__?LINE?__`. */
  private builtIn(token: Token, origin: Origin | null): Token | null {
    if (!token.text.startsWith('__')) return null;
    const value = ((): Token | undefined => {
      switch (token.text.replace(/\?/g, '')) {
        case '__LINE__':
          return numberTokens(BigInt(origin?.line ?? 0))[0];
        case '__FILE__':
          return stringToken([...new TextEncoder().encode(origin?.file ?? '')]);
        case '__BITS__':
          return numberTokens(BigInt(this.bits()))[0];
        default:
          return undefined;
      }
    })();
    return value ? { ...value, at: token.at, spaced: token.spaced } : null;
  }
}

/** The body of the definition with as many parameters, its parameters replaced. */
function withArguments(
  token: Token,
  defines: readonly Define[],
  values: readonly (readonly Token[])[],
): Token[] {
  const count = values.length;
  const define =
    defines.find(({ parameters }) => parameters?.length === count) ??
    // `F()` gives one empty argument where one is wanted.
    (count === 0 ? defines.find(({ parameters }) => parameters?.length === 1) : undefined);
  if (!define) {
    const takes = defines.map(({ parameters }) => parameters?.length ?? 0);
    const plural = takes.length === 1 && takes[0] === 1 ? 'parameter' : 'parameters';
    throw new SourceError(
      `'${token.text}' takes ${takes.join(' or ')} ${plural}, found ${count}`,
      token.at,
      token.text.length,
    );
  }
  const parameters = define.parameters ?? [];
  return define.body.flatMap((part) => {
    const index = part.kind === 'word' ? parameters.indexOf(part.text) : -1;
    return index < 0 ? [part] : [...(values[index] ?? [])];
  });
}
