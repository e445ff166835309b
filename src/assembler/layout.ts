/**
 * Statements to bytes at addresses.
 *
 * Sizes depend on addresses (short branches) and addresses on sizes, so all statements are walked again and again, each
 * time with the addresses of the walk before, until nothing moves. One last walk then writes the bytes and reports errors.
 * Here are the walks and what each statement does; sections, names and bodies are kept and written by the files beside it.
 */
import { Bodies } from './bodies';
import { Cursor } from './cursor';
import { SourceError } from './errors';
import { type Expression, evaluate, type Scope, type Value } from './expression';
import type { Layout, Placed } from './laid-out';
import type { Origin } from './origin';
import { powerOfTwo } from './parse-section';
import { SectionTable } from './section-table';
import type { Body, Statement } from './statements';
import { Symbols } from './symbols';
import { Walk } from './walk';

const MAX_PASSES = 60;

export class LayoutEngine {
  private readonly walk = new Walk();
  private readonly sections = new SectionTable();
  private readonly cursor = new Cursor(this.walk);
  private readonly bodies = new Bodies(this.walk, this.cursor);
  private readonly symbols: Symbols;
  /** Where each statement stood in the last walk, and how far the present one has moved since. */
  private readonly places: bigint[] = [];
  private drift = 0n;
  private readonly probes: bigint[] = [];
  /** Statements that `estimate` has walked, and those it has noted the names of. */
  private walked = 0;
  private noted = 0;
  private placed: Placed[] = [];

  /**
   * @param suggestions names besides the program's own that a wrong one may be near to
   * @param absent names declared `extern` that nobody defines. That is told once, where they are declared
   */
  constructor(
    private readonly statements: readonly Statement[],
    private readonly report: (error: SourceError, origin: Origin) => void,
    suggestions: readonly string[],
    absent: ReadonlySet<string> = new Set(),
  ) {
    this.symbols = new Symbols(this.walk, this.sections, suggestions, absent);
  }

  /** Lays out all statements. Errors are reported; what has one still takes up room. */
  run(): Layout {
    this.define();
    do {
      this.walkAll();
    } while (this.walk.hasMoved && this.walk.number < MAX_PASSES);
    if (this.walk.hasMoved && !this.sections.hasProblems) {
      const { token, origin } = this.walk.lastMoved ?? this.statements[0]!;
      const message = `addresses and sizes depend on each other endlessly: '${token.text}' never stays where it is`;
      this.report(new SourceError(message, token.at, token.text.length), origin);
    }
    this.walk.isLast = true;
    this.walkAll();
    this.sections.reportProblems(this.report, this.statements[0]);
    return {
      sections: this.sections.laidOut(),
      labels: this.symbols.values('label'),
      constants: this.symbols.values('equ'),
      placed: this.placed,
      origin: this.sections.origin,
      probes: this.probes,
    };
  }

  /**
   * The value of an expression behind the statements there are so far, by the addresses of a first walk: branches whose
   * targets are still to come count as short.
   *
   * @throws SourceError when it names something that is not defined yet
   */
  estimate(expression: Expression, scope: string): Value {
    if (this.walked === 0) {
      this.walk.number = 1;
      this.cursor.enter(this.sections.named('.text'));
    }
    this.define();
    for (; this.walked < this.statements.length; this.walked++) {
      const statement = this.statements[this.walked]!;
      this.visit(statement, this.walked);
      if (statement.kind === 'org' || statement.kind === 'section') this.sections.settle();
    }
    return evaluate(expression, this.scopeHere(scope));
  }

  /** Notes every name before the first walk, so that a forward reference is known to be one. */
  private define(): void {
    for (; this.noted < this.statements.length; this.noted++) {
      const statement = this.statements[this.noted]!;
      if (statement.kind === 'section') this.sections.note(statement);
      if (statement.kind !== 'label' && statement.kind !== 'equ') continue;
      const error = this.symbols.define(statement);
      if (error) this.report(error, statement.origin);
    }
  }

  private walkAll(): void {
    this.walk.begin();
    this.placed = [];
    this.sections.rewind();
    this.cursor.enter(this.sections.named('.text'));
    for (const [index, statement] of this.statements.entries()) this.visit(statement, index);
    if (this.sections.settle()) this.walk.noteMove();
  }

  private visit(statement: Statement, index: number): void {
    this.walk.statement = statement;
    const here = this.cursor.here.value;
    this.drift = here - (this.places[index] ?? here);
    this.places[index] = here;
    try {
      this.place(statement, index);
    } catch (error) {
      if (!(error instanceof SourceError)) throw error;
      if (this.walk.isLast) this.report(error, statement.origin);
    }
  }

  private scopeHere(parent = this.walk.statement.scope): Scope {
    const { here, start: sectionStart, section } = this.cursor;
    const { drift } = this;
    return this.symbols.scopeAt({ parent, here, sectionStart, section: section.name, drift });
  }

  // --- statements ---------------------------------------------------------------------------------------------------

  private place(statement: Statement, index: number): void {
    switch (statement.kind) {
      case 'label':
        this.symbols.set(statement.name, this.cursor.here, statement.token);
        return;
      case 'equ': {
        const value = evaluate(statement.expression, this.scopeHere());
        this.symbols.set(statement.name, value, statement.token);
        return;
      }
      case 'section':
        this.cursor.beginPart();
        this.cursor.enter(this.sections.named(statement.name, statement.attributes));
        return;
      case 'absolute':
        this.cursor.beginPart();
        this.cursor.enterAbsolute(evaluate(statement.start, this.scopeHere()).value);
        return;
      case 'org': {
        const address = Number(evaluate(statement.origin0, this.scopeHere()).value);
        this.sections.setOrigin(address, (message) => this.walk.wrong(message));
        return;
      }
      case 'sectalign':
        this.cursor.alignSection(statement.align);
        return;
      case 'probe':
        this.probes[statement.index] = evaluate(statement.expression, this.scopeHere()).value;
        return;
      case 'align':
        this.align(statement);
        return;
      case 'goto': {
        const scope = this.scopeHere();
        const gap = Number(evaluate(statement.target, scope).value - scope.here().value);
        if (gap < 0 && this.walk.isLast) {
          throw this.walk.wrong('this field lies before the one above it');
        }
        this.cursor.fill(0, Math.max(0, gap));
        return;
      }
      case 'body':
        this.body(statement, index);
        return;
    }
  }

  private body({ body, times }: Statement & { kind: 'body' }, index: number): void {
    const scope = this.scopeHere();
    const from = this.cursor.section.offset;
    if (times) this.bodies.times(times, body, scope, index);
    else this.bodies.write(body, scope, index);
    if (this.cursor.section.offset > from) this.record(from, body);
  }

  private align({ boundary, token, section, fill }: Statement & { kind: 'align' }): void {
    const scope = this.scopeHere();
    const multiple = Number(evaluate(boundary, scope).value);
    powerOfTwo(multiple, token);
    if (section && !this.cursor.isAbsolute) this.cursor.alignSection(multiple);
    const gap = (multiple - (this.cursor.reached % multiple)) % multiple;
    const from = this.cursor.section.offset;
    if (fill) this.bodies.filling(fill, gap, scope);
    else this.cursor.fill(0x90, gap);
    if (gap > 0) this.record(from, null);
  }

  /** Notes, in the last walk, which line the bytes since `from` come from. */
  private record(from: number, body: Body | null): void {
    if (!this.walk.isLast || this.cursor.isAbsolute) return;
    const { name, base, offset } = this.cursor.section;
    this.placed.push({
      origin: this.walk.statement.origin,
      section: name,
      address: base + from,
      offset: from,
      length: offset - from,
      isCode: body?.kind === 'instruction',
      bits: body?.kind === 'instruction' ? body.bits : null,
    });
  }
}
