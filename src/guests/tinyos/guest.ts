import type { GuestInfo, MeantRun } from '../shipped-guest';

/** A session whose output does not depend on timing: nothing runs beside the shell, and nothing tells the time. */
const COMMANDS = [
  'help',
  'ps',
  'run primes',
  'run memory',
  'run twins',
  'run crash',
  'run rogue',
  'run deep',
  'run liar',
  'ps',
  'mem',
  'shutdown',
];

const CONSOLE = `Welcome to tinyos. Type help and press Enter.
tinyos> help
  help      this list
  run       NAME: runs a program and waits; with & it runs beside the shell
  ps        the processes
  top       who used how many ticks of the processor
  kill      PID: ends a process
  mem       memory and page faults
  uptime    time since the start
  clear     clears the screen
  fault     the kernel uses a null pointer and panics
  shutdown  the end
Programs to run:
  clock primes hog memory twins; and rude ones: crash rogue deep liar
Ctrl+C ends the program you wait for. In the last row of the screen:
  * runs  . ready  z sleeps  k reads a key  w waits for a child  x ended
tinyos> ps
  PID  PARENT  PAGES  STATE     NAME
    0       0      1  ready     idle
    1       0      7  running   shell
tinyos> run primes
primes: 1229 primes below 10000
tinyos> run memory
memory: touching new pages
memory: 64 pages came, all of them zero, and kept what I wrote
tinyos> run twins
twins: process 5 wrote 5 to 0x10000000 and read 5
twins: process 6 wrote 6 to 0x10000000 and read 6
tinyos> run crash
crash: writing to the kernel
crash: killed, page fault at 0x0010b00a (user write to 0x00100000, not allowed)
ended with code -14
tinyos> run rogue
rogue: switching interrupts off
rogue: killed, general protection fault at 0x0010c00a
ended with code -13
tinyos> run deep
deep: calling myself for ever
deep: killed, page fault at 0x0010d00a (user write to 0x1ffefffc, not present)
ended with code -14
tinyos> run liar
liar: the kernel does not believe me
ended with code 1
tinyos> ps
  PID  PARENT  PAGES  STATE     NAME
    0       0      1  ready     idle
    1       0      7  running   shell
tinyos> mem
   2048 frames of 4 KiB
   1764 of them free
     93 page faults served
      3 programs killed
tinyos> shutdown
Good night.
`;

const session: MeantRun = { outcome: 'exited', exitCode: 0x10, console: CONSOLE };

export const tinyos: GuestInfo = {
  name: 'tinyos',
  title: 'tinyos',
  description:
    'A small multitasking kernel with a shell: processes with own address spaces, system calls, pre-emption and demand paging. Type help.',
  topic: 'systems',
  teaches:
    'Press a key at the prompt and follow it: the interrupt ends the HLT, the system call of the shell returns, and CR3 changes.',
  format: { kind: 'multiboot-elf' },
  typedInTests: { text: `${COMMANDS.join('\n')}\n` },
  runs: { bare: session, 'binary-translation': session },
};
