/** The `ringside` command: picks the command module, turns usage errors into words and exit status 2. */
import { closeSync, openSync, readFileSync, realpathSync, writeSync } from 'node:fs';
import { resolve } from 'node:path';
import { asmCommand } from './asm-command';
import { HELP } from './help';
import { runCommand } from './run-command';
import { NobodyListens, STATUS, type Terminal, UsageError } from './text';

const COMMANDS: Readonly<Record<string, (args: readonly string[], terminal: Terminal) => number>> =
  { run: runCommand, asm: asmCommand };

/**
 * @param argv arguments behind the program's name
 * @returns the process's exit status
 */
export async function main(
  argv: readonly string[],
  terminal: Terminal = processTerminal(),
): Promise<number> {
  const [command, ...args] = argv;
  if (command === undefined || command === '--help' || command === '-h' || command === 'help') {
    const print = command === undefined ? terminal.error : terminal.out;
    print(HELP);
    return command === undefined ? STATUS.usage : STATUS.ended;
  }
  try {
    const run = Object.hasOwn(COMMANDS, command) ? COMMANDS[command] : undefined;
    if (!run) {
      const known = Object.keys(COMMANDS).join(', ');
      throw new UsageError(`Unknown command '${command}'. Commands: ${known}.`);
    }
    return run(args, terminal);
  } catch (error) {
    if (error instanceof NobodyListens) return STATUS.usage;
    if (!(error instanceof UsageError)) throw error;
    const help = Object.hasOwn(COMMANDS, command)
      ? `ringside ${command} --help`
      : 'ringside --help';
    terminal.error(`ringside: ${error.message}\nSee ${help}.\n`);
    return STATUS.usage;
  }
}

const STDOUT = 1;
const STDERR = 2;

function processTerminal(): Terminal {
  return {
    out: (text) => {
      try {
        writeAll(STDOUT, text);
      } catch (error) {
        if (codeOf(error) === 'EPIPE') throw new NobodyListens();
        throw new UsageError(`Cannot write the output: ${(error as Error).message}.`);
      }
    },
    error: (text) => writeAll(STDERR, text),
    readFile: (path) => {
      try {
        return new Uint8Array(readFileSync(path));
      } catch {
        return null;
      }
    },
    whyUnreadable: (path) => {
      try {
        readFileSync(path);
        return 'cannot be read';
      } catch (error) {
        return UNREADABLE[codeOf(error) ?? ''] ?? `cannot be read (${(error as Error).message})`;
      }
    },
    isSameFile: (one, other) => realPath(one) === realPath(other),
    writeFile: (path) => {
      const file = openSync(path, 'w');
      let pending: string[] = [];
      let length = 0;
      const flush = () => {
        if (length > 0) writeAll(file, pending.join(''));
        pending = [];
        length = 0;
      };
      return {
        write: (data) => {
          if (typeof data !== 'string') {
            flush();
            writeAll(file, data);
            return;
          }
          pending.push(data);
          length += data.length;
          if (length > 1 << 16) flush();
        },
        close: () => {
          flush();
          closeSync(file);
        },
      };
    },
  };
}

const UNREADABLE: Readonly<Record<string, string>> = {
  ENOENT: 'does not exist',
  EISDIR: 'is a folder and cannot be read',
  EACCES: 'may not be read: its permissions forbid it',
  EPERM: 'may not be read: its permissions forbid it',
};

const codeOf = (error: unknown): string | undefined => (error as NodeJS.ErrnoException).code;

function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return resolve(path);
  }
}

/** A pipe may take only part of what is written, or ask to try again. */
function writeAll(file: number, data: string | Uint8Array): void {
  const bytes = typeof data === 'string' ? new TextEncoder().encode(data) : data;
  for (let at = 0; at < bytes.length; ) {
    try {
      at += writeSync(file, bytes, at);
    } catch (error) {
      if (codeOf(error) !== 'EAGAIN') throw error;
    }
  }
}
