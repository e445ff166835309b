/**
 * Sections and where they lie: in the image (`load`) and, while the program runs (`base`).
 *
 * The rules are those of NASM's flat binaries. Sections with bytes lie one behind the other, `.text` first, the others as
 * they appeared; `start=` begins a new row at an address, and rows are in order of address; `follows=` moves a section
 * behind another. `vstart=` and `vfollows=` change the run address only: code that copies itself away is written so.
 * Sections without bytes (`.bss`) come last and take no room in the image.
 *
 * @see NASM manual, "Flat-Form Binary Output", "Multisection Support for the bin Format"
 */
import { Bytes } from './data-bytes';
import type { SectionAttributes } from './statements';

export interface Section {
  readonly name: string;
  readonly order: number;
  align: number;
  /** Of the run address, where it differs from the load address. */
  valign: number | null;
  nobits: boolean;
  start: number | null;
  vstart: number | null;
  follows: string | null;
  vfollows: string | null;
  /** Run address of its first byte. */
  base: number;
  /** Where its first byte is loaded: the same, unless `vstart` or `vfollows` says otherwise. */
  load: number;
  /** How far the present walk has come, and how far the one before came. */
  offset: number;
  size: number;
  bytes: Bytes;
}

export function newSection(name: string, order: number): Section {
  return {
    ...{ name, order, bytes: new Bytes(), base: 0, load: 0, offset: 0, size: 0 },
    ...{ align: name === '.text' ? 1 : 4, valign: null, nobits: name === '.bss' },
    ...{ start: null, vstart: null, follows: null, vfollows: null },
  };
}

/** Later mentions of a section may add attributes; those not named stay. */
export function setAttributes(section: Section, attributes: SectionAttributes): void {
  Object.assign(section, attributes);
}

/** In the order of their load addresses; those without bytes last. */
export function inLoadOrder(sections: Iterable<Section>): Section[] {
  const all = [...sections].sort((a, b) => a.order - b.order);
  return [
    ...inRows(behindLeaders(all.filter((section) => !section.nobits))),
    ...inRows(behindLeaders(all.filter((section) => section.nobits))),
  ];
}

const isFree = ({ start, follows }: Section): boolean => start === null && follows === null;

/** Moves each section with `follows=` behind its leader, together with the sections that appear after it. */
function behindLeaders(sections: readonly Section[]): Section[] {
  const list = [...sections];
  for (const section of sections) {
    if (section.follows === null || section.follows === section.name) continue;
    const from = list.indexOf(section);
    let to = from + 1;
    while (to < list.length && isFree(list[to]!) && list[to]!.name !== section.follows) to++;
    const run = list.splice(from, to - from);
    const leader = list.findIndex(({ name }) => name === section.follows);
    // A leader that is missing, or has no bytes, or follows its follower, is told elsewhere.
    list.splice(leader < 0 ? from : leader + 1, 0, ...run);
  }
  return list;
}

/** Each `start=` begins a row, to which the sections behind it belong; rows are in order of address. */
function inRows(sections: readonly Section[]): Section[] {
  const list: Section[][] = [];
  for (const section of sections) {
    if (section.start !== null || list.length === 0) list.push([section]);
    else list.at(-1)!.push(section);
  }
  const startOf = (row: readonly Section[]): number => row[0]!.start ?? Number.NEGATIVE_INFINITY;
  return list.sort((a, b) => startOf(a) - startOf(b)).flat();
}

interface Place {
  readonly load: number;
  readonly base: number;
}

function endOf(section: Section): Place;
function endOf(section: Section | undefined): Place | undefined;
function endOf(section: Section | undefined): Place | undefined {
  return section && { load: section.load + section.size, base: section.base + section.size };
}

const up = (address: number, boundary: number): number => Math.ceil(address / boundary) * boundary;

/**
 * Gives all sections addresses, from the sizes of the last walk.
 *
 * @param origin where the image begins, and so its first section
 * @returns whether anything moved
 */
export function placeSections(sections: ReadonlyMap<string, Section>, origin: number): boolean {
  const ordered = inLoadOrder(sections.values());
  const places = ordered.map(({ load, base }) => [load, base] as const);
  let last: Place = { load: origin, base: origin };
  let lastFilled = last;
  for (const section of ordered) {
    // What has no bytes takes no room in the image either.
    const before = section.nobits ? last : lastFilled;
    const leader = endOf(sections.get(section.follows ?? '')) ?? before;
    const aligned = up(leader.load, section.align);
    section.load = section.start ?? aligned;
    section.base = section.vstart ?? section.load;
    const to = endOf(sections.get(section.vfollows ?? ''));
    if (section.vstart === null) {
      if (to) section.base = up(to.base, section.valign ?? section.align);
      else if (section.valign !== null) section.base = up(section.load, section.valign);
      // Without bytes there is no place in the image: it runs on behind what runs before it.
      else if (section.nobits && section.start === null)
        section.base = up(leader.base, section.align);
    }
    last = endOf(section);
    if (!section.nobits) lastFilled = last;
  }
  return ordered.some((section, i) => {
    const [load, base] = places[i]!;
    return section.load !== load || section.base !== base;
  });
}

/** Two sections with bytes that want the same place in the image, or null. */
export function overlapping(sections: Iterable<Section>): readonly [Section, Section] | null {
  const filled = [...sections]
    .filter(({ nobits, size }) => !nobits && size > 0)
    .sort((a, b) => a.load - b.load || a.order - b.order);
  for (const [i, section] of filled.entries()) {
    const before = filled[i - 1];
    if (before && before.load + before.size > section.load) return [before, section];
  }
  return null;
}

export interface SectionProblem {
  readonly section: Section;
  readonly message: string;
}

/** No program and no flat image is larger. */
export const MAX_IMAGE_BYTES = 64 * 1024 * 1024;

/** What is wrong with where the sections lie, once nothing moves any more. */
export function sectionProblems(
  sections: ReadonlyMap<string, Section>,
  origin: number | null,
): SectionProblem[] {
  const problems: SectionProblem[] = [];
  for (const section of sections.values()) {
    const { name, load, base, size, nobits } = section;
    const wrong = (message: string): void => {
      problems.push({ section, message: `section '${name}' ${message}` });
    };
    for (const leader of [section.follows, section.vfollows]) {
      if (leader === null) continue;
      if (!sections.has(leader)) wrong(`follows '${leader}', and there is no such section`);
      else if (leadsTo(sections, leader, name)) {
        wrong('follows itself');
        return problems;
      }
    }
    if (Math.max(load, base) + size > 2 ** 32) wrong('ends beyond 4 GiB');
    if (origin !== null && !nobits && size > 0 && load < origin) {
      wrong(`lies at 0x${load.toString(16)}, before the origin 0x${origin.toString(16)}`);
    }
  }
  if (problems.length > 0) return problems;
  const both = overlapping(sections.values());
  if (both) {
    const [one, other] = both;
    const range = ({ load, size }: Section): string =>
      `0x${load.toString(16)} to 0x${(load + size - 1).toString(16)}`;
    const message = `section '${other.name}' (${range(other)}) overlaps '${one.name}' (${range(one)})`;
    return [{ section: other, message }];
  }
  const filled = inLoadOrder(sections.values()).filter(({ nobits, size }) => !nobits && size > 0);
  const first = filled[0];
  const far = filled.find(({ load, size }) => load + size - first!.load > MAX_IMAGE_BYTES);
  if (first && far) {
    const message = `section '${far.name}' lies more than ${MAX_IMAGE_BYTES} bytes behind '${first.name}': an image cannot have such a gap`;
    return [{ section: far, message }];
  }
  return [];
}

function leadsTo(sections: ReadonlyMap<string, Section>, from: string, to: string): boolean {
  const seen = new Set<string>();
  for (let name: string | null = from; name !== null && !seen.has(name); ) {
    if (name === to) return true;
    seen.add(name);
    const section = sections.get(name);
    name = section?.follows ?? section?.vfollows ?? null;
  }
  return false;
}
