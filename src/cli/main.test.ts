import { describe, expect, it } from 'vitest';
import { assemble, toElf } from '../assembler';
import { shippedGuest } from '../guests/registry';
import { meantRun } from '../guests/shipped-guest';
import { main } from './main';
import type { Terminal } from './text';

interface Ran {
  readonly status: number;
  readonly out: string;
  readonly error: string;
  readonly files: ReadonlyMap<string, string | Uint8Array>;
}

/** Runs the command with files that exist in memory only. */
async function ringside(args: string, given: Record<string, string | Uint8Array> = {}) {
  let out = '';
  let error = '';
  const files = new Map<string, string | Uint8Array>();
  const terminal: Terminal = {
    out: (text) => {
      out += text;
    },
    error: (text) => {
      error += text;
    },
    readFile: (path) => {
      const file = given[path];
      return typeof file === 'string' ? new TextEncoder().encode(file) : (file ?? null);
    },
    whyUnreadable: () => 'does not exist',
    isSameFile: (one, other) => one === other,
    writeFile: (path) => {
      if (path.startsWith('/nowhere/')) throw new Error('no such directory');
      files.set(path, '');
      return {
        write: (data) => {
          const before = files.get(path);
          files.set(path, typeof data === 'string' ? `${String(before)}${data}` : data);
        },
        close: () => {},
      };
    },
  };
  const status = await main(args.split(' '), terminal);
  return { status, out, error, files } satisfies Ran;
}

/** `main` with a terminal of its own making. */
async function withTerminal(args: string, own: Partial<Terminal>) {
  let error = '';
  const terminal: Terminal = {
    out: () => {},
    error: (text) => {
      error += text;
    },
    readFile: () => new TextEncoder().encode(guest(EXIT)),
    whyUnreadable: () => 'is a folder',
    isSameFile: (one, other) => one === other,
    writeFile: () => ({ write: () => {}, close: () => {} }),
    ...own,
  };
  return { status: await main(args.split(' '), terminal), error };
}

describe('files', () => {
  it('that cannot be read are named with the reason', async () => {
    const own = { readFile: () => null };
    for (const args of ['run d', 'asm d -o x', 'run hello-rings --module d']) {
      const { status, error } = await withTerminal(args, own);
      expect(status).toBe(2);
      expect(error).toMatch(/'d'.*is a folder/);
    }
  });

  it.each([
    ['asm a.asm -o a.asm', /'a\.asm' would be overwritten/],
    ['asm a.asm -o x --listing a.asm', /'a\.asm' would be overwritten/],
    ['asm a.asm -o x --listing x', /two results/],
    ['run a.asm --trace a.asm', /'a\.asm' would be overwritten/],
    ['run a.asm --trace x --events x', /two results/],
  ])('are not overwritten by results: %s', async (args, message) => {
    const writeFile = () => {
      throw new Error('was opened for writing');
    };
    const { status, error } = await withTerminal(args, { writeFile });
    expect(status).toBe(2);
    expect(error).toMatch(message);
  });

  it('that fill the disk end the run with the name of the file', async () => {
    const full = () => {
      throw new Error('no space left on device');
    };
    const own = { writeFile: () => ({ write: full, close: () => {} }) };
    const { status, error } = await withTerminal('run a.asm --trace t', own);
    expect(status).toBe(2);
    expect(error).toMatch(/Cannot write 't': no space left/);
  });

  it('that are source by their name and not by their bytes are refused with the line', async () => {
    const latin1 = Uint8Array.from("nop\ndb 'é'\n", (letter) => letter.charCodeAt(0));
    for (const args of ['run a.asm', 'asm a.asm -o x']) {
      const { status, error } = await withTerminal(args, { readFile: () => latin1 });
      expect(status).toBe(2);
      expect(error).toMatch(/a\.asm:2: Byte 0xe9/);
    }
  });
});

describe('a key that is not known', () => {
  it('is refused instead of being typed letter by letter', async () => {
    const { status, error } = await withTerminal('run a.asm --input a\\q', {});
    expect(status).toBe(2);
    expect(error).toMatch(/'\\q' is no key/);
  });
});

const hello = shippedGuest('hello-rings')!;
const expected = meantRun(hello, 'bare');

/** A Multiboot guest around a few instructions. */
const guest = (body: string) => `
bits 32
section .text
align 4
dd 0x1badb002, 0, -0x1badb002
global _start
_start:
${body}
`;
const EXIT = 'mov al,3\nout 0xf4,al\nhlt';

describe('ringside run', () => {
  it.each(['bare', 'binary-translation'])(
    'prints the guest console and ends with status 0 on %s',
    async (technique) => {
      const { status, out, error } = await ringside(`run hello-rings --technique ${technique}`);
      expect(out).toBe(expected.console);
      expect(error).toBe('');
      expect(status).toBe(0);
    },
    60_000,
  );

  it('prints one JSON object and nothing else with --json', async () => {
    const { status, out } = await ringside('run hello-rings --technique=bare --json');
    const result = JSON.parse(out);
    expect(status).toBe(0);
    expect(Object.keys(result)).toEqual([
      'outcome',
      'exitCode',
      'retired',
      'guestRetired',
      'cycles',
      'cyclesByCause',
      'counts',
      'console',
      'registers',
    ]);
    expect(result).toMatchObject({
      outcome: 'exited',
      exitCode: expected.exitCode,
      console: expected.console,
    });
    expect(result.counts.trap).toBeGreaterThan(0);
    const sum = Object.values<number>(result.cyclesByCause).reduce((a, b) => a + b, 0);
    expect(sum).toBe(result.cycles);
  });

  it('counts translations, hits far above misses, chains, callouts and injections', async () => {
    const { out } = await ringside('run hello-rings --technique binary-translation --json');
    const { counts, console } = JSON.parse(out);
    expect(console).toBe(expected.console);
    for (const kind of ['translated', 'chained', 'callout', 'injected']) {
      expect(counts[kind], kind).toBeGreaterThan(0);
    }
    expect(counts['cache-hit']).toBeGreaterThan(20 * counts['cache-miss']);
  }, 60_000);

  it('ends with status 3 when the budget is spent, and says so', async () => {
    const { status, out } = await ringside('run hello-rings --max-instructions 1000 --json');
    expect(status).toBe(3);
    expect(JSON.parse(out)).toMatchObject({ outcome: 'budget', exitCode: null, retired: 1000 });
  });

  it('writes one trace line per guest instruction', async () => {
    const source = guest(`mov eax,7\nmov ebx,eax\n${EXIT}`);
    const { files, status } = await ringside('run g.asm --technique bare --trace t.jsonl', {
      'g.asm': source,
    });
    expect(status).toBe(0);
    const lines = String(files.get('t.jsonl'))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines.map((line) => line.guestRetired)).toEqual([1, 2, 3, 4]);
    expect(lines[1]).toMatchObject({ eax: 7, ebx: 7 });
    for (const name of ['eflags', 'eip', 'cs', 'ss', 'ds', 'es', 'fs', 'gs', 'cr0', 'cr2', 'cr3']) {
      expect(lines[0]).toHaveProperty(name);
    }
  });

  it('writes every event with --events', async () => {
    const { files } = await ringside('run g.asm --technique bare --events e.jsonl', {
      'g.asm': guest(EXIT),
    });
    const kinds = String(files.get('e.jsonl'))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).kind);
    expect(kinds).toContain('exit');
  });

  it('ends with status 1 and names what is not implemented', async () => {
    const { status, error } = await ringside('run g.asm --technique bare', {
      'g.asm': guest('ud2'),
    });
    expect(status).toBe(1);
    expect(error).toMatch(/triple-fault|stopped/);
  });

  it('runs an ELF image as it runs its source', async () => {
    const assembled = assemble(hello.source, { name: 'hello-rings.asm' });
    if (!assembled.ok) throw new Error('hello-rings assembles');
    const { out } = await ringside('run image.elf --technique bare', {
      'image.elf': toElf(assembled.value),
    });
    expect(out).toBe(expected.console);
  });

  it('starts a shipped guest in its own format and types what it expects', async () => {
    const boot = await ringside('run boot-sector --technique bare');
    expect(boot).toMatchObject({ status: 0, out: 'real mode: 16 bits\nprotected mode: 32 bits\n' });
    const keys = await ringside('run keyboard-echo --technique bare');
    expect(keys.out).toMatch(/^type: Hello 386\n/);
  });

  it('finds what a source includes beside it, and what the shipped guests share', async () => {
    const files = {
      'my/g.asm': '%include "lib/start.inc"\n%include "say.inc"\nmain: say\nret\n',
      'my/say.inc': '%macro say 0\nprint "hello"\n%endmacro\n',
    };
    expect(await ringside('run my/g.asm --technique bare', files)).toMatchObject({ out: 'hello' });
    const assembled = await ringside('asm my/g.asm -o g.elf', files);
    expect(assembled).toMatchObject({ status: 0, error: '' });
    expect(
      (await ringside('asm my/g.asm -o g.elf', { 'my/g.asm': files['my/g.asm'] })).error,
    ).toMatch(/g\.asm:2.*say\.inc/);
  });

  it('types --input on the keyboard and sends --serial-input, with escapes', async () => {
    const keys = guest(`wait: in al,0x64
test al,1
jz wait
in al,0x60
out 0xf4,al`);
    const typed = await ringside('run g.asm --technique bare --json --input \\n', {
      'g.asm': keys,
    });
    expect(JSON.parse(typed.out)).toMatchObject({ outcome: 'exited', exitCode: 0x1c });
    const serial = guest(`mov dx,0x3fd
wait: in al,dx
test al,1
jz wait
mov dx,0x3f8
in al,dx
out 0xf4,al`);
    const sent = await ringside('run g.asm --technique bare --json --serial-input \\x07', {
      'g.asm': serial,
    });
    expect(JSON.parse(sent.out)).toMatchObject({ outcome: 'exited', exitCode: 7 });
  });

  it('runs a flat binary at an address and prints what it writes to the log port', async () => {
    // mov al,'A'; out 0xe9,al; mov al,[0x300001]; out 0xf4,al; hlt
    const image = Uint8Array.of(0xb0, 0x41, 0xe6, 0xe9, 0xa0, 1, 0, 0x30, 0, 0xe6, 0xf4, 0xf4);
    const command =
      'run g.bin --technique bare --format flat --load-address 0x300000 --log-port 0xe9';
    const { out, status } = await ringside(command, { 'g.bin': image });
    expect([out, status]).toEqual(['A', 0]);
    const json = await ringside(`${command} --json`, { 'g.bin': image });
    expect(JSON.parse(json.out)).toMatchObject({ exitCode: 0x41, console: 'A' });
  });

  it('starts a boot sector from its source in real mode', async () => {
    const source = 'bits 16\norg 0x7c00\nmov al,5\nout 0xf4,al\ntimes 510-($-$$) db 0\ndw 0xaa55\n';
    const { out } = await ringside('run b.asm --technique bare --format boot-sector --json', {
      'b.asm': source,
    });
    expect(JSON.parse(out)).toMatchObject({ outcome: 'exited', exitCode: 5 });
  });

  it('names file, line and column of an error in the source', async () => {
    const { status, error } = await ringside('run g.asm', { 'g.asm': 'bits 32\n mvo eax,1\n' });
    expect(status).toBe(2);
    expect(error).toMatch(/^g\.asm:2:\d+: error: /);
  });

  it('names the accepted formats for a file that is no guest', async () => {
    const { status, error } = await ringside('run song.mp3', { 'song.mp3': 'la la la' });
    expect(status).toBe(2);
    expect(error).toMatch(/Multiboot/);
    expect(error).toMatch(/\.asm/);
  });

  it.each([
    ['run hello-rings --technique xen', /bare, binary-translation/],
    ['run hello-rings --costs', /pentium4, modern/],
    ['run hello-rings --colour', /--technique/],
    ['run hello-rings --max-instructions -5', /whole number/],
    ['run', /GUEST/],
    ['run no-such-guest', /hello-rings/],
    ['run hello-rings --trace /nowhere/t', /no such directory/],
    ['run hello-rings --memory 1', /MiB/],
    ['run hello-rings --log-port 0x10000', /from 0 to 0xffff/],
    ['run hello-rings --format elf', /multiboot, rom, boot-sector, flat/],
    ['run hello-rings --load-address 0x100000', /--format flat/],
    ['run hello-rings --module nowhere', /'nowhere' does not exist/],
    ['run hello-rings --input é', /No key types/],
    ['dance', /run, asm/],
  ])('refuses `%s` with what would be accepted', async (args, words) => {
    const { status, error, out } = await ringside(args);
    expect(status).toBe(2);
    expect(out).toBe('');
    expect(error).toMatch(words);
  });
});

describe('ringside asm', () => {
  it('writes an ELF image and a listing', async () => {
    const { status, files } = await ringside('asm g.asm -o g.elf --listing g.lst', {
      'g.asm': guest(EXIT),
    });
    expect(status).toBe(0);
    const image = files.get('g.elf') as Uint8Array;
    expect([...image.subarray(0, 4)]).toEqual([0x7f, 0x45, 0x4c, 0x46]);
    expect(String(files.get('g.lst'))).toContain('out 0xf4,al');
  });

  it('writes bare bytes with --format flat', async () => {
    const { files } = await ringside('asm g.asm --format flat --output g.bin', {
      'g.asm': 'bits 32\n nop\n',
    });
    expect([...(files.get('g.bin') as Uint8Array)]).toEqual([0x90]);
  });

  it('shows errors with the source line', async () => {
    const { status, error } = await ringside('asm g.asm -o g.elf', { 'g.asm': 'mov eax,\n' });
    expect(status).toBe(2);
    expect(error).toContain('g.asm:1');
  });

  it('shows warnings, and writes the image all the same', async () => {
    const { status, error, files } = await ringside('asm g.asm -o g.bin --format flat', {
      'g.asm': '%warning mind this\n nop\n',
    });
    expect(status).toBe(0);
    expect(error).toContain('g.asm:1:1: warning: mind this');
    expect([...(files.get('g.bin') as Uint8Array)]).toEqual([0x90]);
  });
});

describe('help', () => {
  it.each(['--help', 'run --help', 'asm --help'])('is printed by `%s`', async (args) => {
    const { status, out } = await ringside(args);
    expect(status).toBe(0);
    expect(out).toContain('ringside');
  });

  it("ends the guest's last line before it says how the run ended", async () => {
    const text = guest("mov dx,0x3f8\nmov al,'h'\nout dx,al\njmp $");
    const ran = await ringside('run g.asm --max-instructions 50000', { 'g.asm': text });
    expect(ran.out).toBe('h');
    expect(ran.error).toBe('\nbudget: 50000 instructions are spent\n');
  });

  it('prints every error of a source as asm does', async () => {
    const files = { 'g.asm': 'bits 32\nmvo eax,1\nmov eax,bl\n' };
    const ran = await ringside('run g.asm', files);
    expect(ran.status).toBe(2);
    expect(ran.error).toBe((await ringside('asm g.asm -o out', files)).error);
    expect(ran.error).toMatch(/g\.asm:3/);
  });
});
