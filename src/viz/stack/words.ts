/** Words for what stands on a stack and in a call stack. */
import type { CallFrameView, StackEntryKind } from '../../session/debug';

/** A short name and what it means, for each kind of stack word. */
export const STACK_KINDS: Readonly<
  Record<StackEntryKind, { readonly name: string; readonly meaning: string }>
> = {
  'return-address': { name: 'return', meaning: 'the address just behind a CALL: where a RET goes' },
  'saved-frame-pointer': { name: 'saved EBP', meaning: 'the caller’s frame pointer' },
  code: { name: 'code', meaning: 'the address of an instruction' },
  data: { name: 'data', meaning: 'the address of labelled data' },
  stack: { name: 'stack', meaning: 'an address on this stack' },
  value: { name: '', meaning: 'a value' },
};

/** How a frame led to the one above it in the list. */
export const FRAME_WORDS: Readonly<Record<CallFrameView['by'], string>> = {
  current: 'executes',
  call: 'called it',
  interrupt: 'was interrupted',
};

/** `esp+8`, or `ebp-4` where a frame pointer in reach makes it shorter to say. */
export function distance(address: number, pointer: number): string {
  const offset = address - pointer;
  if (offset === 0) return '+0';
  return offset > 0 ? `+${offset.toString(16)}` : `−${(-offset).toString(16)}`;
}
