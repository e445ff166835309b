/** `ringside run`: one world from start to end, without history. */
import { SHIPPED_TEXTS } from '../guests/registry';
import {
  DEFAULT_WORLD,
  type GuestSource,
  type ImageChoice,
  makeSystem,
  type Outcome,
  resultObject,
  type System,
  traceLine,
  type World,
} from '../session';
import { guestNamed, problemText, refuseOverwriting } from './guest-file';
import { RUN_HELP } from './help';
import { type OptionSpec, parseOptions } from './options';
import { type FileSink, STATUS, type Terminal, UsageError } from './text';

const MIB = 1024 * 1024;
const IMAGE_FORMATS = ['multiboot', 'rom', 'boot-sector', 'flat'] as const;

const OPTIONS: Readonly<Record<string, OptionSpec>> = {
  technique: {
    kind: 'choice',
    values: ['bare', 'binary-translation'],
    default: DEFAULT_WORLD.technique,
  },
  cpu: { kind: 'choice', values: ['x86', 'x86-strict'], default: 'x86' },
  'memory-scheme': {
    kind: 'choice',
    values: ['shadow-virtual-tlb'],
    default: 'shadow-virtual-tlb',
  },
  host: { kind: 'choice', values: ['type-1'], default: 'type-1' },
  costs: { kind: 'choice', values: ['pentium4', 'modern'], default: 'pentium4' },
  memory: { kind: 'count', unit: 'MiB', default: DEFAULT_WORLD.memoryBytes / MIB },
  format: { kind: 'choice', values: ['auto', ...IMAGE_FORMATS], default: 'auto' },
  'load-address': { kind: 'number', max: 0xffffffff },
  entry: { kind: 'number', max: 0xffffffff },
  bits: { kind: 'choice', values: ['16', '32'], default: '32' },
  'command-line': { kind: 'text' },
  module: { kind: 'paths' },
  'log-port': { kind: 'number', max: 0xffff },
  input: { kind: 'text' },
  'serial-input': { kind: 'text' },
  'max-instructions': { kind: 'count', unit: 'machine instructions', default: 1_000_000_000 },
  json: { kind: 'flag' },
  events: { kind: 'path' },
  trace: { kind: 'path' },
  help: { kind: 'flag' },
};

/** Instructions between two looks at the console. */
const SLICE = 1_000_000;

export function runCommand(args: readonly string[], terminal: Terminal): number {
  const options = parseOptions(args, OPTIONS);
  if (options.flag('help')) {
    terminal.out(RUN_HELP);
    return STATUS.ended;
  }
  const [name, ...rest] = options.positional;
  if (name === undefined) throw new UsageError('run needs a GUEST.');
  if (rest.length > 0) throw new UsageError(`run takes one GUEST; '${rest[0]}' is too much.`);
  refuseOverwriting(
    terminal,
    [name, ...options.paths('module')],
    [options.path('events'), options.path('trace')],
  );
  const made = makeSystem(worldOf(guestNamed(name, terminal), options, terminal), SHIPPED_TEXTS);
  if (!made.ok) {
    terminal.error(problemText(made.error));
    return STATUS.usage;
  }
  const system = made.value;
  const json = options.flag('json');
  const sinks: FileSink[] = [];
  const open = (path: string | null): FileSink | null => {
    if (path === null) return null;
    const sink = openFor(path, terminal);
    sinks.push(sink);
    return sink;
  };
  const events = open(options.path('events'));
  const trace = open(options.path('trace'));
  if (events) {
    system.events.listener = (event) => events.write(`${JSON.stringify(event)}\n`);
  }
  let printed = 0;
  const showConsole = () => {
    const text = system.serial();
    if (!json && text.length > printed) terminal.out(text.slice(printed));
    printed = text.length;
  };
  const limit = options.count('max-instructions');
  const outcome = trace
    ? runTraced(system, limit, trace, showConsole)
    : runPlain(system, limit, showConsole);
  for (const sink of sinks) sink.close();
  showConsole();
  const text = system.serial();
  // What follows must not hang on the guest's last line.
  if (!json && ('message' in outcome || outcome.kind === 'budget') && /[^\n]$/.test(text)) {
    terminal.error('\n');
  }
  if (json) terminal.out(`${JSON.stringify(resultObject(system, outcome), null, 2)}\n`);
  else if ('message' in outcome) terminal.error(`${outcome.kind}: ${outcome.message}\n`);
  else if (outcome.kind === 'budget') terminal.error(`budget: ${limit} instructions are spent\n`);
  return statusOf(outcome);
}

type Options = ReturnType<typeof parseOptions>;

function worldOf(guest: GuestSource, options: Options, terminal: Terminal): World {
  const logPort = options.number('log-port');
  const text = options.text('input');
  const serial = options.text('serial-input');
  const input = {
    ...(text === null ? {} : { text: unescaped(text) }),
    ...(serial === null ? {} : { serial: unescaped(serial) }),
  };
  // The choices are checked against the same lists as the types' by `OPTIONS`.
  return {
    guest,
    technique: options.choice('technique') as World['technique'],
    cpu: options.choice('cpu') as World['cpu'],
    memoryScheme: options.choice('memory-scheme') as World['memoryScheme'],
    host: options.choice('host') as World['host'],
    costs: options.choice('costs') as World['costs'],
    memoryBytes: options.count('memory') * MIB,
    image: imageChoice(options, terminal),
    ...(logPort === null ? {} : { logPort }),
    ...(Object.keys(input).length > 0 ? { input } : {}),
  };
}

/** Only what was given: an option that the file's format has no use for is refused by the loader. */
function imageChoice(options: Options, terminal: Terminal): ImageChoice {
  const format = IMAGE_FORMATS.find((known) => known === options.choice('format'));
  const loadAddress = options.number('load-address');
  const entry = options.number('entry');
  const commandLine = options.text('command-line');
  const modules = options.paths('module').map((path) => {
    const bytes = terminal.readFile(path);
    if (!bytes) throw new UsageError(`The module '${path}' ${terminal.whyUnreadable(path)}.`);
    return { text: path, bytes };
  });
  return {
    ...(format === undefined ? {} : { format }),
    ...(loadAddress === null ? {} : { loadAddress }),
    ...(entry === null ? {} : { entry }),
    ...(options.given('bits') ? { bits: options.choice('bits') === '16' ? 16 : 32 } : {}),
    ...(commandLine === null ? {} : { commandLine }),
    ...(modules.length > 0 ? { modules } : {}),
  };
}

/**
 * `\\n`, `\\r`, `\\t`, `\\b`, `\\e`, `\\\\` and `\\xHH`, so that keys without a character can be typed.
 *
 * @throws UsageError for any other
 */
function unescaped(text: string): string {
  const named: Readonly<Record<string, string>> = {
    n: '\n',
    r: '\r',
    t: '\t',
    b: '\b',
    e: '\x1b',
    '\\': '\\',
  };
  return text.replace(/\\(?:x([0-9a-f]{2})|(.?))/gis, (whole, hex, letter) => {
    if (hex) return String.fromCharCode(Number.parseInt(hex, 16));
    const key = named[letter];
    if (key !== undefined) return key;
    throw new UsageError(
      `'${whole}' is no key: \\n, \\r, \\t, \\b, \\e, \\xHH and \\\\ are known.`,
    );
  });
}

function openFor(path: string, terminal: Terminal): FileSink {
  const named = <T>(act: () => T): T => {
    try {
      return act();
    } catch (error) {
      throw new UsageError(`Cannot write '${path}': ${(error as Error).message}.`);
    }
  };
  const sink = named(() => terminal.writeFile(path));
  // A disk may be full only later.
  return {
    write: (data) => named(() => sink.write(data)),
    close: () => named(() => sink.close()),
  };
}

function runPlain(system: System, limit: number, showConsole: () => void): Outcome {
  for (;;) {
    const outcome = system.run(system.moment + Math.min(SLICE, limit - system.retired));
    showConsole();
    if (outcome.kind !== 'budget' || system.retired >= limit) return outcome;
  }
}

/** One line for each moment at which the guest stands behind another of its own instructions. */
function runTraced(
  system: System,
  limit: number,
  trace: FileSink,
  showConsole: () => void,
): Outcome {
  let written = system.guestRetired;
  for (;;) {
    const outcome = system.run(system.moment + Math.min(1, limit - system.retired));
    const stopped = outcome.kind !== 'budget';
    if (system.guestRetired > written && (stopped || system.atGuestBoundary())) {
      written = system.guestRetired;
      trace.write(traceLine(system));
    }
    if (stopped || system.retired >= limit) return outcome;
    if (system.moment % SLICE === 0) showConsole();
  }
}

function statusOf(outcome: Outcome): number {
  switch (outcome.kind) {
    case 'exited':
    case 'halted':
      return STATUS.ended;
    case 'budget':
      return STATUS.budget;
    default:
      return STATUS.died;
  }
}
