/** Which line of a translation came from which line of the guest block, both ways, and the words for their tags. */
import type { BlockView, GuestLine, LineTag, MachineView } from '../../session/view';

export const TAG_WORDS: Readonly<Record<LineTag, string>> = {
  same: 'same',
  rewritten: 'rewritten',
  'hypervisor-call': 'hypervisor call',
  chained: 'chained',
  exit: 'exit',
};

export const CLASS_WORDS: Readonly<Record<GuestLine['class'], string>> = {
  plain: '',
  sensitive: 'sensitive',
  privileged: 'privileged',
  'ends-block': 'ends block',
};

const SHORT_TAGS: Readonly<Record<string, string>> = {
  same: '=',
  rewritten: 'new',
  'hypervisor call': 'call',
  chained: 'chain',
  sensitive: 'sens.',
  privileged: 'priv.',
  'ends block': 'end',
};

/** A tag's word where there is no room for it; its tip tells the whole. */
export const shortTag = (word: string): string => SHORT_TAGS[word] ?? word;

/** What each tag means, one sentence, for tips. */
export const TAG_MEANINGS: Readonly<Record<LineTag, string>> = {
  same: 'Copied unchanged from the guest.',
  rewritten: 'Replaced by instructions that work on the virtual CPU.',
  'hypervisor-call': 'Calls the hypervisor in ring 0 through a call gate.',
  chained: 'Jumps straight to the next translated block.',
  exit: 'Leaves to the hypervisor, which finds or translates the next block.',
};

export const CLASS_MEANINGS: Readonly<Record<GuestLine['class'], string>> = {
  plain: 'Harmless in any ring.',
  sensitive: 'Reads or changes machine state without trapping outside ring 0.',
  privileged: 'Raises #GP(0) outside ring 0.',
  'ends-block': 'Transfers control: the basic block ends here.',
};

/** What the translator puts in place of an instruction, one sentence, by its mnemonic. */
const SEQUENCES: Readonly<Record<string, string>> = {
  pushf: 'Saves the flags, merges in the virtual IF and IOPL, and restores what it used.',
  popf: 'Takes the flags from the stack and calls the hypervisor, which sets the virtual IF.',
  cli: 'Clears the virtual IF in memory; the real one stays as it is.',
  sti: 'Sets the virtual IF; the hypervisor delivers what was waiting.',
  ret: 'Takes the return address from the stack and looks its translation up.',
  call: 'Pushes the guest\u2019s own return address, and goes on in a translation.',
  iret: 'The hypervisor returns for the guest, on the virtual CPU.',
};

/** What `tag` means for a line that came from `guest` (its text); the general meaning where nothing special is known. */
export function meaningOf(tag: LineTag, guest: string | undefined): string {
  const mnemonic = /^[a-z]+/.exec(guest ?? '')?.[0].replace(/^(pushf|popf|iret)[dw]$/, '$1') ?? '';
  const own = tag === 'rewritten' || tag === 'hypervisor-call' ? SEQUENCES[mnemonic] : undefined;
  return own ? `For ${mnemonic}: ${own}` : TAG_MEANINGS[tag];
}

/** For each guest line, the indices of its translated lines, in order. */
export function linesOf(block: BlockView): readonly (readonly number[])[] {
  const lines: number[][] = block.guest.map(() => []);
  for (const [i, line] of block.translation.entries()) {
    if (line.from !== null) lines[line.from]?.push(i);
  }
  return lines;
}

/** Tag of a guest line: its class, or `same` for a plain line copied as it is. */
export function guestTag(block: BlockView, index: number): string {
  const line = block.guest[index];
  if (!line) return '';
  if (line.class !== 'plain') return CLASS_WORDS[line.class];
  const own = block.translation.filter((t) => t.from === index);
  return own.length > 0 && own.every((t) => t.tag === 'same') ? 'same' : '';
}

/** Why there is no translation to show, in one line; null when there is one. */
export function whyUntranslated(view: MachineView): string | null {
  if (view.block && view.block.translation.length > 0) return null;
  if (view.world.technique === 'bare')
    return 'No hypervisor: the CPU runs the guest\u2019s own bytes.';
  if (view.block && (view.actor === 'guest-user' || view.guest.cpl === 3)) {
    return 'Ring 3 code runs directly, unmodified.';
  }
  if (view.block)
    return 'Not translated yet: the hypervisor does it when the block is first needed.';
  return 'No guest block is being executed.';
}
