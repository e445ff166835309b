/**
 * Statements to bytes at addresses.
 *
 * Sizes depend on addresses (short branches) and addresses on sizes, so all statements are walked again and again, each
 * time with the addresses of the walk before, until nothing moves. One last walk then writes the bytes and reports errors.
 */

import type { Bitness } from '../machine/codec/instruction';
import { registerNamed } from '../machine/codec/opcode-forms';
import { Bytes, type DataPlace, dataBytes, MAX_SECTION_BYTES } from './data-bytes';
import { SourceError } from './errors';
import { type Expression, evaluate, type Scope, type Value } from './expression';
import { foreignSyntax } from './foreign-syntax';
import type { Token } from './lexer';
import { nearMiss } from './near-miss';
import type { Origin } from './origin';
import { powerOfTwo } from './parse-section';
import {
  inLoadOrder,
  newSection,
  placeSections,
  type Section,
  sectionProblems,
  setAttributes,
} from './sections';
import { encodeShortest } from './select-form';
import type { Body, DataItem, InstructionBody, SectionAttributes, Statement } from './statements';

/** Bytes of one source line, at their final address. */
export interface Placed {
  readonly origin: Origin;
  readonly section: string;
  readonly address: number;
  readonly offset: number;
  readonly length: number;
  readonly isCode: boolean;
  /** Of an instruction: of the code it is encoded for. */
  readonly bits: Bitness | null;
}

export interface PlacedLabel {
  readonly value: bigint;
  /** Null for the fields of a structure and in `absolute`: offsets rather than places. */
  readonly section: string | null;
  readonly origin: Origin;
}

export interface LaidOutSection {
  readonly name: string;
  /** Where it runs. */
  readonly address: number;
  /** Where it is loaded, and so lies in a flat image: elsewhere for a section with `vstart`. */
  readonly loadAddress: number;
  readonly size: number;
  readonly align: number;
  /** Occupies memory but no file bytes (`.bss`). */
  readonly nobits: boolean;
  /** `size` bytes; empty for nobits sections. */
  readonly bytes: Uint8Array;
}

export interface Layout {
  readonly sections: readonly LaidOutSection[];
  readonly labels: ReadonlyMap<string, PlacedLabel>;
  /** What `equ` made. */
  readonly constants: ReadonlyMap<string, PlacedLabel>;
  readonly placed: readonly Placed[];
  readonly origin: number;
  /** What the preprocessor and the parser asked for while reading, by number. */
  readonly probes: readonly bigint[];
}

/** A walk that still moves after this many rounds is held: instructions may grow but no longer shrink. */
const HOLD_AFTER = 20;
const MAX_PASSES = 60;

interface Definition {
  readonly kind: 'label' | 'equ';
  readonly name: string;
  readonly token: Token;
  readonly origin: Origin;
  value: Value | null;
  /** The walk that set `value`: an older one means that the definition is still ahead. */
  pass: number;
}

interface Encoded {
  readonly bytes: Uint8Array;
  /** Values of the instruction's expressions when it was encoded. */
  readonly values: readonly Value[];
  /** Where it stood, if its bytes depend on that (relative branches). */
  readonly address: number | null;
}

function isSame(before: Encoded, values: readonly Value[], address: number): boolean {
  if (before.address !== null && before.address !== address) return false;
  return values.every((value, i) => {
    const old = before.values[i]!;
    return old.value === value.value && old.section === value.section;
  });
}

function expressionsOf(body: InstructionBody): Expression[] {
  const found: Expression[] = [];
  for (const operand of body.candidates[0]!.operands) {
    if (operand.kind === 'immediate') found.push(operand.expression);
    else if (operand.kind === 'far') found.push(operand.selector, operand.offset);
    else if (operand.kind === 'memory' && operand.displacement) found.push(operand.displacement);
  }
  return found;
}

/** `?`, and what repeats nothing else: room without bytes. */
const isReserved = (item: DataItem): boolean =>
  item.kind === 'reserve' ||
  ((item.kind === 'repeat' || item.kind === 'group') && item.items.every(isReserved));

const MAX_COMPARISONS = 200_000;

/** A relative branch has other bytes each time: no more of them than a line can mean. */
const MAX_VARYING_TIMES = 4_096;

/** Whether the bytes are others at another address. `$` is where the line begins, also for what `times` repeats. */
function dependsOnPlace(body: Body): boolean {
  return (
    body.kind === 'instruction' &&
    body.candidates[0]!.form.operands.some(({ kind }) => kind === 'relative')
  );
}

export class LayoutEngine {
  private readonly sections = new Map<string, Section>();
  private readonly definitions = new Map<string, Definition>();
  /** How each instruction statement was encoded last, by statement index: most do not change from walk to walk. */
  private readonly encoded: Encoded[] = [];
  /** Where each statement stood in the last walk, and how far the present one has moved since. */
  private readonly places: bigint[] = [];
  private drift = 0n;
  /** Null as long as no `org` has been met. */
  private origin: number | null = null;
  private readonly sectionStatements = new Map<string, Statement>();
  private readonly probes: bigint[] = [];
  /** Statements that `estimate` has walked, and those it has noted the names of. */
  private walked = 0;
  private noted = 0;
  private current!: Section;
  /** Set inside `absolute`: addresses without bytes. */
  private absolute: { base: bigint; offset: number } | null = null;
  /** Bytes were met where there is only room: that is told once for the lines up to the next section. */
  private told = false;
  private statement!: Statement;
  private pass = 0;
  private final = false;
  private undefinedNames = 0;
  private moved = false;
  private lastMoved: Statement | null = null;
  private placed: Placed[] = [];

  constructor(
    private readonly statements: readonly Statement[],
    private readonly report: (error: SourceError, origin: Origin) => void,
    private readonly suggestions: readonly string[],
    /** Names declared `extern` that nobody defines. That is told once, where they are declared. */
    private readonly absent: ReadonlySet<string> = new Set(),
  ) {}

  run(): Layout {
    this.define();
    do {
      this.pass++;
      this.walk();
    } while (this.moved && this.pass < MAX_PASSES);
    if (this.moved && sectionProblems(this.sections, this.origin).length === 0) {
      const { token, origin } = this.lastMoved ?? this.statements[0]!;
      const message = `addresses and sizes depend on each other endlessly: '${token.text}' never stays where it is`;
      this.report(new SourceError(message, token.at, token.text.length), origin);
    }
    this.final = true;
    this.pass++;
    this.walk();
    this.reportSections();
    return {
      sections: inLoadOrder(this.sections.values()).map((section) => ({
        name: section.name,
        address: section.base,
        loadAddress: section.load,
        size: section.size,
        align: section.align,
        nobits: section.nobits,
        bytes: section.nobits ? new Uint8Array(0) : section.bytes.take(),
      })),
      labels: this.labelValues(),
      constants: this.constantValues(),
      placed: this.placed,
      origin: this.origin ?? this.lowest(),
      probes: this.probes,
    };
  }

  private lowest(): number {
    const filled = [...this.sections.values()].filter(({ nobits, size }) => !nobits && size > 0);
    return filled.length === 0 ? 0 : Math.min(...filled.map(({ load }) => load));
  }

  private reportSections(): void {
    for (const { section, message } of sectionProblems(this.sections, this.origin)) {
      const statement = this.sectionStatements.get(section.name) ?? this.statements[0];
      if (!statement) continue;
      const { token, origin } = statement;
      this.report(new SourceError(message, token.at, token.text.length), origin);
    }
  }

  /**
   * The value of an expression behind the statements there are so far, by the addresses of a first walk: branches whose
   * targets are still to come count as short.
   *
   * @throws SourceError when it names something that is not defined yet
   */
  estimate(expression: Expression, scope: string): Value {
    if (this.walked === 0) {
      this.pass = 1;
      this.current = this.sectionNamed('.text');
    }
    this.define();
    for (; this.walked < this.statements.length; this.walked++) {
      this.visit(this.statements[this.walked]!, this.walked);
      const { kind } = this.statements[this.walked]!;
      if (kind === 'org' || kind === 'section') this.settleSections();
    }
    return evaluate(expression, this.scopeHere(scope));
  }

  private labelValues(): Layout['labels'] {
    const labels = new Map<string, PlacedLabel>();
    for (const { kind, name, origin, value } of this.definitions.values()) {
      if (kind === 'label' && value) labels.set(name, { ...value, origin });
    }
    return labels;
  }

  private constantValues(): Layout['constants'] {
    const constants = new Map<string, PlacedLabel>();
    for (const { kind, name, origin, value } of this.definitions.values()) {
      if (kind === 'equ' && value) constants.set(name, { ...value, origin });
    }
    return constants;
  }

  /** Notes every name before the first walk, so that a forward reference is known to be one. */
  private define(): void {
    for (; this.noted < this.statements.length; this.noted++) {
      const statement = this.statements[this.noted]!;
      if (statement.kind === 'section') this.sectionStatements.set(statement.name, statement);
      if (statement.kind !== 'label' && statement.kind !== 'equ') continue;
      const { kind, name, token, origin } = statement;
      const earlier = this.definitions.get(name);
      if (earlier) {
        const where = `first defined in line ${earlier.origin.line}`;
        this.report(
          new SourceError(`'${name}' is defined twice: ${where}`, token.at, token.text.length),
          origin,
        );
        continue;
      }
      this.definitions.set(name, { kind, name, token, origin, value: null, pass: 0 });
    }
  }

  private walk(): void {
    this.moved = false;
    this.placed = [];
    this.absolute = null;
    for (const section of this.sections.values()) {
      section.offset = 0;
      section.bytes = new Bytes();
    }
    this.current = this.sectionNamed('.text');
    this.origin = null;
    for (const [index, statement] of this.statements.entries()) this.visit(statement, index);
    if (this.settleSections()) this.moved = true;
  }

  private visit(statement: Statement, index: number): void {
    this.statement = statement;
    const here = this.hereValue().value;
    this.drift = here - (this.places[index] ?? here);
    this.places[index] = here;
    try {
      this.place(statement, index);
    } catch (error) {
      if (!(error instanceof SourceError)) throw error;
      if (this.final) this.report(error, statement.origin);
    }
  }

  /** Sizes and addresses of the sections as far as this walk has come; whether anything moved. */
  private settleSections(): boolean {
    let moved = false;
    for (const section of this.sections.values()) {
      if (section.offset !== section.size) moved = true;
      section.size = section.offset;
    }
    return placeSections(this.sections, this.origin ?? 0) || moved;
  }

  private sectionNamed(name: string, attributes: SectionAttributes = {}): Section {
    const section = this.sections.get(name) ?? newSection(name, this.sections.size);
    this.sections.set(name, section);
    setAttributes(section, attributes);
    return section;
  }

  // --- names and values ---------------------------------------------------------------------------------------------

  private hereValue(): Value {
    if (this.absolute) {
      return { value: this.absolute.base + BigInt(this.absolute.offset), section: null };
    }
    const { name, base, offset } = this.current;
    return { value: BigInt(base + offset), section: name };
  }

  private scopeHere(scope = this.statement.scope): Scope {
    const here = this.hereValue();
    const start: Value = this.absolute
      ? { value: this.absolute.base, section: null }
      : { value: BigInt(this.current.base), section: this.current.name };
    const drift = this.drift;
    return {
      here: () => here,
      sectionStart: () => start,
      symbol: (name, token) => {
        const full = name.startsWith('.') && !name.startsWith('..') ? scope + name : name;
        const definition = this.definitions.get(full);
        if (!definition) {
          if (this.absent.has(full)) return { value: here.value, section: null };
          return this.sectionSymbol(name) ?? this.undefinedSymbol(name, full, token);
        }
        // First walk, forward reference: as near as possible, so that branches start short.
        if (!definition.value) return { value: here.value, section: null, ahead: true };
        const { value, section } = definition.value;
        // Still ahead in this walk: it will move as far as the code before it just did.
        const ahead = definition.pass < this.pass && section === this.current.name;
        return ahead ? { value: value + drift, section } : definition.value;
      },
    };
  }

  /** An error at the word that begins the present statement. */
  private wrong(message: string): SourceError {
    const { token } = this.statement;
    return new SourceError(message, token.at, token.text.length);
  }

  /** `section..data.start` and `.vstart`: where a section is loaded and where it runs. */
  private sectionSymbol(name: string): Value | null {
    const found = /^section\.(.+)\.(v?)start$/.exec(name);
    const section = this.sections.get(found?.[1] ?? '');
    if (!found || !section) return null;
    return { value: BigInt(found[2] ? section.base : section.load), section: section.name };
  }

  /** @throws SourceError always: the name is nowhere defined */
  private undefinedSymbol(name: string, full: string, token: Token): never {
    // Before the last walk nobody reads it.
    if (!this.final) throw new SourceError(name, token.at);
    const foreign = foreignSyntax([token]);
    if (foreign) throw foreign;
    const local = name.startsWith('.');
    const names = [...this.definitions.keys()].filter((key) => !key.startsWith('..@'));
    if (registerNamed(name.toLowerCase())) {
      const message = `register '${name}' cannot be part of an expression: what it holds is known only when the program runs`;
      throw new SourceError(message, token.at, token.text.length);
    }
    if (/^[a-f][0-9a-f]*h$/i.test(name)) {
      const message = `'${name}' is not defined: a number begins with a digit`;
      throw new SourceError(message, token.at, token.text.length, `0${name}`);
    }
    // To look through all names for each is too much where there are very many of both.
    const isMuch = ++this.undefinedNames * names.length > MAX_COMPARISONS;
    const near = isMuch
      ? undefined
      : (nearMiss(full, names) ?? (local ? undefined : nearMiss(name, this.suggestions)));
    const parent = full.slice(0, full.length - name.length);
    const shown =
      local && near?.startsWith(`${parent}.`) === true ? near.slice(parent.length) : near;
    const where = !local
      ? ''
      : parent === ''
        ? ': no label stands before it'
        : ` after '${parent}'`;
    throw new SourceError(`'${name}' is not defined${where}`, token.at, token.text.length, shown);
  }

  private setSymbol(name: string, value: Value, token: Token): void {
    const definition = this.definitions.get(name);
    if (!definition || definition.token !== token) return;
    const old = definition.value;
    if (!old || old.value !== value.value || old.section !== value.section) {
      this.moved = true;
      this.lastMoved = this.statement;
    }
    definition.value = value;
    definition.pass = this.pass;
  }

  // --- statements ---------------------------------------------------------------------------------------------------

  private place(statement: Statement, index: number): void {
    switch (statement.kind) {
      case 'label':
        this.setSymbol(statement.name, this.hereValue(), statement.token);
        return;
      case 'equ': {
        const value = evaluate(statement.expression, this.scopeHere());
        this.setSymbol(statement.name, value, statement.token);
        return;
      }
      case 'section':
        this.told = false;
        this.absolute = null;
        this.current = this.sectionNamed(statement.name, statement.attributes);
        return;
      case 'absolute':
        this.told = false;
        this.absolute = { base: evaluate(statement.start, this.scopeHere()).value, offset: 0 };
        return;
      case 'org':
        this.setOrigin(Number(evaluate(statement.origin0, this.scopeHere()).value));
        return;
      case 'sectalign':
        this.current.align = Math.max(this.current.align, statement.align);
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
        if (gap < 0 && this.final) throw this.wrong('this field lies before the one above it');
        this.fill(0, Math.max(0, gap));
        return;
      }
      case 'body':
        this.body(statement, index);
        return;
    }
  }

  private setOrigin(address: number): void {
    if (address < 0 || address >= 2 ** 32) {
      throw this.wrong(`org ${address} does not fit in 32 bits`);
    }
    if (this.origin !== null && this.origin !== address) {
      const before = `0x${this.origin.toString(16)}`;
      throw this.wrong(`the origin is ${before} already: a program has one 'org'`);
    }
    this.origin = address;
  }

  private body(statement: Statement & { kind: 'body' }, index: number): void {
    const scope = this.scopeHere();
    const from = this.current.offset;
    if (statement.times) {
      this.repeat(statement.body, this.count(statement.times, scope), scope, index);
    } else this.emit(statement.body, scope, index);
    if (this.final && !this.absolute && this.current.offset > from) {
      this.record(from, statement.body);
    }
  }

  private count(expression: Expression, scope: Scope): number {
    const times = evaluate(expression, scope).value;
    if (times < 0n) {
      const bytes = times === -1n ? '1 byte' : `${-times} bytes`;
      const late = `if it fills up to a size, the code before it is ${bytes} too long`;
      throw this.wrong(`times ${times}: a count cannot be negative; ${late}`);
    }
    if (times > BigInt(MAX_SECTION_BYTES)) {
      throw this.wrong(`times ${times}: at most ${MAX_SECTION_BYTES} are possible`);
    }
    return Number(times);
  }

  private repeat(body: Body, times: number, scope: Scope, index: number): void {
    if (times === 0) return;
    const from = this.reached;
    this.emit(body, scope, index);
    const size = this.reached - from;
    if (times === 1 || size === 0) return;
    if (!dependsOnPlace(body)) {
      // `times 510-($-$$) db 0` is common and large: no need to walk it one by one.
      this.again(size, times - 1);
      return;
    }
    if (times > MAX_VARYING_TIMES) {
      throw this.wrong(`times ${times}: at most ${MAX_VARYING_TIMES} branches are possible`);
    }
    for (let i = 1; i < times; i++) this.emit(body, scope, index);
  }

  private record(from: number, body: Body | null): void {
    const { name, base, offset } = this.current;
    this.placed.push({
      origin: this.statement.origin,
      section: name,
      address: base + from,
      offset: from,
      length: offset - from,
      isCode: body?.kind === 'instruction',
      bits: body?.kind === 'instruction' ? body.bits : null,
    });
  }

  private align(statement: Statement & { kind: 'align' }): void {
    const scope = this.scopeHere();
    const boundary = Number(evaluate(statement.boundary, scope).value);
    powerOfTwo(boundary, statement.token);
    if (statement.section && !this.absolute)
      this.current.align = Math.max(this.current.align, boundary);
    const offset = this.absolute ? this.absolute.offset : this.current.offset;
    const gap = (boundary - (offset % boundary)) % boundary;
    const from = this.current.offset;
    if (!statement.fill) this.fill(0x90, gap);
    else this.repeatUntil(statement.fill, gap, scope);
    if (this.final && !this.absolute && gap > 0) this.record(from, null);
  }

  private repeatUntil(fill: Body, gap: number, scope: Scope): void {
    if (gap === 0) return;
    const from = this.reached;
    this.emit(fill, scope, -1);
    // As NASM does: as many fillings as bytes are missing, whatever their size.
    if (this.reached > from) this.repeat(fill, gap - 1, scope, -1);
  }

  // --- bytes --------------------------------------------------------------------------------------------------------

  private emit(body: Body, scope: Scope, index: number): void {
    switch (body.kind) {
      case 'instruction':
        this.instruction(body, scope, index);
        return;
      case 'data':
        for (const item of body.items) {
          if (isReserved(item))
            this.fill(0, dataBytes(item, body.unit, this.dataPlace(scope)).length);
          else this.write(dataBytes(item, body.unit, this.dataPlace(scope)));
        }
        return;
      case 'reserve': {
        const wanted = evaluate(body.count, scope).value * BigInt(body.unit);
        const count = Number(wanted);
        if (count < 0 || count > MAX_SECTION_BYTES) {
          throw this.wrong(`cannot reserve ${wanted} bytes`);
        }
        this.fill(0, count);
        return;
      }
      case 'binary':
        this.write(body.bytes);
        return;
    }
  }

  private instruction(body: InstructionBody, scope: Scope, index: number): void {
    const address = this.absolute
      ? Number(this.absolute.base) + this.absolute.offset
      : this.current.base + this.current.offset;
    const before = index < 0 ? undefined : this.encoded[index];
    try {
      const values = expressionsOf(body).map((expression) => evaluate(expression, scope));
      if (before && isSame(before, values, address)) {
        this.write(before.bytes);
        return;
      }
      const hold = this.pass > HOLD_AFTER && before ? before.bytes.length : 0;
      const bytes = encodeShortest(body.candidates, body.prefixes, scope, address, body.bits, hold);
      const relative = body.candidates[0]!.form.operands.some(({ kind }) => kind === 'relative');
      if (index >= 0) this.encoded[index] = { bytes, values, address: relative ? address : null };
      this.write(bytes);
    } catch (error) {
      // Space for something, so that one wrong line does not move everything after it.
      if (error instanceof SourceError) this.fill(0x90, before?.bytes.length ?? 2);
      throw error;
    }
  }

  private dataPlace(scope: Scope): DataPlace {
    return { scope, token: this.statement.token, final: this.final };
  }

  /** In every walk, not only the last: a line that repeats too much is left at once. */
  private advance(count: number): void {
    const { current } = this;
    if (!current.nobits && current.offset + count > MAX_SECTION_BYTES) {
      throw this.wrong(`section '${current.name}' has more than ${MAX_SECTION_BYTES} bytes`);
    }
    current.offset += count;
  }

  private write(bytes: ArrayLike<number>): void {
    if (this.absolute) {
      this.absolute.offset += bytes.length;
      if (this.final && bytes.length > 0) {
        this.once("only resb, resw and resd are allowed behind 'absolute' and in struc");
      }
      return;
    }
    this.advance(bytes.length);
    if (!this.final) return;
    if (this.current.nobits) {
      const { name } = this.current;
      this.once(`section '${name}' holds no bytes: use resb, resw or resd`);
      return;
    }
    this.current.bytes.push(bytes);
  }

  /** A mistake of many lines, told at the first. */
  private once(message: string): void {
    if (this.told) return;
    this.told = true;
    throw this.wrong(message);
  }

  /** How far the present section, or `absolute` block, has come. */
  private get reached(): number {
    return this.absolute ? this.absolute.offset : this.current.offset;
  }

  /** The last `size` bytes once more, `times` times. */
  private again(size: number, times: number): void {
    if (this.absolute) {
      this.absolute.offset += size * times;
      return;
    }
    this.advance(size * times);
    if (this.final && !this.current.nobits) this.current.bytes.repeat(size, times);
  }

  private fill(value: number, count: number): void {
    if (this.absolute) {
      this.absolute.offset += count;
      return;
    }
    this.advance(count);
    if (this.final && !this.current.nobits) this.current.bytes.fill(value, count);
  }
}
