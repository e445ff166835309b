/**
 * The sections of one program by name, and its origin: made when they are first named, sized and placed by each walk.
 *
 * The rules of where sections lie are in `sections.ts`, and what is written into one in `cursor.ts`.
 */
import { Bytes } from './data-bytes';
import { SourceError } from './errors';
import type { Value } from './expression';
import type { LaidOutSection } from './laid-out';
import type { Origin } from './origin';
import {
  inLoadOrder,
  newSection,
  placeSections,
  type Section,
  sectionProblems,
  setAttributes,
} from './sections';
import type { SectionAttributes, Statement } from './statements';

export class SectionTable {
  private readonly sections = new Map<string, Section>();
  /** The statement that names each section last: its problems are told there. */
  private readonly statements = new Map<string, Statement>();
  /** Null as long as no `org` has been met. */
  private org: number | null = null;

  /** The section of that name, with these attributes added; made where there is none yet. */
  named(name: string, attributes: SectionAttributes = {}): Section {
    const section = this.sections.get(name) ?? newSection(name, this.sections.size);
    this.sections.set(name, section);
    setAttributes(section, attributes);
    return section;
  }

  /** Empties all sections for the next walk, which also has to meet `org` again. */
  rewind(): void {
    for (const section of this.sections.values()) {
      section.offset = 0;
      section.bytes = new Bytes();
    }
    this.org = null;
  }

  /** Sizes and addresses of the sections as far as this walk has come; whether anything moved. */
  settle(): boolean {
    let moved = false;
    for (const section of this.sections.values()) {
      if (section.offset !== section.size) moved = true;
      section.size = section.offset;
    }
    return placeSections(this.sections, this.org ?? 0) || moved;
  }

  /**
   * `org`: where the program begins.
   *
   * @param wrong makes an error at the directive
   * @throws SourceError when it is no 32-bit address, or another than the one before
   */
  setOrigin(address: number, wrong: (message: string) => SourceError): void {
    if (address < 0 || address >= 2 ** 32) {
      throw wrong(`org ${address} does not fit in 32 bits`);
    }
    if (this.org !== null && this.org !== address) {
      const before = `0x${this.org.toString(16)}`;
      throw wrong(`the origin is ${before} already: a program has one 'org'`);
    }
    this.org = address;
  }

  /** Where the image begins: as `org` says, else at the lowest section with bytes. */
  get origin(): number {
    if (this.org !== null) return this.org;
    const filled = [...this.sections.values()].filter(({ nobits, size }) => !nobits && size > 0);
    return filled.length === 0 ? 0 : Math.min(...filled.map(({ load }) => load));
  }

  /** `section..data.start` and `.vstart`: where a section is loaded and where it runs. Null for other names. */
  symbol(name: string): Value | null {
    const found = /^section\.(.+)\.(v?)start$/.exec(name);
    const section = this.sections.get(found?.[1] ?? '');
    if (!found || !section) return null;
    return { value: BigInt(found[2] ? section.base : section.load), section: section.name };
  }

  /** Notes the statement that names a section, for errors about where the section lies. */
  note(statement: Statement & { readonly kind: 'section' }): void {
    this.statements.set(statement.name, statement);
  }

  /** Whether the sections want places they cannot have. */
  get hasProblems(): boolean {
    return sectionProblems(this.sections, this.org).length > 0;
  }

  /** Tells what is wrong with where the sections lie. `fallback` stands for the statement of one never named. */
  reportProblems(
    report: (error: SourceError, origin: Origin) => void,
    fallback: Statement | undefined,
  ): void {
    for (const { section, message } of sectionProblems(this.sections, this.org)) {
      const statement = this.statements.get(section.name) ?? fallback;
      if (!statement) continue;
      const { token, origin } = statement;
      report(new SourceError(message, token.at, token.text.length), origin);
    }
  }

  /** All sections with their bytes, in the order of their load addresses. */
  laidOut(): LaidOutSection[] {
    return inLoadOrder(this.sections.values()).map((section) => ({
      name: section.name,
      address: section.base,
      loadAddress: section.load,
      size: section.size,
      align: section.align,
      nobits: section.nobits,
      bytes: section.nobits ? new Uint8Array(0) : section.bytes.take(),
    }));
  }
}
