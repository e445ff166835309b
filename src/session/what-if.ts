/** "If this instruction ran untranslated": a real execution on a machine that is put back, told as facts. */
import { hex32 } from '../base/hex';
import type { Registers, System, UntranslatedRun } from '../hypervisor/core/system';
import { vectorName } from '../machine/cpu/state';
import { linearEip } from './registers-view';
import type { BlockView, GuestLine, WhatIf } from './view';

const GPR_NAMES = ['eax', 'ecx', 'edx', 'ebx', 'esp', 'ebp', 'esi', 'edi'] as const;
const ESP = 4;
const IF_BIT = 9;
const interruptFlag = (eflags: number): number => (eflags >>> IF_BIT) & 1;

/** The sensitive instruction the guest is about to execute in this block, or null. */
export function sensitiveNext(block: BlockView | null, system: System): GuestLine | null {
  if (!block) return null;
  const next = linearEip(system.guest());
  return (
    block.guest.find(
      (line) =>
        line.address === next && (line.class === 'sensitive' || line.class === 'privileged'),
    ) ?? null
  );
}

/** Runs it for real; null where the technique says that makes no sense. */
export function whatIf(system: System, line: GuestLine): WhatIf | null {
  const popped = /^popf/.test(line.text) ? stackTop(system) : null;
  const run = system.runUntranslated(line.address);
  if (!run) return null;
  const trapped = run.exception
    ? vectorName(run.exception.vector) +
      (run.exception.errorCode === null ? '' : `(${run.exception.errorCode.toString(16)})`)
    : null;
  return {
    address: line.address,
    text: line.text,
    cpl: run.cpl,
    trapped,
    facts: trapped === null ? factsOf(run, popped) : [],
    conclusion: conclusionOf(line.text, run, trapped, popped),
  };
}

function stackTop(system: System): number | null {
  const guest = system.guest();
  const base = guest.segments[2]?.base ?? 0;
  const bytes = system.readGuest((base + guest.gpr[ESP]!) >>> 0, 4);
  return bytes ? new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0, true) : null;
}

function factsOf(run: UntranslatedRun, popped: number | null): string[] {
  const { before, after } = run;
  const facts: string[] = [];
  if (popped !== null) {
    facts.push(
      `IF before ${interruptFlag(before.eflags)}, popped ${interruptFlag(popped)}, after ${interruptFlag(after.eflags)}`,
    );
  }
  facts.push(...changedRegisters(before, after));
  return facts.length > 0 ? facts : ['no register changed'];
}

export function changedRegisters(before: Registers, after: Registers): string[] {
  const changes: string[] = [];
  GPR_NAMES.forEach((name, i) => {
    const from = before.gpr[i]!;
    const to = after.gpr[i]!;
    if (from !== to) changes.push(`${name} ${hex32(from)} to ${hex32(to)}`);
  });
  return changes;
}

function conclusionOf(
  text: string,
  run: UntranslatedRun,
  trapped: string | null,
  popped: number | null,
): string {
  const mnemonic = text.split(' ')[0] ?? text;
  if (trapped !== null) {
    return `The CPU raises ${trapped} at ring ${run.cpl}: ${mnemonic} cannot run unnoticed here.`;
  }
  if (popped !== null && interruptFlag(popped) !== interruptFlag(run.after.eflags)) {
    return `${mnemonic} asks for IF = ${interruptFlag(popped)}, the CPU keeps ${interruptFlag(run.after.eflags)} at ring ${run.cpl} and says nothing.`;
  }
  return `${mnemonic} runs at ring ${run.cpl} without a trap: the hypervisor would never hear of it.`;
}
