/** `ringside asm`: source to image, with a listing on request. */
import { SHIPPED_TEXTS } from '../guests/registry';
import { assembleSource } from '../session';
import { filesBeside, refuseOverwriting, sourceText } from './guest-file';
import { ASM_HELP } from './help';
import { type OptionSpec, parseOptions } from './options';
import { STATUS, type Terminal, UsageError } from './text';

const OPTIONS: Readonly<Record<string, OptionSpec>> = {
  output: { kind: 'path' },
  listing: { kind: 'path' },
  format: { kind: 'choice', values: ['elf', 'flat'], default: 'elf' },
  help: { kind: 'flag' },
};

export function asmCommand(args: readonly string[], terminal: Terminal): number {
  const options = parseOptions(args, OPTIONS);
  if (options.flag('help')) {
    terminal.out(ASM_HELP);
    return STATUS.ended;
  }
  const [source, ...rest] = options.positional;
  const output = options.path('output');
  if (source === undefined) throw new UsageError('asm needs a SOURCE file.');
  if (rest.length > 0) throw new UsageError(`asm takes one SOURCE; '${rest[0]}' is too much.`);
  if (output === null) throw new UsageError('asm needs -o FILE.');
  const bytes = terminal.readFile(source);
  if (!bytes) throw new UsageError(`'${source}' ${terminal.whyUnreadable(source)}.`);
  const format = options.choice('format') === 'flat' ? 'flat' : 'elf';
  const listing = options.path('listing');
  refuseOverwriting(terminal, [source], [output, listing]);
  const text = sourceText(source, bytes);
  const files = filesBeside(source, text, terminal);
  const assembled = assembleSource(source, text, format, { ...SHIPPED_TEXTS.library, ...files });
  if (!assembled.ok) {
    for (const error of assembled.error) terminal.error(`${error}\n`);
    return STATUS.usage;
  }
  for (const warning of assembled.value.warnings) terminal.error(`${warning}\n`);
  save(terminal, output, assembled.value.image);
  if (listing !== null) save(terminal, listing, assembled.value.listing);
  return STATUS.ended;
}

function save(terminal: Terminal, path: string, data: string | Uint8Array): void {
  try {
    const sink = terminal.writeFile(path);
    sink.write(data);
    sink.close();
  } catch (error) {
    throw new UsageError(`Cannot write '${path}': ${(error as Error).message}.`);
  }
}
