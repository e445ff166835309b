/** What `--help` prints. */
import { SHIPPED_GUESTS } from '../guests/registry';

const guests = SHIPPED_GUESTS.map((guest) => `    ${guest.name}  ${guest.title}`).join('\n');

export const HELP = `ringside: run a guest under a hypervisor, without a screen

  ringside run GUEST [options]        run a guest to its end
  ringside asm SOURCE -o FILE         assemble a guest
  ringside COMMAND --help             all options of one command

Shipped guests:
${guests}
`;

export const RUN_HELP = `ringside run GUEST [options]

GUEST is the name of a shipped guest, assembly source (.asm, .s, .nasm), or a Multiboot 1 image (ELF32 for i386, or
flat with address fields). The guest's console goes to stdout.

Shipped guests:
${guests}

  --technique T          bare, binary-translation (default: binary-translation)
  --cpu P                x86
  --memory-scheme M      shadow-virtual-tlb
  --host H               type-1
  --costs C              pentium4, modern: the cycle model (default: pentium4)
  --memory MIB           guest memory in MiB (default: 8)
  --max-instructions N   stop after N machine instructions (default: 1000000000)
  --json                 print one JSON object instead of the console:
                         { outcome, exitCode, retired, guestRetired, cycles, cyclesByCause, counts,
                           console, registers, message? }
  --events FILE          write every event, one JSON object per line
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
