/** Listens for the page's keys. A held key arrives as repeats, which the store coalesces into a scrub. */
import { useEffect } from 'react';
import type { EditorStore } from '../../store/editor/editor-state';
import { lessonApplies } from '../../store/lesson-actions';
import type { AppStore } from '../../store/store';
import { commandForKey, type KeyPress } from './keys';

const TYPING =
  'input:not([type=radio], [type=checkbox], [type=file]), textarea, [contenteditable=true]';
const LIST = 'select, [role=tab], [role=listbox]';
const RADIO = 'input[type=radio]';
const STAGE = '[data-arrows=step]';
const BUTTON = 'button, a[href], summary, label, [role=button]';

function kindOf(target: EventTarget | null): KeyPress['target'] {
  if (!(target instanceof Element)) return 'page';
  if (target.closest(TYPING)) return 'typing';
  if (target.closest(LIST)) return 'list';
  if (target.closest(RADIO)) return 'radio';
  if (target.closest(BUTTON)) return 'button';
  return 'page';
}

function obey(store: AppStore, press: KeyPress, held: boolean): boolean {
  const command = commandForKey(press);
  if (!command) return false;
  const { actions } = store;
  const state = store.getState();
  switch (command.kind) {
    case 'step':
      void actions.step(command.direction, command.unit, held);
      break;
    case 'pause':
      actions.pause();
      break;
    case 'play-pause':
      if (!held) state.playing || state.slow ? actions.pause() : actions.play();
      break;
    case 'start':
      void actions.goToStart();
      break;
    case 'end':
      if (!held) void actions.goToEnd();
      break;
    case 'lesson':
      if (!lessonApplies(state)) return false;
      if (held) break;
      if (command.direction === 'backward') void actions.previousLessonStep();
      // A clicker has no other key: at an open question it reveals the answer, as Skip does.
      else if (state.lesson?.phase === 'asking') void actions.answer(null);
      else void actions.nextLessonStep();
      break;
    case 'resume':
      if (held) break;
      if (state.breakpoints.some((breakpoint) => breakpoint.enabled)) {
        void actions.resume(command.direction);
      } else if (command.direction === 'forward') actions.run();
      break;
    case 'step-over':
      if (!held) void actions.stepOver(command.direction);
      break;
    case 'step-out':
      if (!held) void actions.stepOut(command.direction);
      break;
    case 'mode':
      if (!held) actions.setMode(state.mode === 'stage' ? 'workbench' : 'stage');
      break;
    case 'help':
      actions.setHelpOpen(true);
      break;
    case 'theme':
      if (!held) actions.setTheme(state.theme === 'dark' ? 'light' : 'dark');
      break;
  }
  return true;
}

const isRunKey = ({ key, ctrlKey, metaKey, altKey }: KeyboardEvent): boolean =>
  key === 'Enter' && (ctrlKey || metaKey) && !altKey;

export function useKeys(store: AppStore, editor: EditorStore): void {
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if (event.defaultPrevented || !store.getState().view) return;
      // A dialog has the keyboard for itself: Escape closes it, letters do nothing.
      if (document.querySelector('dialog[open]')) return;
      if (isRunKey(event) && store.getState().mode === 'workbench') {
        event.preventDefault();
        const { loadProgram, runProgram } = editor.actions;
        if (!event.repeat) void (event.shiftKey ? loadProgram() : runProgram());
        return;
      }
      const press: KeyPress = {
        key: event.key,
        ctrlKey: event.ctrlKey,
        metaKey: event.metaKey,
        altKey: event.altKey,
        target: kindOf(event.target),
        onStage: event.target instanceof Element && event.target.closest(STAGE) !== null,
      };
      // Whoever has just run what they wrote still has the keyboard in the source.
      const { playing, slow } = store.getState();
      if (event.key === 'Escape' && press.target === 'typing' && (playing || slow)) {
        store.actions.pause();
        return;
      }
      if (obey(store, press, event.repeat)) event.preventDefault();
    };
    document.addEventListener('keydown', listen);
    return () => document.removeEventListener('keydown', listen);
  }, [store, editor]);
}
