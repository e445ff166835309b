/** Command lines to values: strict, and every refusal names what would be accepted. */
import { UsageError } from './text';

export type OptionSpec =
  | { readonly kind: 'choice'; readonly values: readonly string[]; readonly default: string }
  | { readonly kind: 'count'; readonly unit: string; readonly default: number }
  | { readonly kind: 'path' }
  | { readonly kind: 'flag' };

export interface ParsedOptions {
  readonly positional: readonly string[];
  choice(name: string): string;
  count(name: string): number;
  path(name: string): string | null;
  flag(name: string): boolean;
}

/**
 * `--name value` and `--name=value`; `-o` is short for `--output`. Everything else is positional.
 *
 * @throws UsageError
 */
export function parseOptions(
  args: readonly string[],
  specs: Readonly<Record<string, OptionSpec>>,
): ParsedOptions {
  const given = new Map<string, string>();
  const positional: string[] = [];
  for (let i = 0; i < args.length; i++) {
    const argument = args[i]!;
    if (!argument.startsWith('-') || argument === '-') {
      positional.push(argument);
      continue;
    }
    const equals = argument.indexOf('=');
    const written = equals < 0 ? argument : argument.slice(0, equals);
    const name = written === '-o' ? 'output' : written.startsWith('--') ? written.slice(2) : '';
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
    if (value === undefined || value === '') {
      throw new UsageError(`Option --${name} needs a value${accepted(spec)}.`);
    }
    check(name, value, spec);
    given.set(name, value);
  }
  return {
    positional,
    choice: (name) => given.get(name) ?? defaultOf(specs[name]),
    count: (name) => Number(given.get(name) ?? defaultOf(specs[name])),
    path: (name) => given.get(name) ?? null,
    flag: (name) => given.has(name),
  };
}

const accepted = (spec: OptionSpec): string =>
  spec.kind === 'choice'
    ? `: ${spec.values.join(', ')}`
    : spec.kind === 'count'
      ? `: a whole number of ${spec.unit}, at least 1`
      : '';

function check(name: string, value: string, spec: OptionSpec): void {
  const right =
    spec.kind === 'choice'
      ? spec.values.includes(value)
      : spec.kind === 'count'
        ? /^[0-9]+$/.test(value) && Number(value) >= 1 && Number.isSafeInteger(Number(value))
        : true;
  if (!right) throw new UsageError(`'${value}' is no value of --${name}${accepted(spec)}.`);
}

const defaultOf = (spec: OptionSpec | undefined): string =>
  spec && 'default' in spec ? String(spec.default) : '';
