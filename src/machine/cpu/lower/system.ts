/** System instructions: tables, control registers, flags, HLT, and those that reveal or change machine state. */
import { Register } from 'iced-x86';
import { address } from '../../../base/hex';
import { ACTIVITY, ATTENTION, type Core, SHADOW_STI } from '../core';
import { loadFlags, reportSilentFlags, requireVirtual8086Privilege } from '../far-transfer';
import { raise } from '../fault';
import { materializeFlags, setCarry, setZero } from '../flags';
import {
  accessRights,
  isAccessible,
  loadLdt,
  loadTaskRegister,
  requireProtectedMode,
  segmentLimit,
} from '../segmentation';
import {
  CR0_EM,
  CR0_MP,
  CR0_PE,
  CR0_TS,
  CR4_TSD,
  EFLAGS_DF,
  EFLAGS_IF,
  EFLAGS_RF,
  EFLAGS_VM,
  SEG,
  VECTOR,
  WORD,
} from '../state';
import {
  controlRegisterExists,
  identify,
  readControlRegister,
  readDebugRegister,
  readMsr,
  readTimestamp,
  writeControlRegister,
  writeCr0,
  writeDebugRegister,
  writeMsr,
} from '../system-registers';
import {
  addressOf,
  alone,
  aloneBranch,
  type Lowering,
  type LoweringTable,
  operandAt,
  placeOf,
  plain,
  type Site,
} from './site';
import { notImplemented } from './unsupported';

const undefinedOpcode: Lowering = () => aloneBranch(() => raise(VECTOR.UD));

const simple =
  (run: (core: Core) => void): Lowering =>
  ({ core }) =>
    alone(() => run(core));

function silent(core: Core, mnemonic: string, effect: () => string): void {
  if (core.events && core.state[WORD.CPL] !== 0) {
    core.events.emit({ kind: 'sensitive-silent', mnemonic, effect: effect() });
  }
}

// --- descriptor table registers ------------------------------------------------------------------------------

const tableAddress = (site: Site): (() => { seg: number; at: number; mask: number }) => {
  const operand = operandAt(site, 0);
  if (operand.kind !== 'memory') throw new Error('a table register image is in memory');
  const { seg, b, x, s, d, m } = addressOf(operand);
  const r = site.core.state;
  return () => ({ seg, at: (r[b]! + (r[x]! << s) + d) & m, mask: m });
};

const storeTable =
  (mnemonic: string, word: number): Lowering =>
  (site) => {
    const { core } = site;
    const where = tableAddress(site);
    return alone(() => {
      const { seg, at, mask } = where();
      const { access, state } = core;
      access.probeWrite(seg, at, 6);
      access.write16(seg, at, state[word + 1]!);
      access.write32(seg, (at + 2) & mask, state[word]!);
      silent(
        core,
        mnemonic,
        () =>
          `read the real ${mnemonic === 'sgdt' ? 'GDTR' : 'IDTR'}: base ${address(state[word]!)}`,
      );
    });
  };

const loadTable =
  (word: number): Lowering =>
  (site) => {
    const { core } = site;
    const where = tableAddress(site);
    const baseMask = site.parts[1] === '16' ? 0xffffff : -1;
    return alone(() => {
      core.requireRing0();
      const { seg, at, mask } = where();
      const limit = core.access.read16(seg, at);
      const base = core.access.read32(seg, (at + 2) & mask);
      core.state[word] = base & baseMask;
      core.state[word + 1] = limit;
    });
  };

/** SLDT and STR: to a 32-bit register zero-extended, to memory 16 bits. */
const storeSelector =
  (mnemonic: string, segment: number): Lowering =>
  (site) => {
    const { core } = site;
    const wide = site.parts[0] !== 'rm16' && operandAt(site, 0).kind === 'register';
    const to = placeOf(site, 0, wide ? 4 : 2);
    return alone(() => {
      requireProtectedMode(core);
      const selector = core.state[WORD.SELECTOR + segment]!;
      to.write(selector);
      silent(
        core,
        mnemonic,
        () => `read the real ${mnemonic === 'str' ? 'TR' : 'LDTR'}: ${selector.toString(16)}`,
      );
    });
  };

const loadSelector =
  (load: (core: Core, selector: number) => void): Lowering =>
  (site) => {
    const { core } = site;
    const from = placeOf(site, 0, 2);
    return alone(() => {
      requireProtectedMode(core);
      core.requireRing0();
      load(core, from.read());
    });
  };

const storeMachineStatus: Lowering = (site) => {
  const { core } = site;
  const wide = site.parts[0] !== 'rm16' && operandAt(site, 0).kind === 'register';
  const to = placeOf(site, 0, wide ? 4 : 2);
  return alone(() => {
    const cr0 = core.state[WORD.CR0]!;
    to.write(wide ? cr0 : cr0 & 0xffff);
    silent(core, 'smsw', () => `read the real CR0: ${address(cr0)}`);
  });
};

/** LMSW can set PE but not clear it. */
const loadMachineStatus: Lowering = (site) => {
  const { core } = site;
  const from = placeOf(site, 0, 2);
  return alone(() => {
    core.requireRing0();
    const old = core.state[WORD.CR0]!;
    writeCr0(core, (old & ~0xe) | (from.read() & 0xf) | (old & CR0_PE));
  });
};

// --- selectors examined ----------------------------------------------------------------------------------------

const examine =
  (look: (core: Core, selector: number) => number | null): Lowering =>
  (site) => {
    const { core, size } = site;
    const to = placeOf(site, 0);
    const from = placeOf(site, 1, 2);
    return alone(() => {
      requireProtectedMode(core);
      const found = look(core, from.read());
      if (found !== null) to.write(size === 2 ? found & 0xffff : found | 0);
      setZero(core.state, found !== null);
    });
  };

const verify =
  (write: boolean): Lowering =>
  (site) => {
    const { core } = site;
    const from = placeOf(site, 0, 2);
    return alone(() => {
      requireProtectedMode(core);
      setZero(core.state, isAccessible(core, from.read(), write));
    });
  };

const adjustRpl: Lowering = (site) => {
  const { core } = site;
  const to = placeOf(site, 0, 2);
  const from = placeOf(site, 1, 2);
  return plain(() => {
    requireProtectedMode(core);
    const selector = to.modify();
    const rpl = from.read() & 3;
    const raised = (selector & 3) < rpl;
    to.store(raised ? (selector & ~3) | rpl : selector);
    setZero(core.state, raised);
  });
};

// --- control and debug registers -------------------------------------------------------------------------------

function specialNumber(site: Site, index: number, first: Register): number {
  const operand = operandAt(site, index);
  if (operand.kind !== 'register') throw new Error('operand is a special register');
  return operand.register - first;
}

/** MOV r32, CRn and MOV r32, DRn. */
export const moveFromSpecial: Lowering = (site) => {
  const { core } = site;
  const to = placeOf(site, 0, 4);
  if (site.parts[1] === 'cr') {
    const n = specialNumber(site, 1, Register.CR0);
    if (!controlRegisterExists(n)) return undefinedOpcode(site);
    return alone(() => to.write(readControlRegister(core, n)));
  }
  const n = specialNumber(site, 1, Register.DR0);
  return alone(() => to.write(readDebugRegister(core, n)));
};

export const moveToSpecial: Lowering = (site) => {
  const { core } = site;
  const from = placeOf(site, 1, 4);
  if (site.parts[0] === 'cr') {
    const n = specialNumber(site, 0, Register.CR0);
    if (!controlRegisterExists(n)) return undefinedOpcode(site);
    return alone(() => writeControlRegister(core, n, from.read()));
  }
  const n = specialNumber(site, 0, Register.DR0);
  return alone(() => writeDebugRegister(core, n, from.read()));
};

const invalidatePage: Lowering = (site) => {
  const { core } = site;
  const operand = operandAt(site, 0);
  if (operand.kind !== 'memory') throw new Error('INVLPG takes memory');
  const { seg, b, x, s, d, m } = addressOf(operand);
  const r = core.state;
  return alone(() => {
    core.requireRing0();
    const linear = (((r[b]! + (r[x]! << s) + d) & m) + r[WORD.BASE + seg]!) >>> 0;
    core.mmu.flushPage(linear);
    core.events?.emit({ kind: 'tlb-flush', scope: 'page' });
  });
};

// --- flags -----------------------------------------------------------------------------------------------------

const pushFlags =
  (size: 2 | 4): Lowering =>
  ({ core }) =>
    alone(() => {
      requireVirtual8086Privilege(core);
      const flags = core.eflags & ~(EFLAGS_VM | EFLAGS_RF);
      core.push(size, flags);
      silent(
        core,
        'pushf',
        () => `read the real IF ${flags & EFLAGS_IF ? 1 : 0}, IOPL ${core.iopl}`,
      );
    });

const popFlags =
  (size: 2 | 4): Lowering =>
  ({ core }) =>
    alone(() => {
      requireVirtual8086Privilege(core);
      const value = core.peek(size, 0);
      core.dropStack(size);
      reportSilentFlags(core, 'popf', value);
      loadFlags(core, value, size, false);
    });

const clearInterrupts: Lowering = simple((core) => {
  requireIoPrivilege(core);
  core.state[WORD.EFLAGS]! &= ~EFLAGS_IF;
});

/** Interrupts are recognised only after the instruction that follows an STI that sets IF. */
const setInterrupts: Lowering = simple((core) => {
  requireIoPrivilege(core);
  const flags = core.state[WORD.EFLAGS]!;
  if (flags & EFLAGS_IF) return;
  core.state[WORD.EFLAGS] = flags | EFLAGS_IF;
  core.setShadow(SHADOW_STI);
  core.systemFlagsChanged();
});

function requireIoPrivilege(core: Core): void {
  if (core.state[WORD.CR0]! & CR0_PE && core.cpl > core.iopl) raise(VECTOR.GP, 0);
}

const halt: Lowering = simple((core) => {
  core.requireRing0();
  core.setActivity(ACTIVITY.HALTED);
  core.events?.emit({ kind: 'halt' });
});

const bound: Lowering = (site) => {
  const { core } = site;
  const size = site.parts[0] === 'r16' ? 2 : 4;
  const index = placeOf(site, 0, size);
  const operand = operandAt(site, 1);
  if (operand.kind !== 'memory') throw new Error('BOUND takes memory');
  const { seg, b, x, s, d, m } = addressOf(operand);
  const r = core.state;
  const a = core.access;
  const read = (at: number): number =>
    size === 4 ? a.read32(seg, at) : (a.read16(seg, at) << 16) >> 16;
  return plain(() => {
    const at = (r[b]! + (r[x]! << s) + d) & m;
    const value = size === 4 ? index.read() : (index.read() << 16) >> 16;
    const low = read(at);
    const high = read((at + size) & m);
    if (value < low || value > high) raise(VECTOR.BR);
  });
};

/** WAIT checks for a device that is not there; the numeric instructions themselves are in unsupported.ts. */
const wait: Lowering = ({ core }) =>
  plain(() => {
    const cr0 = core.state[WORD.CR0]!;
    if (cr0 & CR0_MP && cr0 & CR0_TS) raise(VECTOR.NM);
  });

/** What software probes for an FPU with. Nobody answers: memory and AX stay as they were. */
const FPU_PROBES = new Set(['Fninit', 'Fnstsw', 'Fnstcw', 'Fnclex', 'Fndisi', 'Fneni', 'Fnsetpm']);

/**
 * ESC without an FPU: #NM if CR0 asks for it. Otherwise no coprocessor takes the instruction: probes find that out, and a
 * program that goes on to compute cannot be helped.
 */
export const floatingPoint: Lowering = (site) => {
  const { core } = site;
  return alone(() => {
    if (core.state[WORD.CR0]! & (CR0_EM | CR0_TS)) raise(VECTOR.NM);
    if (FPU_PROBES.has(site.stem)) return;
    const name = site.stem === 'INVALID' ? '' : ` for ${site.stem.toLowerCase()}`;
    notImplemented(`this guest needs an FPU${name}, and this CPU has none (CPUID says so):`);
  });
};

export const SYSTEM: LoweringTable = {
  Sgdt: storeTable('sgdt', WORD.GDTR_BASE),
  Sidt: storeTable('sidt', WORD.IDTR_BASE),
  Lgdt: loadTable(WORD.GDTR_BASE),
  Lidt: loadTable(WORD.IDTR_BASE),
  Sldt: storeSelector('sldt', SEG.LDTR),
  Str: storeSelector('str', SEG.TR),
  Lldt: loadSelector(loadLdt),
  Ltr: loadSelector(loadTaskRegister),
  Smsw: storeMachineStatus,
  Lmsw: loadMachineStatus,
  Lar: examine(accessRights),
  Lsl: examine(segmentLimit),
  Verr: verify(false),
  Verw: verify(true),
  Arpl: adjustRpl,
  Invlpg: invalidatePage,
  Clts: simple((core) => {
    core.requireRing0();
    core.state[WORD.CR0]! &= ~CR0_TS;
  }),
  Invd: simple((core) => core.requireRing0()),
  Wbinvd: simple((core) => core.requireRing0()),
  Rdtsc: simple((core) => {
    if (core.state[WORD.CR4]! & CR4_TSD && core.cpl !== 0) raise(VECTOR.GP, 0);
    readTimestamp(core);
  }),
  Rdmsr: simple(readMsr),
  Wrmsr: simple(writeMsr),
  Cpuid: simple(identify),
  Pushfd: pushFlags(4),
  Pushfw: pushFlags(2),
  Popfd: popFlags(4),
  Popfw: popFlags(2),
  Cli: clearInterrupts,
  Sti: setInterrupts,
  Hlt: halt,
  Bound: bound,
  Wait: wait,
  Ud2: undefinedOpcode,
  Rsm: undefinedOpcode,
  Clc: ({ core }) => plain(() => setCarry(core.state, 0)),
  Stc: ({ core }) => plain(() => setCarry(core.state, 1)),
  Cmc: ({ core }) => plain(() => setCarry(core.state, materializeFlags(core.state) & 1 ? 0 : 1)),
  Cld: ({ core }) =>
    plain(() => {
      core.state[WORD.EFLAGS]! &= ~EFLAGS_DF;
    }),
  Std: ({ core }) =>
    plain(() => {
      core.state[WORD.EFLAGS]! |= EFLAGS_DF;
    }),
};

/** The reserved opcode 0F 3F: hands over to the monitor after it retired. */
export function monitorEntry(core: Core, linear: number): ReturnType<Lowering> {
  return alone(() => {
    const { monitor } = core;
    const inside = monitor !== null && linear >= monitor.entryLow && linear < monitor.entryHigh;
    if (!inside || core.state[WORD.CPL] !== 0) raise(VECTOR.UD);
    core.attention |= ATTENTION.MONITOR;
  });
}
