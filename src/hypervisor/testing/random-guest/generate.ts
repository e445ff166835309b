/** From a 32-bit seed, the source of a random guest kernel. The same seed gives the same text. */
import { KERNEL_BODIES } from './kernel-bodies';
import { Random } from './random';
import { type ScaffoldOptions, scaffold } from './scaffold';
import { INTERPRETED_BODIES, USER_BODIES } from './user-bodies';

/** One body of the kernel, with the user bodies it enters, if any. */
export interface Part {
  readonly name: string;
  readonly what: string;
  readonly kernel: string;
  readonly subroutine: string;
  readonly user: string;
}

export interface RandomGuest {
  readonly seed: number;
  readonly parts: readonly Part[];
  /** The source of the guest with only these parts. */
  readonly source: (parts: readonly Part[]) => string;
}

const indent = (...lines: readonly string[]): string =>
  lines.map((line) => (line.endsWith(':') ? `${line}\n` : `        ${line}\n`)).join('');

/** Where a fault in the body goes on, and the way back to a sane stack and sane segments. */
function framed(name: string, code: string, segments: boolean): string {
  return [
    indent(`${name}:`, `mov dword [resume], ${name}_end`, 'mov [saved_esp], esp'),
    code,
    indent(`${name}_end:`),
    segments
      ? indent(
          'mov eax, KDATA',
          'mov ds, eax',
          'mov es, eax',
          'mov ss, eax',
          'mov esp, [saved_esp]',
        )
      : indent('mov esp, [saved_esp]'),
  ].join('');
}

function kernelPart(random: Random, index: number): Part {
  const name = `k${index}`;
  const what = random.pick(Object.keys(KERNEL_BODIES));
  const body = KERNEL_BODIES[what]!(random, name);
  return {
    name,
    what,
    kernel: framed(name, body.code, body.segments ?? false),
    subroutine: body.subroutine ?? '',
    user: '',
  };
}

/** Enters ring 3 by IRET at `label`; the system call that ends user code comes back at `${name}_end`. */
function enterUser(name: string, label: string, flags: number, withData: boolean): string {
  return indent(
    'mov [cont_esp], esp',
    `mov dword [cont], ${name}_end`,
    'mov dword [steps], 4',
    'push dword UDATA',
    'push dword ustack_top',
    `push dword 0x${flags.toString(16)}`,
    'push dword UCODE',
    `push dword ${label}`,
    withData ? 'mov eax, UDATA\n        mov ds, eax\n        mov es, eax' : 'nop',
    'iret',
  );
}

const userProgram = (label: string, code: string): string =>
  [
    indent(`${label}:`, 'mov eax, UDATA', 'mov ds, eax', 'mov es, eax'),
    code,
    indent(`${label}_leave:`, 'mov eax, 0xc0de', 'int 0x80', `jmp ${label}_leave`),
  ].join('');

/** Ring 3 by IRET, some user bodies, and back by a system call. */
function userPart(random: Random, index: number): Part {
  const name = `k${index}`;
  const flags = random.pick([0x202, 0x202, 0x202, 0x202, 0x2, 0x3202, 0x3002, 0x1202, 0x2202]);
  const isInterpreted = (flags & 0x3000) === 0x3000 || (flags & 0x200) === 0;
  const makers = Object.entries(
    isInterpreted ? { ...USER_BODIES, ...INTERPRETED_BODIES } : USER_BODIES,
  );
  const chosen = Array.from({ length: random.between(1, 4) }, () => random.pick(makers));
  const bodies = chosen.map(([, make], at) => {
    const label = `u${index}_${at}`;
    return [
      indent(`${label}:`, `mov dword [uresume], ${label}_end`, 'mov [uesp], esp'),
      make(random, label),
      indent(`${label}_end:`, 'mov eax, UDATA', 'mov ds, eax', 'mov es, eax', 'mov ss, eax'),
      indent('mov esp, [uesp]'),
    ].join('');
  });
  const enter = enterUser(name, `u${index}`, flags, random.oneIn(3));
  return {
    name,
    what: `user(${flags.toString(16)}): ${chosen.map(([what]) => what).join(' ')}`,
    kernel: framed(name, enter, true),
    subroutine: '',
    user: userProgram(`u${index}`, bodies.join('')),
  };
}

export function randomGuest(seed: number): RandomGuest {
  const random = new Random(seed);
  const options: ScaffoldOptions = {
    mixed: random.oneIn(3),
    writeProtect: !random.oneIn(3),
    divisor: random.pick([120, 200, 400, 900, 3000]),
    passes: random.pick([1, 2, 2, 3]),
    userPageReadOnly: random.oneIn(2),
  };
  const tables = random.next();
  const count = random.between(6, 16);
  const parts = Array.from({ length: count }, (_, index) =>
    random.oneIn(4) ? userPart(random, index) : kernelPart(random, index),
  );
  const source = (chosen: readonly Part[]): string =>
    scaffold(new Random(tables), options, {
      kernel: chosen.map((part) => part.kernel).join('\n'),
      subroutines: chosen.map((part) => part.subroutine).join('\n'),
      user: chosen.map((part) => part.user).join('\n'),
    });
  return { seed, parts, source };
}

/** A guest of one given body, with a fast timer. A user body runs in ring 3 with `userFlags`. */
export function guestOf(body: {
  readonly kernel?: string;
  readonly subroutine?: string;
  readonly user?: string;
  readonly userFlags?: number;
}): string {
  const { kernel = '', subroutine = '', user, userFlags = 0x202 } = body;
  const options: ScaffoldOptions = {
    mixed: false,
    writeProtect: true,
    divisor: 310,
    passes: 1,
    userPageReadOnly: false,
  };
  const inUser =
    user === undefined ? '' : framed('k1', enterUser('k1', 'u1', userFlags, true), true);
  return scaffold(new Random(1), options, {
    kernel: framed('k0', `        ${kernel}\n`, true) + inUser,
    subroutines: subroutine,
    user:
      user === undefined
        ? ''
        : userProgram('u1', `        mov dword [uresume], u1_leave\n        ${user}\n`),
  });
}
