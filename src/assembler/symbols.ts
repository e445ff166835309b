/**
 * The names of a program: where each is defined, what it is worth in this walk, and what it means in an expression.
 *
 * Addresses are given to it by `layout.ts`; what is said of a name that nobody defines is in `undefined-names.ts`.
 */
import { SourceError } from './errors';
import type { Scope, Value } from './expression';
import type { PlacedLabel } from './laid-out';
import type { Token } from './lexer';
import type { Origin } from './origin';
import type { SectionTable } from './section-table';
import type { Statement } from './statements';
import { UndefinedNames } from './undefined-names';
import type { Walk } from './walk';

interface Definition {
  readonly kind: 'label' | 'equ';
  readonly name: string;
  readonly token: Token;
  readonly origin: Origin;
  value: Value | null;
  /** The walk that set `value`: an older one means that the definition is still ahead. */
  pass: number;
}

/** Where an expression stands. */
export interface Standpoint {
  /** The non-local label that `.x` belongs to. */
  readonly parent: string;
  readonly here: Value;
  readonly sectionStart: Value;
  /** The present section; inside `absolute`, the one before it. */
  readonly section: string;
  /** How far this place has moved since the walk before. */
  readonly drift: bigint;
}

export class Symbols {
  private readonly definitions = new Map<string, Definition>();
  private readonly undefinedNames: UndefinedNames;

  /**
   * @param suggestions names besides the program's own that a wrong one may be near to
   * @param absent names declared `extern` that nobody defines: that is told where they are declared
   */
  constructor(
    private readonly walk: Walk,
    private readonly sections: SectionTable,
    suggestions: readonly string[],
    private readonly absent: ReadonlySet<string>,
  ) {
    this.undefinedNames = new UndefinedNames(suggestions);
  }

  /** Notes a name before the first walk; returns what is wrong when there is one already. */
  define({
    kind,
    name,
    token,
    origin,
  }: Statement & { readonly kind: 'label' | 'equ' }): SourceError | null {
    const earlier = this.definitions.get(name);
    if (earlier) {
      const where = `first defined in line ${earlier.origin.line}`;
      const message = `'${name}' is defined twice: ${where}`;
      return new SourceError(message, token.at, token.text.length);
    }
    this.definitions.set(name, { kind, name, token, origin, value: null, pass: 0 });
    return null;
  }

  /** Gives a name its value in this walk. A second definition of the name, known by its token, is passed over. */
  set(name: string, value: Value, token: Token): void {
    const definition = this.definitions.get(name);
    if (!definition || definition.token !== token) return;
    const old = definition.value;
    if (!old || old.value !== value.value || old.section !== value.section) {
      this.walk.noteMoveHere();
    }
    definition.value = value;
    definition.pass = this.walk.number;
  }

  /** What names, `$` and `$$` mean at a place. */
  scopeAt({ parent, here, sectionStart, section: present, drift }: Standpoint): Scope {
    return {
      here: () => here,
      sectionStart: () => sectionStart,
      symbol: (name, token) => {
        const full = name.startsWith('.') && !name.startsWith('..') ? parent + name : name;
        const definition = this.definitions.get(full);
        if (!definition) {
          if (this.absent.has(full)) return { value: here.value, section: null };
          return this.sections.symbol(name) ?? this.undefinedSymbol(name, full, token);
        }
        // First walk, forward reference: as near as possible, so that branches start short.
        if (!definition.value) return { value: here.value, section: null, ahead: true };
        const { value, section } = definition.value;
        // Still ahead in this walk: it will move as far as the code before it just did.
        const ahead = definition.pass < this.walk.number && section === present;
        return ahead ? { value: value + drift, section } : definition.value;
      },
    };
  }

  /** The values that labels, or names made by `equ`, have come to. */
  values(wanted: 'label' | 'equ'): ReadonlyMap<string, PlacedLabel> {
    const values = new Map<string, PlacedLabel>();
    for (const { kind, name, origin, value } of this.definitions.values()) {
      if (kind === wanted && value) values.set(name, { ...value, origin });
    }
    return values;
  }

  /** @throws SourceError always: the name is nowhere defined */
  private undefinedSymbol(name: string, full: string, token: Token): never {
    // Before the last walk nobody reads it.
    if (!this.walk.isLast) throw new SourceError(name, token.at);
    throw this.undefinedNames.error(name, full, token, this.definitions.keys());
  }
}
