/** The guests that ship with Ringside, and what each must print on any PC. */
import { GUEST_SOURCES } from './sources.generated';

/** Where a guest's image is put and how it starts: a Multiboot ELF, or bytes at an address. */
export type GuestFormat = 'multiboot-elf';

export interface ShippedGuest {
  readonly name: string;
  readonly title: string;
  /** One or two sentences for the list of guests. */
  readonly description: string;
  /** NASM source text. */
  readonly source: string;
  readonly fileName: string;
  readonly format: GuestFormat;
  /** What goes out through the serial port, line feeds as `\n`. The screen shows the same lines. */
  readonly expectedConsole: string;
  /** The byte written to the debug-exit port 0xF4. */
  readonly expectedExitCode: number;
}

export const SHIPPED_GUESTS: readonly ShippedGuest[] = [
  {
    name: 'hello-rings',
    title: 'Hello, rings',
    description:
      'A small kernel with two user tasks: tables, paging, timer, system calls, a page fault and a forbidden instruction.',
    source: GUEST_SOURCES['hello-rings'],
    fileName: 'hello-rings.asm',
    format: 'multiboot-elf',
    expectedConsole: `hello-rings: the kernel runs in ring 0
gdt: the table I loaded is the table I see
paging: on
timer: ok
tasks: entering ring 3
sieve: hello from ring 3
sieve: found 550 primes below 4000
page fault: address 0x00300000, error code 0x00000006: page mapped
sieve: the page is there now
user cli: #GP, as it should be
checker: trial division agrees
kernel: all tasks have ended
`,
    expectedExitCode: 0x10,
  },
];

/** The shipped guest of that name, or undefined. */
export const shippedGuest = (name: string): ShippedGuest | undefined =>
  SHIPPED_GUESTS.find((guest) => guest.name === name);
