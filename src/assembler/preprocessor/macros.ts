/** Multi-line macros: their table, the choice by number of parameters, and what `%1` and its kin become. */
import { CONDITION_NAMES } from '../../machine/codec/conditions';
import { SourceError } from '../errors';
import { render, type Token, tokenize } from '../lexer';
import type { Origin } from '../origin';
import { type Table, table } from '../table';
import { QUOTED, type RawLine, splitArguments, stripBraces } from './text';

export interface Macro {
  readonly name: string;
  readonly least: number;
  readonly most: number;
  /** The last parameter takes all that is left, commas included. */
  readonly greedy: boolean;
  readonly defaults: readonly string[];
  readonly body: readonly RawLine[];
  /** Parameters a greedy macro keeps apart, the last one taking the rest. */
  readonly named: number;
  /** Uses `%00`, the label in front of the invocation. */
  readonly takesLabel: boolean;
  /** `%rmacro`: may invoke itself. Any other name inside itself means the instruction it hides. */
  readonly recursive: boolean;
}

/** The parameters of one macro invocation. */
export interface Invocation {
  readonly id: number;
  readonly macro: Macro;
  /** The macro's name as it was written. */
  readonly name: string;
  readonly arguments: string[];
  /** What stands in front of the invocation, for `%00`. */
  readonly label: string;
  readonly origin: Origin;
}

const NAME = /^\s*([A-Za-z_.?@$][\w.?@$#~]*)/;
const COUNT = /^\s+(\d+)(?:-(\d+|\*))?(\+)?/;

interface Heading {
  readonly name: string;
  readonly least: number;
  readonly most: number;
  readonly greedy: boolean;
  readonly named: number;
  /** Characters read. */
  readonly length: number;
}

function headingOf(text: string): Heading | null {
  const name = NAME.exec(text);
  if (!name) return null;
  const count = COUNT.exec(text.slice(name[0].length));
  const least = Number(count?.[1] ?? 0);
  const open = count?.[2] === '*' || count?.[3] === '+';
  return {
    name: name[1]!,
    least,
    most: open ? Number.POSITIVE_INFINITY : Number(count?.[2] ?? least),
    greedy: count?.[3] === '+',
    named: Number(/^\d+$/.test(count?.[2] ?? '') ? count![2] : least),
    length: name[0].length + (count?.[0].length ?? 0),
  };
}

export class Macros {
  private readonly exact = new Map<string, Macro[]>();
  /** `%imacro`: by name in lower case. */
  private readonly insensitive = new Map<string, Macro[]>();

  get names(): readonly string[] {
    return [...this.exact.keys(), ...this.insensitive.keys()];
  }

  named(name: string): readonly Macro[] | undefined {
    return (
      this.exact.get(name) ??
      (this.insensitive.size > 0 ? this.insensitive.get(name.toLowerCase()) : undefined)
    );
  }

  /** `%macro name 1-3 default, default`: `text` from `at` on is what follows the directive. */
  define(
    text: string,
    at: number,
    body: readonly RawLine[],
    { anyCase, recursive }: { readonly anyCase: boolean; readonly recursive: boolean },
  ): void {
    const heading = headingOf(text.slice(at));
    if (!heading) {
      throw new SourceError(
        "%macro needs a name and a number of parameters, as in '%macro put 1'",
        at,
      );
    }
    const { name, least, most, greedy, named, length } = heading;
    const rest = text.slice(at + length).replace(/^\s*\.nolist\b/, '');
    const macro: Macro = {
      name,
      least,
      most,
      greedy,
      named,
      recursive,
      defaults: splitArguments(tokenize(rest)).map((argument) => render(stripBraces(argument))),
      body,
      takesLabel: body.some((line) => /%\{?00/.test(line.text)),
    };
    const table = anyCase ? this.insensitive : this.exact;
    const key = anyCase ? name.toLowerCase() : name;
    const others = (table.get(key) ?? []).filter(
      (other) => other.least !== least || other.most !== most,
    );
    table.set(key, [...others, macro]);
  }

  /** `%unmacro name 1-3`: the one with these parameters; without a number all of the name. */
  remove(text: string): void {
    const heading = headingOf(text);
    if (!heading) return;
    const all = !COUNT.test(text.slice(NAME.exec(text)![0].length));
    for (const [table, key] of [
      [this.exact, heading.name],
      [this.insensitive, heading.name.toLowerCase()],
    ] as const) {
      const left = (table.get(key) ?? []).filter(
        ({ least, most }) => !all && (least !== heading.least || most !== heading.most),
      );
      if (left.length > 0) table.set(key, left);
      else table.delete(key);
    }
  }

  /** `%ifmacro name 1-3`: whether a macro of the name would accept one of these numbers of parameters. */
  matches(text: string): boolean {
    const heading = headingOf(text);
    const found = heading && this.named(heading.name);
    if (!found) return false;
    if (!COUNT.test(text.slice(NAME.exec(text)![0].length))) return true;
    return found.some(({ least, most }) => heading.least <= most && heading.most >= least);
  }

  clear(): void {
    this.exact.clear();
    this.insensitive.clear();
  }

  /** The macro that takes so many parameters, if there is one. */
  withCount(name: string, count: number): Macro | undefined {
    return this.named(name)?.find(({ least, most, greedy }) =>
      greedy ? count >= least : count >= least && count <= most,
    );
  }

  /** The macro an invocation means. @throws SourceError when none of the name takes so many parameters */
  choose(head: Token, count: number): Macro {
    const macro = this.withCount(head.text, count);
    if (macro) return macro;
    const candidates = this.named(head.text) ?? [];
    const takes = candidates.map(({ least, most }) => {
      if (most === least) return `${least}`;
      return Number.isFinite(most) ? `${least} to ${most}` : `${least} or more`;
    });
    const plural = takes.join() === '1' ? 'parameter' : 'parameters';
    throw new SourceError(
      `macro '${head.text}' takes ${takes.join(' or ')} ${plural}, found ${count}`,
      head.at,
      head.text.length,
    );
  }
}

/** The parameters' texts: braces off, defaults filled in, the rest joined where the last one is greedy. */
export function argumentTexts(macro: Macro, given: readonly (readonly Token[])[]): string[] {
  const texts = given.map((argument) => render(stripBraces(argument)));
  const { greedy, named, least, defaults } = macro;
  if (greedy && named > 0 && texts.length > named) {
    const keep = named - 1;
    const rest = given.slice(keep).map(render).join(', ');
    return [...texts.slice(0, keep), rest];
  }
  // Those without a default are empty where they stand, and not counted in %0.
  for (let i = texts.length; i < least + defaults.length; i++) texts.push(defaults[i - least]!);
  return texts;
}

/** `%{1:3}` and the like: parameters of a range, backward where it is; -1 is the last. */
function range(invocation: Invocation, from: number, to: number): string {
  const { arguments: list } = invocation;
  // Numbers far from any parameter mean the place just past the first or last one.
  const index = (n: number): number =>
    Math.max(-1, Math.min(list.length, n < 0 ? list.length + n : n - 1));
  const [first, last] = [index(from), index(to)];
  const step = first <= last ? 1 : -1;
  const picked: string[] = [];
  for (let i = first; i !== last + step; i += step) picked.push(list[i] ?? '');
  return picked.join(',');
}

const CODES: readonly string[] = CONDITION_NAMES;
const CODE_SYNONYMS: Table<string> = table({
  ...{ c: 'b', nae: 'b', nc: 'ae', nb: 'ae', z: 'e', nz: 'ne', na: 'be', nbe: 'a' },
  ...{ pe: 'p', po: 'np', nge: 'l', nl: 'ge', ng: 'le', nle: 'g' },
});

function conditionCode(text: string, inverted: boolean, at: number): string {
  const word = text.trim().toLowerCase();
  const index = CODES.indexOf(CODE_SYNONYMS[word] ?? word);
  if (index < 0) {
    throw new SourceError(`'${text}' is no condition code, as e, ne, b or ae`, at);
  }
  return inverted ? CODES[index ^ 1]! : word;
}

const PARAMETER = new RegExp(
  `${QUOTED}|;.*$|%\\{(-?\\d+):(-?\\d+)\\}|%\\{?([+-]?)(\\d+)\\}?|%\\{?%([\\w.?@$#~]+)\\}?|%(\\?\\??)`,
  'g',
);

/** Cuts the comment off and replaces `%1`, `%{1}`, `%0`, `%{1:3}`, `%-1` and `%%label`, all outside strings. */
export function substitute(text: string, invocation: Invocation): string {
  if (!text.includes('%')) return text;
  return text.replace(
    PARAMETER,
    (
      all: string,
      from: string | undefined,
      to: string | undefined,
      sign: string | undefined,
      index: string | undefined,
      label: string | undefined,
      ownName: string | undefined,
      at: number,
    ) => {
      if (ownName !== undefined) return ownName === '?' ? invocation.name : invocation.macro.name;
      if (label !== undefined) return `..@${invocation.id}.${label}`;
      if (from !== undefined) return range(invocation, Number(from), Number(to));
      if (index === undefined) return all[0] === ';' ? '' : all;
      if (index === '00') return invocation.label;
      if (index === '0') return String(invocation.arguments.length);
      const argument = invocation.arguments[Number(index) - 1] ?? '';
      return sign ? conditionCode(argument, sign === '-', at) : argument;
    },
  );
}
