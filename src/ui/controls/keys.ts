/**
 * Keys to commands. One table serves the handler, the help dialog and the hints, so they cannot disagree.
 * gdb's letters, Shift for backwards, `[` `]` for events, and what a lecturer's clicker sends.
 */
import type { Direction, StepUnit } from '../../session/world';

export type KeyCommand =
  | { readonly kind: 'step'; readonly unit: StepUnit | null; readonly direction: Direction }
  | { readonly kind: 'play-pause' }
  | { readonly kind: 'pause' }
  | { readonly kind: 'start' }
  | { readonly kind: 'end' }
  | { readonly kind: 'lesson'; readonly direction: Direction }
  | { readonly kind: 'resume'; readonly direction: Direction }
  | { readonly kind: 'step-over'; readonly direction: Direction }
  | { readonly kind: 'step-out'; readonly direction: Direction }
  | { readonly kind: 'mode' }
  | { readonly kind: 'help' }
  | { readonly kind: 'theme' };

export interface KeyBinding {
  readonly keys: readonly string[];
  readonly does: string;
  /** Only while the stage or the timeline has focus: elsewhere the key scrolls or moves in a list. */
  readonly focused?: boolean;
  readonly command: KeyCommand;
}

const step = (unit: StepUnit | null, direction: Direction): KeyCommand => ({
  kind: 'step',
  unit,
  direction,
});

export const KEY_BINDINGS: readonly KeyBinding[] = [
  { keys: ['s'], does: 'Step', command: step(null, 'forward') },
  { keys: ['S'], does: 'Step back', command: step(null, 'backward') },
  { keys: ['g'], does: 'Next guest instruction', command: step('guest', 'forward') },
  { keys: ['G'], does: 'Previous guest instruction', command: step('guest', 'backward') },
  { keys: ['n'], does: 'Next block', command: step('block', 'forward') },
  { keys: ['N'], does: 'Previous block', command: step('block', 'backward') },
  { keys: ['p'], does: 'Next phase', command: step('phase', 'forward') },
  { keys: ['P'], does: 'Previous phase', command: step('phase', 'backward') },
  { keys: [']'], does: 'Next event', command: step('event', 'forward') },
  { keys: ['['], does: 'Previous event', command: step('event', 'backward') },
  {
    keys: ['c'],
    does: 'Run to the next breakpoint, or on',
    command: { kind: 'resume', direction: 'forward' },
  },
  {
    keys: ['C'],
    does: 'Run back to the breakpoint before',
    command: { kind: 'resume', direction: 'backward' },
  },
  { keys: ['o'], does: 'Step over calls', command: { kind: 'step-over', direction: 'forward' } },
  { keys: ['O'], does: 'Back over calls', command: { kind: 'step-over', direction: 'backward' } },
  {
    keys: ['u'],
    does: 'Out of the function, up to its caller',
    command: { kind: 'step-out', direction: 'forward' },
  },
  {
    keys: ['U'],
    does: 'Back to where the function was called',
    command: { kind: 'step-out', direction: 'backward' },
  },
  {
    keys: ['ArrowRight', 'ArrowDown'],
    does: 'Step',
    focused: true,
    command: step(null, 'forward'),
  },
  {
    keys: ['ArrowLeft', 'ArrowUp'],
    does: 'Step back',
    focused: true,
    command: step(null, 'backward'),
  },
  { keys: [' '], does: 'Play or pause', command: { kind: 'play-pause' } },
  { keys: ['Escape'], does: 'Stop what runs', command: { kind: 'pause' } },
  { keys: ['Home'], does: 'Start of the run', command: { kind: 'start' } },
  { keys: ['End'], does: 'End of the run', command: { kind: 'end' } },
  {
    keys: ['PageDown'],
    does: 'Lesson: reveal, then next',
    command: { kind: 'lesson', direction: 'forward' },
  },
  { keys: ['PageUp'], does: 'Lesson: back', command: { kind: 'lesson', direction: 'backward' } },
  { keys: ['w'], does: 'Stage or workbench', command: { kind: 'mode' } },
  { keys: ['t'], does: 'Light or dark', command: { kind: 'theme' } },
  { keys: ['?'], does: 'This help', command: { kind: 'help' } },
];

/** Where a key was pressed, as far as keys care. */
export interface KeyPress {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
  /**
   * The focused element: `typing` takes every key, `button` takes space, `radio` space and arrows, `list` these and
   * Home and End.
   */
  readonly target: 'typing' | 'button' | 'radio' | 'list' | 'page';
  /** The focus is in the stage or the timeline, where arrows step. */
  readonly onStage: boolean;
}

const RADIO_KEYS = new Set(['ArrowUp', 'ArrowDown', 'ArrowLeft', 'ArrowRight', ' ']);
const LIST_KEYS = new Set([...RADIO_KEYS, 'Home', 'End']);

/** Keys of the workbench's editor, for the help dialog: CodeMirror has them, but for those that work everywhere. */
export const EDITOR_KEYS: readonly { readonly keys: readonly string[]; readonly does: string }[] = [
  { keys: ['Ctrl', 'Enter'], does: 'Assemble and run, from anywhere in the workbench' },
  { keys: ['Ctrl', 'Shift', 'Enter'], does: 'Assemble, and stop before the first instruction' },
  { keys: ['F1'], does: 'What is this word?' },
  { keys: ['Ctrl', 'B'], does: 'Go to where a label is defined; Ctrl and click too' },
  { keys: ['F8'], does: 'Next problem; with Shift the one before' },
  { keys: ['F9'], does: 'Breakpoint on this line' },
  { keys: ['Ctrl', 'F10'], does: 'Run to this line' },
  { keys: ['Ctrl', 'Space'], does: 'Complete' },
  { keys: ['Ctrl', '/'], does: 'Comment lines in or out' },
  { keys: ['Ctrl', 'F'], does: 'Find and replace' },
  { keys: ['Alt', 'G'], does: 'Go to a line' },
  { keys: ['Esc', 'Tab'], does: 'Leave the editor' },
];

/** The command a key press stands for here, or null when the key belongs to the focused element or the browser. */
export function commandForKey(press: KeyPress): KeyCommand | null {
  if (press.ctrlKey || press.metaKey || press.altKey || press.target === 'typing') return null;
  if (press.target === 'button' && press.key === ' ') return null;
  if (press.target === 'radio' && RADIO_KEYS.has(press.key)) return null;
  if (press.target === 'list' && LIST_KEYS.has(press.key)) return null;
  const binding = KEY_BINDINGS.find(
    (b) => b.keys.includes(press.key) && (!b.focused || press.onStage),
  );
  return binding?.command ?? null;
}

const KEY_CAPS: Readonly<Record<string, string>> = {
  ' ': 'Space',
  ArrowRight: '→',
  ArrowLeft: '←',
  ArrowUp: '↑',
  ArrowDown: '↓',
  PageDown: 'PgDn',
  PageUp: 'PgUp',
};

/** How a key is printed on a key cap. */
export const keyCap = (key: string): string => KEY_CAPS[key] ?? key;
