/**
 * What would happen if the guest's kernel executed an instruction as it stands: on a fork of the machine, at the CPL the
 * kernel really has and with its truncated segments, for one step of the machine. Everything is put back.
 */
import { invariant } from '../../base/assert';
import { EFLAGS_IF, SEG } from '../../machine/cpu/state';
import type { MachineEvent } from '../../machine/events';
import { PAGE_BYTES, type PhysicalMemory } from '../../machine/memory';
import type { UntranslatedRun } from '../core/system';
import { deprivileged } from './descriptor-table';
import type { BinaryTranslationSystem } from './system';

/** Where the guest's kernel runs. */
const CPL = 1;
/** Steps of the machine: the one that is tried lies ahead in the same block, or here. */
const FARTHEST = 400;
/** IF, IOPL and VM of the guest are virtual: the real ones stay what the monitor keeps them at. */
const EFLAGS_REAL_DIFFERS = (3 << 12) | (1 << 17);

export class Fork {
  /** RAM as it was before; made when first needed. */
  private ram: Uint8Array | null = null;

  constructor(private readonly system: BinaryTranslationSystem) {}

  /** @returns null where it makes no sense: in user code, or when the run does not come to the instruction soon */
  run(address: number): UntranslatedRun | null {
    const { events, cpu, memory } = this.system.pc;
    this.ram ??= new Uint8Array(memory.ramBytes);
    this.ram.set(memory.u8);
    const saved = this.system.save();
    const listener = events.listener;
    events.listener = null;
    try {
      return this.reach(address) ? this.execute(address) : null;
    } finally {
      restoreRam(memory, this.ram);
      this.system.restore(saved);
      events.listener = listener;
      invariant(cpu.moment === saved.moment, 'a fork leaves the machine where it was');
    }
  }

  private reach(address: number): boolean {
    const { system } = this;
    const limit = system.moment + FARTHEST;
    while (system.moment < limit) {
      const inKernel = system.actor() !== 'guest-user' && system.atGuestBoundary();
      if (inKernel && system.guest().eip === address) return system.guest().cpl === 0;
      if (system.run(system.moment + 1).kind !== 'budget') return false;
    }
    return false;
  }

  private execute(address: number): UntranslatedRun | null {
    const { system } = this;
    const { cpu, events } = system.pc;
    const { monitor } = system;
    const guest = system.guest();
    const stack = guest.segments[SEG.SS]!;
    const code = guest.segments[SEG.CS]!;
    const codeReal = deprivileged(code);
    const stackReal = deprivileged(stack);
    if (!codeReal || !stackReal) return null;
    const read = { write: false, user: false, commit: false };
    const stackTop = (stack.base + guest.gpr[4]!) >>> 0;
    if (!monitor.guest.fill((code.base + address) >>> 0, read)) return null;
    // What the guest's tables allow of its stack: the silicon must not stop at a page the shadow only lacks.
    for (const linear of [stackTop, (stackTop - 4) >>> 0]) {
      monitor.guest.fill(linear, { ...read, write: true, commit: true });
    }
    cpu.cpl = CPL;
    cpu.loadDescriptorCache(SEG.CS, { selector: (code.selector & ~3) | CPL, ...codeReal });
    cpu.loadDescriptorCache(SEG.SS, { selector: (stack.selector & ~3) | CPL, ...stackReal });
    guest.gpr.forEach((value, register) => {
      cpu.gpr[register] = value;
    });
    cpu.setEflags((guest.eflags & ~EFLAGS_REAL_DIFFERS) | EFLAGS_IF);
    cpu.eip = address;
    cpu.stateChanged();
    const before = system.real();
    let trap: Extract<MachineEvent, { kind: 'trap' }> | null = null;
    events.listener = (event) => {
      if (event.kind === 'trap' && event.source === 'exception' && !trap) trap = event;
    };
    const outcome = system.run(system.moment + 1);
    if (outcome.kind !== 'budget') return null;
    const raised = trap as Extract<MachineEvent, { kind: 'trap' }> | null;
    return {
      address,
      cpl: CPL,
      exception: raised && { vector: raised.vector, errorCode: raised.errorCode },
      before,
      after: system.real(),
    };
  }
}

function restoreRam(memory: PhysicalMemory, ram: Uint8Array): void {
  const changed = [];
  for (let page = 0; page < ram.length / PAGE_BYTES; page++) {
    if (!memory.isDirty(page)) continue;
    const before = ram.subarray(page * PAGE_BYTES, (page + 1) * PAGE_BYTES);
    const now = memory.u8.subarray(page * PAGE_BYTES, (page + 1) * PAGE_BYTES);
    if (!sameBytes(before, now)) changed.push({ page, bytes: before });
  }
  memory.restorePages(changed);
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  const left = new BigUint64Array(a.buffer, a.byteOffset, a.byteLength / 8);
  const right = new BigUint64Array(b.buffer, b.byteOffset, b.byteLength / 8);
  for (let i = 0; i < left.length; i++) if (left[i] !== right[i]) return false;
  return true;
}
