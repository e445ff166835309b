/**
 * Lesson: `popf`, sensitive but not privileged. In ring 1 the silicon ignores the change to IF and raises nothing,
 * so trapping cannot virtualize it and the translator has to see it first.
 */
import type { BlockView, MachineView, TranslatedLine, WhatIf } from '../session/view';
import { DEFAULT_WORLD } from '../session/world';
import type { Choice, Lesson, LessonAction, Question } from './lesson';

/** IF as the two sides see it, e.g. `real 1, guest 0`. */
const flags = (view: MachineView): string =>
  `real ${view.real.interruptFlag}, guest ${view.guest.interruptFlag}`;

const wants = (what: string, holds: boolean): string | null => (holds ? null : what);

/** The first complaint of several, or null. */
const all = (...complaints: readonly (string | null)[]): string | null =>
  complaints.find((c) => c !== null) ?? null;

/** Lines of the translation that came from the guest's line with this mnemonic. */
function translationOf(block: BlockView | null, mnemonic: string): readonly TranslatedLine[] {
  const from = block?.guest.findIndex((line) => line.text.startsWith(mnemonic)) ?? -1;
  return from < 0 ? [] : (block?.translation.filter((line) => line.from === from) ?? []);
}

const atGuest = (mnemonic: string): LessonAction => ({
  kind: 'run-until',
  condition: { kind: 'guest-mnemonic', mnemonic, ring: 0 },
});

const untilEvent = (event: string, where?: Record<string, string | number>): LessonAction => ({
  kind: 'run-until',
  condition: { kind: 'event', event, ...(where ? { where } : {}) },
});

/** IF before and after the untranslated run, as the session tells it: `IF before 1, popped 0, after 1`. */
function ifFacts(whatIf: WhatIf | null): { before: string; after: string } | null {
  for (const fact of whatIf?.facts ?? []) {
    const match = /IF before (\d).*after (\d)/.exec(fact);
    if (match) return { before: match[1] ?? '', after: match[2] ?? '' };
  }
  return null;
}

const trapOrNot: Question = {
  prompt: 'Suppose the CPU ran this `popf` as it stands, here in ring 1. What would it do?',
  conceals: ['what-if'],
  reveal: [],
  choices: [
    {
      id: 'traps',
      label: 'Trap (#GP), so that the hypervisor can step in',
      holds: ({ after }) => after.whatIf?.trapped?.startsWith('#GP') ?? false,
    },
    {
      id: 'silent',
      label: 'Run without a trap, so that the hypervisor never hears of it',
      holds: ({ after }) => after.whatIf !== null && after.whatIf.trapped === null,
    },
    {
      id: 'undefined',
      label: 'Refuse it (#UD): ring 1 has no `popf`',
      holds: ({ after }) => after.whatIf?.trapped?.startsWith('#UD') ?? false,
    },
  ],
  outcome: ({ after: { whatIf } }) =>
    `Ringside ran it on a copy of this machine: ${whatIf?.trapped ?? 'no trap'}. ${whatIf?.conclusion ?? ''}`,
  why: 'Outside ring 0, with CPL above IOPL, `popf` loads the arithmetic flags, quietly leaves IF out, and raises nothing.',
};

const quietlyIgnored: Question = {
  prompt:
    'This `popf` asks for IF = 0. Untranslated, in ring 1, what would the real IF be after it?',
  conceals: ['what-if'],
  reveal: [],
  choices: [
    {
      id: 'cleared',
      label: '0: it is written as asked',
      holds: ({ after }) => ifFacts(after.whatIf)?.after === '0',
    },
    {
      id: 'kept',
      label: '1: the request is ignored',
      holds: ({ after }) => ifFacts(after.whatIf)?.after === '1',
    },
    {
      id: 'trapped',
      label: 'It would not get that far: this time it traps',
      holds: ({ after }) => after.whatIf !== null && after.whatIf.trapped !== null,
    },
  ],
  outcome: ({ after: { whatIf } }) =>
    `On a copy of this machine: ${whatIf?.trapped ?? 'no trap'}; ${whatIf?.facts[0] ?? ''}.`,
  why: 'A kernel that asks for silence would be interrupted all the same. With the translation, its own IF is 0, and no interrupt is injected until it says so.',
};

const flagChoice = (real: 0 | 1, guest: 0 | 1): Choice => ({
  id: `real-${real}-guest-${guest}`,
  label: `Real IF ${real}, guest’s IF ${guest}`,
  holds: ({ after }) => after.real.interruptFlag === real && after.guest.interruptFlag === guest,
});

const afterCallout: Question = {
  prompt: 'When the hypervisor has carried out `popf` and returned, what is IF?',
  reveal: [{ kind: 'step', unit: 'guest' }],
  choices: [flagChoice(0, 0), flagChoice(1, 0), flagChoice(1, 1), flagChoice(0, 1)],
  outcome: ({ before, after }) => `IF was ${flags(before)}. Now it is ${flags(after)}.`,
  why: 'While guest code runs the real IF is 1, so the hypervisor keeps control of the machine; only inside the hypervisor, which runs with interrupts off, is it 0. The guest’s own IF lives in the virtual CPU, and that one changed.',
};

const secondTime: Question = {
  prompt: 'The kernel will come to this `popf` again. What must the translator do then?',
  reveal: [{ kind: 'step', unit: 'guest' }, atGuest('popf')],
  choices: [
    {
      id: 'again',
      label: 'Translate the block again',
      holds: ({ before, after }) => before.block?.id !== after.block?.id,
    },
    {
      id: 'nothing',
      label: 'Nothing: the translation is still in the cache',
      holds: ({ before, after }) => before.block?.id === after.block?.id,
    },
  ],
  outcome: ({ before, after }) =>
    `The block had run ${before.block?.executions ?? 0} times and has now run ${after.block?.executions ?? 0} times, from ${
      before.block?.id === after.block?.id ? 'the same translation' : 'a new translation'
    }.`,
  why: 'Scanning and rewriting is paid once per block. After that it is only found again: by a chained jump, or by a look-up in the cache.',
};

const bareConsole: Question = {
  prompt: 'Now the same guest with no hypervisor at all. What will its console show?',
  reveal: [{ kind: 'load', technique: 'bare' }, untilEvent('exit')],
  choices: [
    {
      id: 'same',
      label: 'Exactly the same text',
      holds: ({ before, after }) =>
        after.console.serial !== '' && before.console.serial === after.console.serial,
    },
    {
      id: 'different',
      label: 'Text that differs somewhere',
      holds: ({ before, after }) =>
        after.console.serial !== '' && before.console.serial !== after.console.serial,
    },
    {
      id: 'nothing',
      label: 'Nothing: without a hypervisor it cannot run',
      holds: ({ after }) => after.console.serial === '',
    },
  ],
  outcome: ({ before, after }) =>
    `${before.console.serial.length} characters under binary translation, ${after.console.serial.length} on the bare machine, ${
      before.console.serial === after.console.serial ? 'all equal' : 'not equal'
    }.`,
  why: 'A guest must not be able to tell. That is what equivalence means.',
};

export const THE_INSTRUCTION_THAT_LIES: Lesson = {
  id: 'the-instruction-that-lies',
  title: 'The instruction that lies',
  world: { ...DEFAULT_WORLD, guest: { kind: 'shipped', name: 'hello-rings' } },
  steps: [
    {
      id: 'one-flag-two-truths',
      title: 'One flag, two truths',
      prose: [
        'This kernel believes that it owns the machine. Interrupts are on, and it is about to program the timer. So first it runs `cli`: no interrupts, please, until I am done.',
        'At the right, IF has two values. *Real CPU* is the silicon’s flag. *What the guest sees* is a copy that the hypervisor keeps for it. Look at CPL too: the kernel thinks it is in ring 0. It is in ring 1.',
      ],
      // The last word to the interrupt controller is the one before `sti`: events are found faster than labels.
      arrive: [untilEvent('port', { port: 0x21, value: 0xfe }), atGuest('cli')],
      highlight: ['registers'],
      tab: 'cpu',
      expect: (at) =>
        all(
          wants('real CPL 1, guest CPL 0', at.real.cpl === 1 && at.guest.cpl === 0),
          wants(`both IF 1 before cli, not ${flags(at)}`, flags(at) === 'real 1, guest 1'),
        ),
    },
    {
      id: 'a-cli-that-was-not-run',
      title: 'A cli that was never run',
      prose: [
        'Only one of the two changed. The guest’s IF is 0, and the guest is content. The silicon still takes interrupts, so the hypervisor stays in control.',
        'The block below shows why. It was scanned before it ran, and `cli` became one `mov` to `gs:[vcpu.if]`. No trap, no visit to ring 0.',
      ],
      arrive: [{ kind: 'step', unit: 'guest' }],
      highlight: ['block'],
      tab: 'cpu',
      expect: (at) =>
        all(
          wants(`real 1, guest 0 after cli, not ${flags(at)}`, flags(at) === 'real 1, guest 0'),
          wants(
            'cli rewritten to a store into the virtual CPU',
            translationOf(at.block, 'cli').some(
              (l) => l.tag === 'rewritten' && l.text.includes('vcpu.if'),
            ),
          ),
          wants(
            'no trap while cli ran',
            at.events.every((e) => e.kind !== 'trap' && e.kind !== 'callout'),
          ),
        ),
    },
    {
      id: 'meet-popf',
      title: 'Meet popf',
      prose: [
        'The timer is set, the critical section is over. `pushf` had saved the flags before it, and `popf` now puts them back, IF = 1 included.',
        '`popf` is *sensitive*: it touches state the hypervisor must guard. But it is not *privileged*.',
      ],
      arrive: [atGuest('popf')],
      question: trapOrNot,
      highlight: ['stage'],
      tab: 'cpu',
      expect: (at) =>
        all(
          wants(`real 1, guest 0 before popf, not ${flags(at)}`, flags(at) === 'real 1, guest 0'),
          wants('popf really run on a fork', at.whatIf !== null),
        ),
    },
    {
      id: 'caught-before-it-ran',
      title: 'Caught before it ran',
      prose: [
        'With no trap, the hypervisor would still believe that the guest wants no interrupts. It would inject none, and the guest would wait for its first timer tick for ever.',
        'So trapping alone cannot help. The translator can: it read this whole block before any of it ran, and wrote other code in place of `popf`. Compare the two columns.',
      ],
      arrive: [],
      highlight: ['block'],
      tab: 'cpu',
      expect: (at) => {
        const lines = translationOf(at.block, 'popf');
        return all(
          wants('popf in the block, with a translation', lines.length > 0),
          wants(
            'no line of its translation is popf itself',
            lines.every((l) => l.tag !== 'same'),
          ),
          wants(
            'a hypervisor call among them',
            lines.some((l) => l.tag === 'hypervisor-call'),
          ),
        );
      },
    },
    {
      id: 'through-the-gate',
      title: 'Through the gate',
      prose: [
        'The translated code has called through a gate into ring 0. The hypervisor is about to do to the virtual CPU what `popf` should have done to the real one.',
        'First it runs `cli`, a real one this time: inside the hypervisor the real IF is 0. The numbers on the stage are its phases. Press `p` to take them one by one, `P` to go back.',
      ],
      arrive: [untilEvent('gate-call')],
      question: afterCallout,
      highlight: ['stage'],
      tab: 'cpu',
      expect: (at, end) =>
        all(
          wants('real CPL 0 inside the callout', at.real.cpl === 0),
          wants('nothing emulated yet', at.guest.interruptFlag === 0),
          wants('a flow on the stage', at.flow !== null),
          wants(`real 1, guest 1 after popf, not ${flags(end)}`, flags(end) === 'real 1, guest 1'),
        ),
    },
    {
      id: 'the-tick-arrives',
      title: 'And so the tick arrives',
      prose: [
        'The kernel had halted to wait for a timer tick. Its own IF was 1, so the hypervisor could *inject* it: it pushed a frame on the guest’s stack and went on at the handler in the guest’s own IDT.',
        'That handler is about to run. IF is already 0 again in what the guest sees: its gate is an interrupt gate, and those clear IF, here the virtual one.',
        'Had the guest’s IF been 0 before, the tick would have been kept waiting. That is all `cli` has to do, and no flag of the silicon was needed for it.',
      ],
      // The hypervisor's own IRET is what starts the guest's handler.
      arrive: [untilEvent('injected', { source: 'external' }), untilEvent('iret', { fromCpl: 0 })],
      highlight: ['stage'],
      tab: 'cpu',
      expect: (at) =>
        all(
          wants('an injected interrupt', (at.counts.injected ?? 0) > 0),
          wants('real CPL 1, guest CPL 0', at.real.cpl === 1 && at.guest.cpl === 0),
          wants(
            'the injection on the stage',
            at.flow?.waypoints.some((w) => w.label.startsWith('guest gate')) ?? false,
          ),
          wants(
            `the interrupt gate cleared the guest’s IF only, not ${flags(at)}`,
            flags(at) === 'real 1, guest 0',
          ),
        ),
    },
    {
      id: 'second-time-round',
      title: 'Second time round',
      prose: [
        'The kernel prints a line now, and each character is a critical section with the same `popf`. Reading and rewriting a block costs far more than running it.',
      ],
      arrive: [atGuest('popf')],
      question: secondTime,
      highlight: ['cache'],
      tab: 'cpu',
      expect: (at, end) =>
        all(
          wants('in a translated block', at.block?.id != null),
          wants('the same translation the next time', at.block?.id === end.block?.id),
          wants('executed once more', (end.block?.executions ?? 0) > (at.block?.executions ?? 0)),
        ),
    },
    {
      id: 'quietly-ignored',
      title: 'The lie itself',
      prose: [
        'A user program has touched a page that is not there, and the kernel’s handler prints a message. In a handler IF is 0, so this time the saved flags hold IF = 0. The real IF is 1, as always while guest code runs.',
      ],
      arrive: [untilEvent('true-fault'), atGuest('popf')],
      question: quietlyIgnored,
      highlight: ['stage'],
      tab: 'cpu',
      expect: (at) =>
        all(
          wants(
            `real 1, guest 0 in the handler, not ${flags(at)}`,
            flags(at) === 'real 1, guest 0',
          ),
          wants('IF = 0 popped', at.whatIf?.facts.some((f) => f.includes('popped 0')) ?? false),
        ),
    },
    {
      id: 'cannot-tell',
      title: 'The guest cannot tell',
      prose: [
        'The guest has run to its end under the hypervisor. Everything it printed is in the console at the right.',
      ],
      arrive: [untilEvent('exit')],
      question: bareConsole,
      highlight: ['console'],
      tab: 'console',
      expect: (at, end) =>
        all(
          wants('the guest exited by itself', at.outcome?.kind === 'exited'),
          wants('bare hardware at the end', end.world.technique === 'bare'),
          wants('the same console', at.console.serial === end.console.serial),
        ),
    },
  ],
};
