/** Command lines to values: strict, and every refusal names what would be accepted. */
import { UsageError } from './text';

export type OptionSpec =
  | { readonly kind: 'choice'; readonly values: readonly string[]; readonly default: string }
  | { readonly kind: 'count'; readonly unit: string; readonly default: number }
  | { readonly kind: 'path' }
  /** May be given several times. */
  | { readonly kind: 'paths' }
  /** Anything, the empty text too. */
  | { readonly kind: 'text' }
  /** A whole number, decimal or 0x and hexadecimal digits. */
  | { readonly kind: 'number'; readonly max: number }
  | { readonly kind: 'flag' };

export interface ParsedOptions {
  readonly positional: readonly string[];
  choice(name: string): string;
  count(name: string): number;
  path(name: string): string | null;
  paths(name: string): readonly string[];
  text(name: string): string | null;
  number(name: string): number | null;
  /** Whether the option was given at all. */
  given(name: string): boolean;
  flag(name: string): boolean;
}

/**
 * `--name value` and `--name=value`; `-o` is short for `--output`, `-h` for `--help`. Everything else is positional.
 *
 * @throws UsageError
 */
export function parseOptions(
  args: readonly string[],
  specs: Readonly<Record<string, OptionSpec>>,
): ParsedOptions {
  const given = new Map<string, string>();
  const lists = new Map<string, string[]>();
  const positional: string[] = [];
  for (let i = 0; i < args.length; i++) {
    const argument = args[i]!;
    if (!argument.startsWith('-') || argument === '-') {
      positional.push(argument);
      continue;
    }
    const equals = argument.indexOf('=');
    const written = equals < 0 ? argument : argument.slice(0, equals);
    const short: Readonly<Record<string, string>> = { '-o': 'output', '-h': 'help' };
    const name = short[written] ?? (written.startsWith('--') ? written.slice(2) : '');
    const spec = Object.hasOwn(specs, name) ? specs[name] : undefined;
    if (!spec) {
      const known = Object.keys(specs).map((option) => `--${option}`);
      throw new UsageError(`Unknown option '${written}'. Options: ${known.join(', ')}.`);
    }
    if (spec.kind === 'flag') {
      if (equals >= 0) throw new UsageError(`Option --${name} takes no value.`);
      given.set(name, 'true');
      continue;
    }
    const value = equals < 0 ? args[++i] : argument.slice(equals + 1);
    if (value === undefined || (value === '' && spec.kind !== 'text')) {
      throw new UsageError(`Option --${name} needs a value${accepted(spec)}.`);
    }
    check(name, value, spec);
    given.set(name, value);
    lists.set(name, [...(lists.get(name) ?? []), value]);
  }
  return {
    positional,
    choice: (name) => given.get(name) ?? defaultOf(specs[name]),
    count: (name) => Number(given.get(name) ?? defaultOf(specs[name])),
    path: (name) => given.get(name) ?? null,
    paths: (name) => lists.get(name) ?? [],
    text: (name) => given.get(name) ?? null,
    number: (name) => (given.has(name) ? Number(given.get(name)) : null),
    given: (name) => given.has(name),
    flag: (name) => given.has(name),
  };
}

function accepted(spec: OptionSpec): string {
  switch (spec.kind) {
    case 'choice':
      return `: ${spec.values.join(', ')}`;
    case 'count':
      return `: a whole number of ${spec.unit}, at least 1`;
    case 'number':
      return `: a whole number from 0 to 0x${spec.max.toString(16)}, decimal or 0x and hexadecimal digits`;
    default:
      return '';
  }
}

function check(name: string, value: string, spec: OptionSpec): void {
  const right = isRight(value, spec);
  if (!right) throw new UsageError(`'${value}' is no value of --${name}${accepted(spec)}.`);
}

function isRight(value: string, spec: OptionSpec): boolean {
  const number = Number(value);
  switch (spec.kind) {
    case 'choice':
      return spec.values.includes(value);
    case 'count':
      return /^[0-9]+$/.test(value) && number >= 1 && Number.isSafeInteger(number);
    case 'number':
      return /^([0-9]+|0x[0-9a-f]+)$/i.test(value) && number <= spec.max;
    default:
      return true;
  }
}

const defaultOf = (spec: OptionSpec | undefined): string =>
  spec && 'default' in spec ? String(spec.default) : '';
