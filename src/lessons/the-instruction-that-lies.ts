/**
 * Lesson: `popf`, sensitive but not privileged. In ring 1 the silicon ignores the change to IF and raises nothing,
 * so trapping cannot virtualize it and the translator has to see it first.
 */
import { DEFAULT_WORLD } from '../session/world';
import type { Lesson } from './lesson';

export const THE_INSTRUCTION_THAT_LIES: Lesson = {
  id: 'the-instruction-that-lies',
  title: 'The instruction that lies',
  world: { ...DEFAULT_WORLD, guest: { kind: 'shipped', name: 'hello-rings' } },
  steps: [
    {
      id: 'two-truths',
      title: 'Two truths about one flag',
      prose: ['The kernel is about to run `cli`.'],
      arrive: [{ kind: 'run-until', condition: { kind: 'guest-mnemonic', mnemonic: 'cli' } }],
      highlight: ['registers'],
      tab: 'cpu',
      expect: () => null,
    },
  ],
};
