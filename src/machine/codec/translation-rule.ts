/**
 * What binary translation does with an instruction of a guest kernel, as data: the translator obeys this table and the
 * page's documentation reads it.
 *
 * Not here: what depends on where the instruction stands (a segment limit, a traced page), which the translator adds.
 */
import { FlowControl, Mnemonic, Register } from 'iced-x86';
import type { Instruction } from './instruction';
import {
  isFarTransfer,
  isSegmentRegister,
  sensitivityOf,
  usesSegmentRegister,
  usesSystemRegister,
} from './sensitivity';

export type TranslationRule =
  /** The same bytes. */
  | 'identical'
  /** A near branch whose target is known: an exit slot, chained later. */
  | 'direct-branch'
  /** A near branch through a register, memory or the stack: the target's translation is looked up. */
  | 'indirect-branch'
  /** A short sequence on the virtual CPU's fields. */
  | 'inline'
  /** A call to the monitor: all the others, by the callout's name. */
  | MonitorCallRule;

export type MonitorCallRule =
  | 'popf'
  | 'iret'
  | 'halt'
  | 'port'
  | 'far-transfer'
  | 'segment'
  | 'system'
  | 'emulate';

/** Instructions with a rule of their own, whatever their operands. */
const BY_MNEMONIC: ReadonlyMap<Mnemonic, TranslationRule> = new Map<Mnemonic, TranslationRule>([
  [Mnemonic.Cli, 'inline'],
  [Mnemonic.Sti, 'inline'],
  [Mnemonic.Pushfd, 'inline'],
  [Mnemonic.Popfd, 'popf'],
  [Mnemonic.Iret, 'iret'],
  [Mnemonic.Iretd, 'iret'],
  [Mnemonic.Hlt, 'halt'],
  [Mnemonic.In, 'port'],
  [Mnemonic.Out, 'port'],
  [Mnemonic.Insb, 'port'],
  [Mnemonic.Insw, 'port'],
  [Mnemonic.Insd, 'port'],
  [Mnemonic.Outsb, 'port'],
  [Mnemonic.Outsw, 'port'],
  [Mnemonic.Outsd, 'port'],
  [Mnemonic.Retf, 'far-transfer'],
]);

const BY_FLOW: ReadonlyMap<FlowControl, TranslationRule> = new Map<FlowControl, TranslationRule>([
  [FlowControl.Next, 'identical'],
  [FlowControl.UnconditionalBranch, 'direct-branch'],
  [FlowControl.ConditionalBranch, 'direct-branch'],
  [FlowControl.Call, 'direct-branch'],
  [FlowControl.Return, 'indirect-branch'],
  [FlowControl.IndirectBranch, 'indirect-branch'],
  [FlowControl.IndirectCall, 'indirect-branch'],
]);

const HELD: ReadonlySet<Register> = new Set([
  Register.CR0,
  Register.CR2,
  Register.CR3,
  Register.CR4,
]);

/** MOV r32 from a segment or control register: the virtual CPU's page holds the guest's value. */
export function readsHeldRegister(instruction: Instruction): boolean {
  const [to, from] = instruction.operands;
  if (instruction.mnemonic !== Mnemonic.Mov) return false;
  if (to?.kind !== 'register' || from?.kind !== 'register') return false;
  if (to.register < Register.EAX || to.register > Register.EDI) return false;
  return isSegmentRegister(from.register) || HELD.has(from.register);
}

export function translationRule(instruction: Instruction): TranslationRule {
  if (instruction.invalid !== 'no') return 'emulate';
  const own = BY_MNEMONIC.get(instruction.mnemonic);
  if (own) return own;
  if (isFarTransfer(instruction)) return 'far-transfer';
  if (readsHeldRegister(instruction)) return 'inline';
  if (usesSegmentRegister(instruction)) return 'segment';
  if (usesSystemRegister(instruction) || sensitivityOf(instruction) !== 'plain') return 'system';
  const rule = BY_FLOW.get(instruction.flowControl) ?? 'emulate';
  // VMCALL, SYSCALL and others of later CPUs count as calls and have no target: they are #UD.
  const hasTarget = instruction.operands[0]?.kind === 'near-branch';
  return rule === 'direct-branch' && !hasTarget ? 'emulate' : rule;
}
