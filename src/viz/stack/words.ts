/** Words for what stands on a stack and in a call stack. */
import { hex16, hex32 } from '../../base/hex';
import type { CallFrameView, StackEntryKind, StackView } from '../../session/debug';

/** A short name and what it means, for each kind of stack word. */
export const STACK_KINDS: Readonly<
  Record<StackEntryKind, { readonly name: string; readonly meaning: string }>
> = {
  'return-address': { name: 'return', meaning: 'the address just behind a CALL: where a RET goes' },
  'saved-frame-pointer': { name: 'saved EBP', meaning: 'the caller’s frame pointer' },
  frame: {
    name: 'frame',
    meaning: 'pushed by the CPU: an interrupt, an exception or a far call, told by its shape',
  },
  code: { name: 'code', meaning: 'the address of an instruction' },
  data: { name: 'data', meaning: 'the address of labelled data' },
  stack: { name: 'stack', meaning: 'an address on this stack' },
  value: { name: '', meaning: 'a value' },
};

/** The names of the stack registers, by the size of a word. */
export const stackRegisters = (wordBytes: StackView['wordBytes']) =>
  wordBytes === 4 ? { pointer: 'ESP', frame: 'EBP' } : { pointer: 'SP', frame: 'BP' };

/** What the badge of a stack word says. */
export const kindName = (kind: StackEntryKind, wordBytes: StackView['wordBytes']): string =>
  kind === 'saved-frame-pointer'
    ? `saved ${stackRegisters(wordBytes).frame}`
    : STACK_KINDS[kind].name;

/** What a stack word leads to, in words: its label, or the address where an address belongs. */
export function targetWords(entry: StackView['entries'][number]): string | null {
  const { target, label, kind } = entry;
  if (target === null) return null;
  return label ?? (kind === 'frame' || kind === 'stack' ? hex32(target) : null);
}

/** How a frame led to the one above it in the list. */
const FRAME_WORDS: Readonly<Record<CallFrameView['by'], string>> = {
  current: 'executes',
  call: 'called it',
  interrupt: 'was interrupted',
  task: 'suspended',
};

/** `was interrupted`; `task 0028, suspended`. */
export const frameWords = ({ by, task }: CallFrameView): string =>
  task === null ? FRAME_WORDS[by] : `task ${hex16(task)}, ${FRAME_WORDS[by]}`;

/** `esp+8`, or `ebp-4` where a frame pointer in reach makes it shorter to say. */
export function distance(address: number, pointer: number): string {
  const offset = address - pointer;
  if (offset === 0) return '+0';
  return offset > 0 ? `+${offset.toString(16)}` : `−${(-offset).toString(16)}`;
}
