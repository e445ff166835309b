/**
 * One unit of guest kernel code in, one translation out: up to 12 instructions or a control transfer.
 *
 * Classes, after Adams and Agesen, "A Comparison of Software and Hardware Techniques for x86 Virtualization", 2006:
 *
 * | class                | here                                                                             |
 * |----------------------|----------------------------------------------------------------------------------|
 * | identical            | the same bytes                                                                   |
 * | direct control flow  | an exit slot, chained later; a CALL pushes the *guest's* return address          |
 * | indirect control flow| hash lookup by the target's low byte, verified, then a jump                      |
 * | sensitive, simple    | a short sequence on the virtual CPU through %gs                                  |
 * | sensitive, complex   | a callout through a call gate to ring 0                                          |
 *
 * Inserted sequences leave every arithmetic flag as the guest's own instruction would: compares are done with
 * LEA and JECXZ, and where an ALU instruction is needed the flags go through LAHF/SETO and back.
 */
import { FlowControl, Mnemonic, Register } from 'iced-x86';
import { invariant } from '../../base/assert';
import type { Instruction } from '../../machine/codec/instruction';
import { isSegmentRegister, usesSystemRegister } from '../../machine/codec/sensitivity';
import { readsHeldRegister, translationRule } from '../../machine/codec/translation-rule';
import { EFLAGS_IF, SEG, WORD } from '../../machine/cpu/state';
import { type Callout, LOOKUP_KEY, LOOKUP_TARGET, VCPU, VCPU_STATE } from '../memory/layout';
import { type CodeRecord, dword, Emitter, SPILLED_EAX, SPILLED_ECX } from './emitter';
import type { Exit, GuestInstruction } from './translation';

export const UNIT_LIMIT = 12;

/** Limit of a code segment that no jump can leave. */
const WHOLE_SPACE = 0xffffffff;

export interface Emitted {
  readonly bytes: readonly number[];
  readonly records: readonly CodeRecord[];
  readonly exits: readonly Exit[];
}

const stateField = (word: number): number => VCPU_STATE + word * 4;

/** True when a translation unit must end after this instruction. */
export function endsUnit(instruction: Instruction): boolean {
  if (instruction.invalid !== 'no' || instruction.flowControl !== FlowControl.Next) return true;
  // After these the virtual CPU may be in another mode, address space or asleep.
  if (writesSystemRegister(instruction)) return true;
  switch (instruction.mnemonic) {
    case Mnemonic.Hlt:
    case Mnemonic.Lmsw:
    case Mnemonic.Invlpg:
    case Mnemonic.Popf:
    case Mnemonic.Popfd:
      return true;
    default:
      return false;
  }
}

/** MOV to CR0, CR3, CR4 or a debug register. */
function writesSystemRegister(instruction: Instruction): boolean {
  const destination = instruction.operands[0];
  return (
    usesSystemRegister(instruction) &&
    destination?.kind === 'register' &&
    destination.register >= Register.CR0
  );
}

/** True when interrupts stay blocked until the instruction after this one has executed. */
export function castsShadow(instruction: Instruction): boolean {
  if (instruction.mnemonic === Mnemonic.Sti || instruction.mnemonic === Mnemonic.Lss) return true;
  const destination = instruction.operands[0];
  return (
    (instruction.mnemonic === Mnemonic.Mov || instruction.mnemonic === Mnemonic.Pop) &&
    destination?.kind === 'register' &&
    destination.register === Register.SS
  );
}

/**
 * Emits the translation of one unit.
 *
 * @param unit decoded guest instructions in order; all but the last fall through
 * @param guilty guest EIPs of plain instructions that keep touching traced pages: they become callouts
 * @param codeLimit last valid offset of the guest's code segment
 */
export function translateUnit(
  unit: readonly GuestInstruction[],
  guilty: ReadonlySet<number>,
  codeLimit = WHOLE_SPACE,
): Emitted {
  invariant(unit.length > 0, 'a translation unit has at least one instruction');
  const emitter = new Emitter();
  const exits: Exit[] = [];
  let shadow = false;
  unit.forEach((guest, index) => {
    const { decoded } = guest;
    emitter.context = {
      tag: 'same',
      guestIndex: index,
      guestEip: decoded.address,
      boundary: true,
      spilled: 0,
      shadow,
    };
    const callout = guilty.has(decoded.address) ? 'emulate' : calloutFor(guest, codeLimit);
    emitGuestInstruction(emitter, exits, guest, callout);
    shadow = castsShadow(decoded);
  });
  const last = unit[unit.length - 1]?.decoded;
  if (last && fallsThrough(last)) emitExit(emitter, exits, nextEip(last), null);
  return { bytes: emitter.bytes, records: emitter.records, exits };
}

const nextEip = (instruction: Instruction): number =>
  (instruction.address + instruction.length) >>> 0;

function fallsThrough(instruction: Instruction): boolean {
  return instruction.invalid === 'no' && instruction.flowControl === FlowControl.Next;
}

/** An exit slot between guest instructions: nothing of the guest's retires in it. */
function emitExit(emitter: Emitter, exits: Exit[], target: number, branch: number | null): void {
  Object.assign(emitter.context, {
    tag: 'exit',
    guestIndex: null,
    guestEip: target,
    boundary: true,
    spilled: 0,
    shadow: false,
  });
  const slot = emitter.callout('dispatch');
  exits.push({ slot, branch, target });
}

function emitGuestInstruction(
  emitter: Emitter,
  exits: Exit[],
  guest: GuestInstruction,
  callout: Callout | null,
): void {
  const { decoded, bytes } = guest;
  if (callout) {
    emitter.context.tag = 'hypervisor-call';
    if (callout === 'popf') {
      emitter.context.tag = 'rewritten';
      emitter.popTo(VCPU.POPPED);
      emitter.context.tag = 'hypervisor-call';
    }
    emitter.callout(callout);
    return;
  }
  switch (decoded.flowControl) {
    case FlowControl.UnconditionalBranch:
      emitJump(emitter, exits, decoded);
      return;
    case FlowControl.ConditionalBranch:
      emitConditional(emitter, exits, guest);
      return;
    case FlowControl.Call: {
      emitter.context.tag = 'rewritten';
      emitter.pushConstant(nextEip(decoded), 1);
      emitExit(emitter, exits, branchTarget(decoded), null);
      return;
    }
    case FlowControl.Return:
      emitReturn(emitter, decoded);
      return;
    case FlowControl.IndirectBranch:
    case FlowControl.IndirectCall:
      emitIndirect(emitter, guest);
      return;
    default:
      break;
  }
  emitter.context.tag = 'rewritten';
  switch (decoded.mnemonic) {
    case Mnemonic.Cli:
      emitter.storeConstant(VCPU.IF, 0, 1);
      return;
    case Mnemonic.Sti:
      emitSti(emitter, decoded);
      return;
    case Mnemonic.Pushfd:
      emitPushf(emitter);
      return;
    case Mnemonic.Mov: {
      const simple = simpleMove(decoded);
      if (simple) {
        emitter.loadRegister(simple.register, simple.field, 1);
        return;
      }
      break;
    }
    default:
      break;
  }
  emitter.context.tag = 'same';
  emitter.instruction(bytes, 1);
}

/** The callout that carries out this instruction, or null where it can run in the cache. */
function calloutFor({ decoded, bytes }: GuestInstruction, codeLimit: number): Callout | null {
  const rule = translationRule(decoded);
  switch (rule) {
    case 'inline':
      return null;
    case 'identical':
      return reachesMonitorSegments(decoded) ? 'emulate' : null;
    case 'direct-branch':
    case 'indirect-branch': {
      // 16-bit operand size truncates EIP: rare enough for the virtual CPU.
      const isOdd = reachesMonitorSegments(decoded) || hasOperandSizePrefix(bytes);
      return isOdd || mayLeaveSegment(decoded, codeLimit) ? 'emulate' : null;
    }
    default:
      return rule;
  }
}

/**
 * In the cache CS covers the monitor and %gs is the monitor's: a guest access through either would reach its
 * data, so the virtual CPU does it on the guest's own segment.
 */
const reachesMonitorSegments = (instruction: Instruction): boolean =>
  instruction.segmentPrefix === Register.CS || instruction.segmentPrefix === Register.GS;

const PREFIXES: ReadonlySet<number> = new Set([
  0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65, 0x66, 0x67, 0xf0, 0xf2, 0xf3,
]);

function prefixLength(bytes: Uint8Array): number {
  let length = 0;
  while (PREFIXES.has(bytes[length] ?? -1)) length++;
  return length;
}

const hasOperandSizePrefix = (bytes: Uint8Array): boolean =>
  bytes.subarray(0, prefixLength(bytes)).includes(0x66);

/** MOV r32 from a control or segment register: a load of the vcpu field that holds the guest's value. */
function simpleMove(instruction: Instruction): { register: number; field: number } | null {
  const [to, from] = instruction.operands;
  if (!readsHeldRegister(instruction)) return null;
  invariant(to?.kind === 'register' && from?.kind === 'register', 'a held register is moved');
  const register = to.register - Register.EAX;
  const word = isSegmentRegister(from.register)
    ? WORD.SELECTOR + SEGMENT_WORD[from.register - Register.ES]!
    : CONTROL_WORD.get(from.register);
  invariant(word !== undefined, 'a held register has a field');
  return { register, field: stateField(word) };
}

/** iced numbers segment registers as the encoding does: ES CS SS DS FS GS. */
const SEGMENT_WORD = [SEG.ES, SEG.CS, SEG.SS, SEG.DS, SEG.FS, SEG.GS] as const;

const CONTROL_WORD: ReadonlyMap<Register, number> = new Map([
  [Register.CR0, WORD.CR0],
  [Register.CR2, WORD.CR2],
  [Register.CR3, WORD.CR3],
  [Register.CR4, WORD.CR4],
]);

/** A jump beyond the code segment's limit faults before it does anything: the virtual CPU has to check. */
function mayLeaveSegment(instruction: Instruction, codeLimit: number): boolean {
  if (codeLimit === WHOLE_SPACE) return false;
  const target = instruction.operands[0];
  return target?.kind !== 'near-branch' || target.target >>> 0 > codeLimit;
}

function branchTarget(instruction: Instruction): number {
  const target = instruction.operands[0];
  invariant(target?.kind === 'near-branch', 'a direct branch has a near target');
  return target.target;
}

/** JMP rel: the exit slot itself is the guest's jump. */
function emitJump(emitter: Emitter, exits: Exit[], instruction: Instruction): void {
  emitter.context.tag = 'exit';
  const slot = emitter.callout('dispatch', 1);
  exits.push({ slot, branch: null, target: branchTarget(instruction) });
}

/** Jcc, JECXZ, LOOP: the same test, to one of two exit slots. */
function emitConditional(emitter: Emitter, exits: Exit[], guest: GuestInstruction): void {
  const { decoded, bytes } = guest;
  const skip = prefixLength(bytes);
  const opcode = bytes[skip] ?? 0;
  const fallThrough = nextEip(decoded);
  const taken = branchTarget(decoded);
  emitter.context.tag = 'rewritten';
  const isShortOnly = opcode >= 0xe0 && opcode <= 0xe3;
  if (isShortOnly) {
    // LOOP and JECXZ reach only 127 bytes: over the fall-through slot to the taken one.
    emitter.instruction([...bytes.subarray(0, skip), opcode, 7], 1);
    emitExit(emitter, exits, fallThrough, null);
    emitExit(emitter, exits, taken, null);
    return;
  }
  const condition = (opcode === 0x0f ? (bytes[skip + 1] ?? 0) : opcode) & 0x0f;
  const offset = emitter.instruction([0x0f, 0x80 | condition, ...dword(7)], 1);
  emitExit(emitter, exits, fallThrough, null);
  emitExit(emitter, exits, taken, offset + 2);
}

/** RET: pop the guest's return address, then look its translation up. */
function emitReturn(emitter: Emitter, instruction: Instruction): void {
  emitter.context.tag = 'rewritten';
  emitter.saveEax(VCPU.EAX);
  emitter.saveEcx(VCPU.ECX);
  emitter.instruction([0x58]); // pop eax
  emitter.context.spilled = SPILLED_EAX;
  const release = instruction.operands[0];
  if (release?.kind === 'immediate' && release.value !== 0) {
    emitter.instruction([0x8d, 0xa4, 0x24, ...dword(release.value & 0xffff)]); // lea esp,[esp+imm]
  }
  emitLookup(emitter);
}

/** JMP r/m32 and CALL r/m32: the target is read as the guest would read it, into EAX. */
function emitIndirect(emitter: Emitter, guest: GuestInstruction): void {
  const { decoded, bytes } = guest;
  emitter.context.tag = 'rewritten';
  emitter.saveEax(VCPU.EAX);
  emitter.saveEcx(VCPU.ECX);
  const skip = prefixLength(bytes);
  const modrm = bytes[skip + 1] ?? 0;
  // FF /4 or FF /2 becomes 8B /r with EAX as destination: mov eax,<same operand>
  emitter.instruction([
    ...bytes.subarray(0, skip),
    0x8b,
    modrm & 0xc7,
    ...bytes.subarray(skip + 2),
  ]);
  emitter.context.spilled = SPILLED_EAX;
  if (decoded.flowControl === FlowControl.IndirectCall) emitter.pushConstant(nextEip(decoded));
  emitLookup(emitter);
}

/**
 * Guest EIP in EAX to the cache, through the 256-entry table indexed by its low byte. The key is stored negated, so
 * that LEA can compare without touching flags; a mismatch calls the monitor, which finds or makes the translation.
 */
function emitLookup(emitter: Emitter): void {
  const { context } = emitter;
  context.spilled = SPILLED_EAX | SPILLED_ECX;
  emitter.instruction([0x0f, 0xb6, 0xc8]); // movzx ecx,al
  emitter.instruction([0x65, 0x8b, 0x0c, 0xcd, ...dword(LOOKUP_KEY)]); // mov ecx,gs:[ecx*8+key]
  emitter.instruction([0x8d, 0x0c, 0x01]); // lea ecx,[ecx+eax]
  emitter.instruction([0xe3, 7]); // jecxz over the callout
  context.tag = 'hypervisor-call';
  emitter.callout('lookup-miss');
  context.tag = 'rewritten';
  emitter.instruction([0x0f, 0xb6, 0xc8]); // movzx ecx,al
  emitter.instruction([0x65, 0x8b, 0x0c, 0xcd, ...dword(LOOKUP_TARGET)]); // mov ecx,gs:[ecx*8+target]
  emitter.saveEcx(VCPU.TARGET);
  emitter.loadEax(VCPU.EAX);
  emitter.loadRegister(1, VCPU.ECX);
  context.spilled = 0;
  emitter.jumpThrough(VCPU.TARGET, 1);
}

/** STI: set the virtual IF, then ask for a waiting interrupt. */
function emitSti(emitter: Emitter, instruction: Instruction): void {
  emitter.storeConstant(VCPU.IF, EFLAGS_IF, 1);
  const { context } = emitter;
  // From here on the guest's STI is done; the monitor keeps the one-instruction shadow.
  context.guestEip = nextEip(instruction);
  context.shadow = true;
  emitter.saveEcx(VCPU.ECX);
  emitter.loadRegister(1, VCPU.PENDING);
  context.spilled = SPILLED_ECX;
  emitter.instruction([0xe3, 7]); // jecxz over the callout
  context.tag = 'hypervisor-call';
  emitter.callout('interrupts');
  context.tag = 'rewritten';
  emitter.loadRegister(1, VCPU.ECX);
}

/**
 * PUSHFD: the real flags go to the guest's own stack slot, then the real IF bit is replaced by the virtual one and
 * the virtual IOPL is merged in (the real IOPL is always 0).
 */
function emitPushf(emitter: Emitter): void {
  emitter.instruction([0x9c]); // pushfd
  emitter.saveEax(VCPU.EAX);
  emitter.instruction([0x9f]); // lahf
  emitter.context.spilled = SPILLED_EAX;
  emitter.instruction([0x0f, 0x90, 0xc0]); // seto al
  emitter.saveEax(VCPU.FLAGS);
  emitter.instruction([0x81, 0x24, 0x24, ...dword(~EFLAGS_IF)]); // and dword [esp],~IF
  emitter.loadEax(VCPU.IF);
  emitter.instruction([0x09, 0x04, 0x24]); // or [esp],eax
  emitter.loadEax(VCPU.IOPL);
  emitter.instruction([0x09, 0x04, 0x24]); // or [esp],eax
  emitter.loadEax(VCPU.FLAGS);
  emitter.instruction([0x04, 0x7f]); // add al,127: OF again
  emitter.instruction([0x9e]); // sahf: SF ZF AF PF CF again
  emitter.loadEax(VCPU.EAX, 1);
}
