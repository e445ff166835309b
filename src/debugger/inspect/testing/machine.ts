/** Machines to look into: a guest from source under a technique, run to a label, with the context a session gives. */
import { assemble, toElf, toFlat } from '../../../assembler';
import { err, ok } from '../../../base/result';
import { shippedGuest } from '../../../guests/registry';
import type { System } from '../../../hypervisor/core/system';
import { createSystem, type TechniqueId } from '../../../hypervisor/registry';
import type { GuestLabel, InspectContext, SourcePlace } from '../context';
import { linearEip } from '../cpu';

export interface Looked {
  readonly system: System;
  readonly context: InspectContext;
  addressOf(label: string): number;
  /** Runs to the moment before the guest instruction at a label. */
  runTo(label: string | number): void;
  /** Runs one machine instruction; what it changes is marked. */
  step(): void;
}

const MEBIBYTE = 0x100000;
const FARTHEST = 3_000_000;

/** How a guest's source begins that a Multiboot loader starts at `start`. */
export const MULTIBOOT = `
  bits 32
  org 0x100000
  section .text
  align 4
  dd 0x1badb002, 0, -0x1badb002
  global start`;

/**
 * The same, and the first instructions of `start`: `gdt_pointer`, `idt_pointer` and `stack_top` of the guest are in use,
 * with code at selector 8 and the stack at 16.
 */
export const OWN_TABLES = `${MULTIBOOT}
  start: mov esp, stack_top
    xor ebp, ebp
    lgdt [gdt_pointer]
    lidt [idt_pointer]
    jmp 8:.flat
  .flat: mov eax, 16
    mov ss, eax`;

/** A machine that has loaded the guest with this source. `files` are those it includes. */
export function machineOf(
  source: string,
  technique: TechniqueId = 'bare',
  format: 'multiboot' | 'boot-sector' = 'multiboot',
  files: Readonly<Record<string, string>> = {},
): Looked {
  const assembled = assemble(source, { name: 'guest.asm', files });
  if (!assembled.ok) throw new Error(assembled.error.map((e) => e.message).join('\n'));
  const made = createSystem({
    technique,
    image: format === 'multiboot' ? toElf(assembled.value) : toFlat(assembled.value),
    format,
    memoryBytes: 4 * MEBIBYTE,
    costs: 'pentium4',
  });
  if (!made.ok) throw new Error(made.error.message);
  const system = made.value;
  const symbols = assembled.value.symbols
    .map(({ name, address }) => ({ name, address }))
    .sort((a, b) => a.address - b.address);
  const lines = new Map<number, SourcePlace>();
  for (const { address, file, line, isCode } of assembled.value.sourceMap) {
    if (isCode) lines.set(address, { file, line });
  }
  return looked(system, symbols, lines);
}

export const helloRings = (technique: TechniqueId): Looked => shipped('hello-rings', technique);

/** A shipped guest that a Multiboot loader starts. */
export function shipped(name: string, technique: TechniqueId = 'bare'): Looked {
  const guest = shippedGuest(name);
  if (guest?.format.kind !== 'multiboot-elf') throw new Error(`no such guest: ${name}`);
  return machineOf(guest.source, technique, 'multiboot', guest.files);
}

function looked(
  system: System,
  symbols: readonly GuestLabel[],
  lines: ReadonlyMap<number, SourcePlace>,
): Looked {
  let earlier: { readonly state: unknown; readonly ram: Uint8Array } | null = null;
  const snapshot = () => ({ state: system.save(), ram: system.memory.u8.slice() });
  const putBack = ({ state, ram }: { state: unknown; ram: Uint8Array }) => {
    system.memory.u8.set(ram);
    system.restore(state);
  };
  const addressOf = (name: string): number => {
    const found = symbols.find((symbol) => symbol.name === name);
    if (!found) throw new Error(`no label ${name}`);
    return found.address;
  };
  const context: InspectContext = {
    system,
    names: {
      symbols,
      labelOf(address) {
        const symbol = symbols.findLast((candidate) => candidate.address <= address);
        if (!symbol || address - symbol.address > 0xffff) return null;
        const offset = address - symbol.address;
        return offset === 0 ? symbol.name : `${symbol.name}+0x${offset.toString(16)}`;
      },
      addressOf: (name) => symbols.find((symbol) => symbol.name === name)?.address ?? null,
      lineOf: (address) => lines.get(address) ?? null,
    },
    evaluate(expression) {
      if (typeof expression === 'number') return ok(expression);
      if (expression === 'esp') return ok(system.guest().gpr[4] ?? 0);
      const symbol = symbols.find(({ name }) => name === expression);
      return symbol ? ok(symbol.address) : err(`There is no '${expression}'.`);
    },
    before(look) {
      if (!earlier) return null;
      const now = snapshot();
      putBack(earlier);
      const found = look(system);
      putBack(now);
      return found;
    },
  };
  return {
    system,
    context,
    addressOf,
    runTo(label) {
      const address = typeof label === 'number' ? label : addressOf(label);
      earlier = null;
      while (!(system.atGuestBoundary() && linearEip(system.guest()) === address)) {
        const outcome = system.run(system.moment + 1);
        if (outcome.kind !== 'budget') throw new Error(`ended before ${label}: ${outcome.kind}`);
        if (system.retired > FARTHEST) throw new Error(`${label} is never reached`);
      }
    },
    step() {
      earlier = snapshot();
      system.run(system.moment + 1);
    },
  };
}
