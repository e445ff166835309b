/**
 * Steps over calls and out of functions. Each is a breakpoint for once on the stack word that says where control goes back
 * to: forward its read, by RET or IRET, back on the caller's stack; backward its write, by the CALL or the delivery of the
 * interrupt. Where the word is not known before (a gate's stack), the place itself is waited for.
 */
import { FlowControl, Mnemonic } from 'iced-x86';
import { err, ok, type Result } from '../base/result';
import { baseOf, bitsOf, calls, instructionAt, linearEip, lookAt } from '../debugger/inspect';
import type { Registers, System } from '../hypervisor/core/system';
import type { Instruction } from '../machine/codec/instruction';
import { SEG } from '../machine/cpu/state';
import type { Armed } from './breakpoints/armed';
import { contextOf } from './inspections';
import type { Run } from './run';

type Place = { readonly kind: 'code'; readonly addresses: readonly number[] } | DataPlace;
type DataPlace = Pick<Extract<Armed, { kind: 'data' }>, 'kind' | 'watch'>;

/** Nobody set it, so nobody is told of it. */
const armedOnce = (place: Place, holds: ((registers: Registers) => boolean) | null): Armed => ({
  breakpoint: { id: '', enabled: true, place: { kind: 'address', address: 0 }, condition: null },
  condition: holds && {
    text: '',
    evaluate: (machine) => ok(holds(machine.guest()) ? 1 : 0),
  },
  ...place,
});

/** The stack pointer as a linear address. */
function linearEsp(registers: Registers): number {
  const esp = registers.gpr[4] ?? 0;
  const offset = bitsOf(registers, SEG.SS) === 32 ? esp : esp & 0xffff;
  return (baseOf(registers, SEG.SS) + offset) >>> 0;
}

/** Bytes that a near CALL pushes here, and RET pops, without an operand-size prefix. */
const wordOf = (registers: Registers): 2 | 4 => (bitsOf(registers, SEG.CS) === 32 ? 4 : 2);

/** Back on that stack at that level, as far out as `esp`; other processes may run the same code on stacks of their own. */
const backIn =
  ({ cr3, cpl, esp }: { cr3: number; cpl: number; esp: number }) =>
  (registers: Registers) =>
    registers.cr3 === cr3 && registers.cpl === cpl && linearEsp(registers) >= esp;

function nextOf(system: System): Instruction | null {
  const cpu = lookAt(system, 'guest');
  return instructionAt(cpu, linearEip(cpu.registers));
}

/** Its RET reads the word that it pushes: threads in one address space may come to the same place on other stacks. */
const isNear = ({ flowControl, operands, farIndirect }: Instruction): boolean =>
  flowControl !== FlowControl.Interrupt && !farIndirect && operands[0]?.kind !== 'far-branch';

const CALLS: ReadonlySet<FlowControl> = new Set([
  FlowControl.Call,
  FlowControl.IndirectCall,
  FlowControl.Interrupt,
]);

/** Where the call goes on that is next on this machine; null: no call is next. */
export function behindCall(system: System): Armed | null {
  if (!system.atGuestBoundary()) return null;
  const next = nextOf(system);
  if (!next || !CALLS.has(next.flowControl)) return null;
  const guest = system.guest();
  const { cr3, cpl } = guest;
  const esp = linearEsp(guest);
  const back = backIn({ cr3, cpl, esp });
  const word = wordOf(guest);
  if (isNear(next)) return armedOnce(accessTo(esp - word, word, 'read'), back);
  const place = (linearEip(guest) + next.length) >>> 0;
  return armedOnce({ kind: 'code', addresses: [place] }, back);
}

const INTERRUPT_RETURNS: ReadonlySet<Mnemonic> = new Set([Mnemonic.Iret, Mnemonic.Iretd]);

/** What wrote the place that the return leads to which is next on this machine; null: no return is next. */
export function beforeReturn(system: System): Armed | null {
  if (!system.atGuestBoundary()) return null;
  const next = nextOf(system);
  if (next?.flowControl !== FlowControl.Return) return null;
  const guest = system.guest();
  const word = wordOf(guest);
  const skipped = INTERRUPT_RETURNS.has(next.mnemonic) ? word : 0;
  return writeOf(linearEsp(guest) + skipped, word);
}

const accessTo = (address: number, length: number, on: 'read' | 'write'): DataPlace => ({
  kind: 'data',
  watch: { space: 'virtual', address: address >>> 0, length, on },
});

const writeOf = (address: number, length: number): Armed =>
  armedOnce(accessTo(address, length, 'write'), null);

/** Where the present function goes back to, and what brought control into it; or why neither is known. */
export function aroundFunction(
  run: Run,
): Result<{ readonly out: Armed; readonly entry: Armed }, string> {
  const { frames, ended } = calls(contextOf(run, null));
  const caller = frames[1];
  if (!caller || caller.returnSlot === null) return err(`No caller is known. ${ended}`);
  const guest = run.cursor.machine.guest();
  const word = wordOf(guest);
  const { returnSlot, cpl, stackPointer } = caller;
  const back = backIn({ cr3: guest.cr3, cpl, esp: stackPointer });
  // A task is left by a task switch; all others by a RET or IRET that reads the word, whatever stands in it by then.
  const out: Place =
    caller.by === 'task'
      ? { kind: 'code', addresses: [caller.address] }
      : accessTo(returnSlot, word, 'read');
  // Of an interrupt frame the code selector is looked at: handlers change the address, to step over an instruction.
  const written = returnSlot + (caller.by === 'interrupt' ? word : 0);
  return ok({ out: armedOnce(out, back), entry: writeOf(written, word) });
}
