/** One spoken sentence per step, made from what was executed. */
import { hex32, address as hexAddress } from '../base/hex';
import type { MachineEvent } from '../machine/events';
import type { Outcome } from '../machine/outcome';
import { trapLabel } from './timeline';
import type { CpuView, InstructionView, Waypoint } from './view';

const GPR_NAMES = ['eax', 'ecx', 'edx', 'ebx', 'esp', 'ebp', 'esi', 'edi'] as const;

export interface StepFacts {
  readonly executed: InstructionView | null;
  readonly next: InstructionView | null;
  /** Machine instructions that retired in the step. */
  readonly instructions: number;
  readonly before: { readonly real: CpuView; readonly guest: CpuView } | null;
  readonly real: CpuView;
  readonly guest: CpuView;
  readonly events: readonly MachineEvent[];
  readonly outcome: Outcome | null;
  /** The waypoint just shown, when stepping by phase inside one instruction. */
  readonly waypoint: Waypoint | null;
  /** A technique in which real and guest CPU differ. */
  readonly virtualized: boolean;
}

/** No step of the guest's own takes a monitor so many machine instructions. */
const LONG_WAY = 1000;

export function outcomeSentence(outcome: Outcome): string {
  switch (outcome.kind) {
    case 'exited':
      return `The guest ended itself through the debug-exit port with ${outcome.code}.`;
    case 'halted':
      return 'The guest halted, and nothing can ever wake it.';
    case 'budget':
      return 'The instruction budget is spent.';
    default:
      return outcome.message;
  }
}

export function sentenceOf(facts: StepFacts): string {
  const { executed, events, outcome, waypoint } = facts;
  if (waypoint) return `${capital(waypoint.label)}. ${waypoint.detail}`;
  if (outcome) return outcomeSentence(outcome);
  // The last event of many may be long past.
  if (facts.instructions > LONG_WAY && facts.next) {
    const { text, cpl } = facts.next;
    return `${facts.instructions.toLocaleString('en')} machine instructions ran; next is ${text} at ring ${cpl}.`;
  }
  const told = eventSentence(facts);
  if (told) return told;
  // Nothing has retired, and nothing been delivered.
  if (!executed) return startSentence(facts);
  const changes = describeChanges(facts);
  const count = facts.instructions > 1 ? ` (${facts.instructions} machine instructions)` : '';
  const silent = events.find((event) => event.kind === 'sensitive-silent');
  if (silent?.kind === 'sensitive-silent') {
    return `${silent.mnemonic} ran at ring ${silent.cpl} without a trap: ${silent.effect}.`;
  }
  return `${executed.text} executed at ring ${executed.cpl}${count}${changes ? `: ${changes}` : ''}.`;
}

const startSentence = ({ next }: StepFacts): string =>
  next
    ? `Before the first instruction: ${next.text} at ${hexAddress(next.address)}, ring ${next.cpl}.`
    : 'Before the first instruction.';

type Kind = MachineEvent['kind'];
const find = <K extends Kind>(events: readonly MachineEvent[], kind: K) =>
  events.findLast((event): event is Extract<MachineEvent, { kind: K }> => event.kind === kind);

/** What happened to the flow of control, if anything did. */
function eventSentence(facts: StepFacts): string | null {
  const { events } = facts;
  const injected = find(events, 'injected');
  if (injected) {
    return `The hypervisor delivered ${trapLabel(injected)} to the guest through the guest's own IDT: its handler is at ${hexAddress(injected.gate.offset)}.`;
  }
  const callout = find(events, 'callout');
  if (callout) {
    const emulated = find(events, 'emulated');
    const what = emulated?.text || callout.name;
    return `${what} called out to the hypervisor${flagStory(facts)}.`;
  }
  const hidden = find(events, 'hidden-fault');
  if (hidden) {
    return `A hidden page fault at ${hexAddress(hidden.address)}: the hypervisor filled its shadow entry, the guest never knows.`;
  }
  const chained = find(events, 'chained');
  const translated = find(events, 'translated');
  if (translated) {
    const { block, guestInstructions } = translated;
    const many = guestInstructions === 1 ? 'instruction' : 'instructions';
    return `The hypervisor translated block ${block}: ${guestInstructions} guest ${many} at ${hexAddress(translated.guestEip)}${
      chained ? ', and chained the exit that led to it' : ''
    }.`;
  }
  if (chained) return `Block ${chained.from} is now chained to block ${chained.to}.`;
  const trap = find(events, 'trap');
  if (trap) {
    return `${capital(trapLabel(trap))} ${
      trap.source === 'external' ? 'interrupted' : 'trapped from'
    } ring ${trap.fromCpl}: the CPU entered the handler at ${hexAddress(trap.gate.offset)} in ring ${trap.toCpl}.`;
  }
  const call = find(events, 'gate-call');
  if (call) return `A call through a gate went from ring ${call.fromCpl} to ring ${call.toCpl}.`;
  const iret = find(events, 'iret');
  if (iret) {
    return `IRET returned from ring ${iret.fromCpl} to ring ${iret.toCpl} at ${hexAddress(iret.toEip)}.`;
  }
  const halt = find(events, 'halt');
  if (halt) return 'The guest halted until the next interrupt.';
  return null;
}

function flagStory({ before, real, guest, virtualized }: StepFacts): string {
  if (!before || !virtualized) return '';
  const was = before.guest.interruptFlag;
  const is = guest.interruptFlag;
  if (was === is) return '';
  // Inside the hypervisor the real IF is its own affair.
  if (real.cpl === 0) return `: virtual IF went from ${was} to ${is}`;
  const realWas = before.real.interruptFlag;
  const realIs = real.interruptFlag;
  const realStory =
    realWas === realIs
      ? `the real IF stayed ${realIs}`
      : `the real IF went from ${realWas} to ${realIs}`;
  return `: virtual IF went from ${was} to ${is}, ${realStory}`;
}

/** The registers that changed, most telling first, at most three. */
function describeChanges(facts: StepFacts): string {
  const { before, real, guest } = facts;
  if (!before) return '';
  const changes: string[] = [];
  if (before.guest.interruptFlag !== guest.interruptFlag) {
    const story = flagStory(facts);
    changes.push(
      story === ''
        ? `IF went from ${before.guest.interruptFlag} to ${guest.interruptFlag}`
        : story.slice(2),
    );
  }
  for (const register of ['cr0', 'cr3', 'cr4'] as const) {
    if (before.guest[register] !== guest[register]) {
      changes.push(`${register} is now ${hex32(guest[register])}`);
    }
  }
  GPR_NAMES.forEach((name, i) => {
    if (before.real.gpr[i] !== real.gpr[i]) changes.push(`${name} is now ${hex32(real.gpr[i]!)}`);
  });
  return changes.slice(0, 3).join(', ');
}

const capital = (text: string): string =>
  text === '' ? '' : `${text[0]!.toUpperCase()}${text.slice(1)}`;
