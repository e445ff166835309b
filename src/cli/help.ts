/** What `--help` prints. */
import { GUEST_CATALOG } from '../guests/catalog';

const width = Math.max(...GUEST_CATALOG.map(({ name }) => name.length));
const guests = GUEST_CATALOG.map(({ name, title }) => `    ${name.padEnd(width)}  ${title}`).join(
  '\n',
);

export const HELP = `ringside: run a guest under a hypervisor, without a screen

  ringside run GUEST [options]        run a guest to its end
  ringside asm SOURCE -o FILE         assemble a guest
  ringside COMMAND --help             all options of one command

Shipped guests:
${guests}
`;

export const RUN_HELP = `ringside run GUEST [options]

GUEST is the name of a shipped guest, assembly source (.asm, .s, .nas, .nasm), or an image. What a source includes is looked for
beside it; lib/ holds the files the shipped guests share. A shipped guest brings its format and what is typed.

  multiboot     Multiboot 1: ELF32 for i386, or flat with address fields
  rom           64 or 128 KiB that end at 1 MiB and at 4 GiB, started at the reset vector
  boot-sector   0x55 0xaa at offset 510; the file is the disk, raw. A small BIOS starts its first 512 bytes at
                0000:7C00 in real mode; a service it lacks stops the guest and is named
  flat          any bytes, with --format flat

The guest's console goes to stdout.

Shipped guests:
${guests}

  --technique T          bare, binary-translation (default: binary-translation)
  --cpu P                x86, x86-strict: every sensitive instruction is #GP(0) outside ring 0 (default: x86)
  --memory-scheme M      shadow-virtual-tlb
  --host H               type-1
  --costs C              pentium4, modern: the cycle model (default: pentium4)
  --memory MIB           guest memory in MiB (default: 8)
  --format F             auto, multiboot, rom, boot-sector, flat (default: auto, by the file's bytes)
  --load-address A       flat: where the first byte goes (default: 0x100000, with --bits 16: 0x7c00; for source
                         where it was assembled for)
  --entry A              flat: address of the first instruction (default: the load address; for source _start, start,
                         entry or main, if there is one)
  --bits B               flat: 32 starts in flat protected mode, 16 in real mode (default: 32)
  --command-line TEXT    multiboot: the kernel's command line
  --module FILE          multiboot: a module; may be given several times
  --log-port N           print the bytes the guest writes to I/O port N
  --input TEXT           typed on the keyboard (US layout) as soon as the guest uses it; \\n \\t \\b \\e \\xHH are known
  --serial-input TEXT    sent over the serial line as soon as the guest uses it
  --max-instructions N   stop after N machine instructions (default: 1000000000)
  --json                 print one JSON object instead of the console:
                         { outcome, exitCode, retired, guestRetired, cycles, cyclesByCause, counts,
                           console, registers, message? }
                         counts: events by kind; cache-hit counts the entries that found their translation,
                         by a chained jump or by a lookup
  --events FILE          write the events, one JSON object per line; entries into a translation already there
                         (cache-hit) are only counted
  --trace FILE           write the guest's registers after every guest instruction, one JSON object per line

Exit status: 0 the guest ended by itself, 1 it died or was stopped, 2 bad usage or bad input, 3 budget spent.
`;

export const ASM_HELP = `ringside asm SOURCE -o FILE [--listing FILE] [--format elf|flat]

Assembles NASM-style source to a Multiboot ELF32 (elf, the default) or to bare bytes (flat).

  -o, --output FILE      the image to write
  --listing FILE         addresses, bytes and source side by side
  --format F             elf, flat (default: elf)

Exit status: 0 done, 2 bad usage or an error in the source.
`;
