/** The running machine as the editor sees it, and what keeps the two stores in step. */
import {
  DEFAULT_WORLD,
  type GuestInput,
  type GuestSource,
  type ImageChoice,
  type World,
} from '../session/world';
import type { EditorMachine } from './editor/editor-state';
import type { AppStore } from './store';

/** The world of another guest: technique, CPU, costs and memory stay; how the old guest was loaded and what was typed do not. */
export function worldFor(
  guest: GuestSource,
  image: ImageChoice | null,
  current: World | null,
  input: GuestInput | null = null,
): World {
  const { technique, cpu, memoryScheme, host, costs, memoryBytes } = current ?? DEFAULT_WORLD;
  const world = { guest, technique, cpu, memoryScheme, host, costs, memoryBytes };
  return {
    ...world,
    ...(image === null ? {} : { image }),
    ...(input === null ? {} : { input }),
  };
}

export function createEditorMachine(store: AppStore): EditorMachine {
  const { actions } = store;
  return {
    world: () => store.getState().world,
    open: (guest, image, input) =>
      actions.tryOpen(worldFor(guest, image, store.getState().world, input)),
    run() {
      if (!store.getState().breakpoints.some(({ enabled }) => enabled))
        actions.showPanel('console');
      actions.run();
    },
    converse: actions.converse,
    breakpoints: () => store.getState().breakpoints,
    resolved: () => store.getState().resolved,
    setBreakpoints: (breakpoints) => actions.setBreakpoints(breakpoints),
    async evaluate(expressions) {
      return (await actions.inspect('evaluate', { expressions })) ?? [];
    },
  };
}
