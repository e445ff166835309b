/**
 * Hand-made moments for developing and testing panels. Never imported by shipped code: what people see comes from a
 * session. The numbers are those of the design's mock-up, plus the shapes a real run has (empty, long, foreign).
 */
import type {
  BlockView,
  CacheBlockView,
  CacheView,
  CpuView,
  CyclesView,
  Flow,
  GuestLine,
  InstructionView,
  MachineView,
  Place,
  SegmentView,
  TranslatedLine,
  Waypoint,
} from '../../session/view';
import { DEFAULT_WORLD } from '../../session/world';

const segment = (name: string, selector: number, type: string, dpl: number): SegmentView => ({
  name,
  selector,
  base: 0,
  limit: 0xffbfffff,
  dpl,
  type,
});

const segmentsAt = (cs: number, data: number, dpl: number): readonly SegmentView[] => [
  segment('es', data, 'data rw-', dpl),
  segment('cs', cs, 'code r-x 32', dpl),
  segment('ss', data, 'data rw-', dpl),
  segment('ds', data, 'data rw-', dpl),
  segment('fs', 0, 'null', 0),
  segment('gs', 0x38, 'data rw-', 1),
];

const GPR = [0x17, 0, 0x3f8, 0x109000, 0x10cfe8, 0x10cff8, 0x100b20, 0x109004];

export const realCpu: CpuView = {
  gpr: GPR,
  eip: 0xffc0428f,
  eflags: 0x1202,
  cpl: 1,
  interruptFlag: 1,
  iopl: 1,
  cr0: 0x80010011,
  cr2: 0,
  cr3: 0x3ff000,
  cr4: 0,
  gdtr: { base: 0xffc00000, limit: 0x7f },
  idtr: { base: 0xffc00800, limit: 0x7ff },
  segments: segmentsAt(0x21, 0x29, 1),
  halted: false,
};

export const guestCpu: CpuView = {
  ...realCpu,
  eip: 0x100a4f,
  eflags: 0x0002,
  cpl: 0,
  interruptFlag: 0,
  iopl: 0,
  cr0: 0x80010011,
  cr3: 0x105000,
  gdtr: { base: 0x100020, limit: 0x2f },
  idtr: { base: 0x100460, limit: 0x1ff },
  segments: segmentsAt(0x08, 0x10, 0),
};

const line = (
  address: number,
  bytes: readonly number[],
  text: string,
  kind: GuestLine['class'] = 'plain',
  mark: { executed?: boolean; next?: boolean } = {},
): GuestLine => ({
  address,
  bytes,
  text,
  class: kind,
  sourceLine: null,
  sourceFile: null,
  executed: mark.executed ?? false,
  next: mark.next ?? false,
});

const out = (
  address: number,
  bytes: readonly number[],
  text: string,
  tag: TranslatedLine['tag'],
  from: number | null,
  mark: { executed?: boolean; next?: boolean } = {},
): TranslatedLine => ({
  address,
  bytes,
  text,
  tag,
  from,
  executed: mark.executed ?? false,
  next: mark.next ?? false,
});

/** The mock-up's block: `popf` becomes a pop into the virtual CPU and a callout. */
export const popfBlock: BlockView = {
  id: 23,
  guestAddress: 0x100a40,
  label: 'unlock',
  guest: [
    line(0x100a40, [0xa1, 0x04, 0x90, 0x10, 0x00], 'mov eax,[0x109004]'),
    line(0x100a45, [0x40], 'inc eax'),
    line(0x100a46, [0xa3, 0x04, 0x90, 0x10, 0x00], 'mov [0x109004],eax'),
    line(0x100a4b, [0xff, 0x74, 0x24, 0x08], 'push dword [esp+8]', 'plain', { executed: true }),
    line(0x100a4f, [0x9d], 'popf', 'sensitive', { next: true }),
    line(0x100a50, [0xeb, 0x3e], 'jmp 0x00100a90', 'ends-block'),
  ],
  translation: [
    out(0xffc04280, [0xa1, 0x04, 0x90, 0x10, 0x00], 'mov eax,[0x109004]', 'same', 0),
    out(0xffc04285, [0x40], 'inc eax', 'same', 1),
    out(0xffc04286, [0xa3, 0x04, 0x90, 0x10, 0x00], 'mov [0x109004],eax', 'same', 2),
    out(0xffc0428b, [0xff, 0x74, 0x24, 0x08], 'push dword [esp+8]', 'same', 3, { executed: true }),
    out(
      0xffc0428f,
      [0x65, 0x8f, 0x05, 0x20, 0x30, 0xc0, 0xff],
      'pop dword gs:[vcpu.flags]',
      'rewritten',
      4,
      { next: true },
    ),
    out(
      0xffc04296,
      [0x9a, 0, 0, 0, 0, 0x3b, 0],
      'call far gs:[callout.popf]',
      'hypervisor-call',
      4,
    ),
    out(0xffc0429d, [0xe9, 0x5e, 0, 0, 0], 'jmp 0xffc04300', 'chained', 5),
  ],
  tcAddress: 0xffc04280,
  executions: 212,
};

/** A small deterministic generator, so that maps look like maps. */
const mixed = (seed: number): number => {
  let x = (seed + 1) * 0x9e3779b1;
  x = Math.imul(x ^ (x >>> 15), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return ((x ^ (x >>> 16)) >>> 0) / 2 ** 32;
};

/** A cache of `count` blocks; the one at two thirds is current, one is invalid, a third are chained. */
export function cacheOf(count: number, capacityBytes = 65536): CacheView {
  let at = 0xffc04000;
  const blocks = Array.from({ length: count }, (_, id): CacheBlockView => {
    const bytes = 12 + Math.floor(mixed(id) ** 2 * 110);
    const tcAddress = at;
    at += bytes;
    const chainedTo =
      id % 3 === 0 && id + 2 < count ? [id + 1, Math.floor(mixed(id + 9) * count)] : [];
    return {
      id,
      guestAddress: 0x100000 + id * 0x14,
      tcAddress,
      bytes,
      executions: Math.floor(mixed(id + 77) ** 4 * 5000) + 1,
      state: id === 28 ? 'invalid' : 'valid',
      chainedTo,
      label: id % 5 === 0 ? `kernel_main+0x${(id * 4).toString(16)}` : null,
    };
  });
  return {
    blocks,
    capacityBytes,
    usedBytes: at - 0xffc04000,
    hits: 5120,
    misses: count,
    chains: Math.floor(count / 3),
    current: count > 0 ? Math.floor((count * 2) / 3) : null,
    happened: count > 3 ? { kind: 'hit', block: Math.floor((count * 2) / 3) } : null,
  };
}

export const cycles: CyclesView = {
  total: 87_540,
  causes: [
    { id: 'instructions', label: 'instructions retired', cycles: 61_200 },
    { id: 'traps', label: 'entering handlers (exceptions and interrupts)', cycles: 2_010 },
    { id: 'returns', label: 'returning from handlers (IRET)', cycles: 30 },
    { id: 'idle', label: 'idle (HLT)', cycles: 0 },
    { id: 'translating', label: 'translating guest code', cycles: 15_400 },
    { id: 'callouts', label: 'callouts to the monitor', cycles: 8_900 },
  ],
};

const place = (where: Place, label: string, detail: string, spent: number) => ({
  place: where,
  label,
  detail,
  cycles: spent,
});

const flowOf = (
  title: string,
  kind: Flow['kind'],
  from: Place,
  steps: readonly ReturnType<typeof place>[],
  current: number,
): Flow => ({
  title,
  kind,
  from,
  waypoints: steps.map(
    (step, i): Waypoint => ({
      ...step,
      number: i + 1,
      moment: { retired: 48_212, phase: i + 1 },
      reached: i <= current,
    }),
  ),
  current,
  totalCycles: steps.reduce((sum, step) => sum + step.cycles, 0),
});

const CALLOUT = [
  place('ring1', 'callout', 'The translation calls the gate 0x3b; the CPU moves to ring 0.', 64),
  place('ring0', 'emulate popf', 'vcpu.IF \u2190 1; pending IRQ? none.', 96),
  place('ring0', 'return', 'A far return to 0xffc0429d in ring 1.', 20),
  place('ring1', 'jmp next', 'Back in the translation cache, at the chained jump.', 36),
];

const TRAP = [
  place(
    'hardware',
    'gate looked up',
    'IDT entry 0x80 at 0xffc00c00: interrupt gate, DPL 3, handler 0x0008:ffc01200.',
    24,
  ),
  place(
    'hardware',
    'privilege checked',
    'CPL 3 \u2264 gate DPL 3, and the handler\u2019s ring 0 is more privileged.',
    12,
  ),
  place('hardware', 'stack switched', 'TSS gives SS:ESP 0x0010:ffc02ff0 for ring 0.', 40),
  place(
    'hardware',
    'frame pushed',
    'ss 002b, esp 00bffff0, eflags 00000202, cs 0023, eip 00400012.',
    60,
  ),
  place('ring0', 'handler entered', 'Entry stub 0x80 of the hypervisor runs at CPL 0.', 300),
  place('ring0', 'decoded', 'The guest executed int 0x80 at 0x00400010.', 80),
  place(
    'ring0',
    'checked',
    'The guest\u2019s own gate 0x80 has DPL 3: allowed from virtual CPL 3.',
    90,
  ),
  place(
    'ring0',
    'emulated',
    'The guest\u2019s frame is on the guest\u2019s kernel stack; virtual CPL 0.',
    410,
  ),
  place('ring1', 'return', 'To the translation of syscall_entry at 0xffc05120.', 120),
];

const insn = (
  address: number,
  bytes: readonly number[],
  text: string,
  cpl: number,
  actor: MachineView['actor'],
): InstructionView => ({
  address,
  bytes,
  text,
  cpl,
  actor,
});

const SCREEN_LINES = [
  'hello-rings: a kernel in ring 0, or so it thinks',
  'primes below 100: 2 3 5 7 11 13 17 19 23 29 31 37 41 43 47 53 59 61 67 71 73 79',
  '',
  'timer ticks: 12',
];
const screenText = Array.from({ length: 25 }, (_, i) => (SCREEN_LINES[i] ?? '').padEnd(80));
const screenAttributes = Array.from({ length: 2000 }, (_, i) =>
  i < 80 ? 0x1f : i < 160 && i % 80 > 16 ? 0x0a : i < 240 ? 0x0f : 0x07,
);

/** Before the rewritten `popf`, in the translated kernel: the mock-up's moment, without a flow. */
export const translatedView: MachineView = {
  world: { ...DEFAULT_WORLD, guest: { kind: 'shipped', name: 'hello-rings' } },
  moment: { retired: 48_211, phase: 0 },
  end: 96_004,
  guestMoment: 41_032,
  guestRetired: 41_020,
  outcome: null,
  stop: null,
  branch: 0,
  real: realCpu,
  guest: guestCpu,
  before: {
    real: { ...realCpu, eip: 0xffc0428b, gpr: GPR.map((v, i) => (i === 4 ? v + 4 : v)) },
    guest: { ...guestCpu, eip: 0x100a4b, gpr: GPR.map((v, i) => (i === 4 ? v + 4 : v)) },
  },
  executed: insn(
    0xffc0428b,
    [0xff, 0x74, 0x24, 0x08],
    'push dword [esp+8]',
    1,
    'translated-kernel',
  ),
  next: insn(0xffc0428f, [0x65, 0x8f, 0x05], 'pop dword gs:[vcpu.flags]', 1, 'translated-kernel'),
  actor: 'translated-kernel',
  flow: null,
  block: popfBlock,
  cache: { ...cacheOf(41), current: 23, happened: { kind: 'hit', block: 23 } },
  whatIf: {
    address: 0x100a4f,
    text: 'popf',
    cpl: 1,
    trapped: null,
    facts: ['IF before 1, popped 0, after 1'],
    conclusion: 'IF unchanged, no trap: the guest would wait for ever.',
  },
  console: {
    serial: 'hello from ring 0\nprimes below 100: 25\n',
    screen: { text: screenText, attributes: screenAttributes },
    cursor: { row: 4, column: 0 },
  },
  cycles,
  counts: { trap: 31, callout: 12, translated: 41, 'cache-hit': 5120 },
  events: [],
  sentence: 'push dword [esp+8] ran in ring 1, out of the translation cache.',
};

/** The callout of `popf`, `current` phases in (0 to 3). */
export function calloutView(current: number): MachineView {
  const inside = current > 0 && current < 3;
  return {
    ...translatedView,
    moment: { retired: 48_212, phase: current + 1 },
    flow: flowOf('callout for popf', 'callout', 'ring1', CALLOUT, current),
    actor: inside ? 'monitor' : 'translated-kernel',
    real: { ...realCpu, cpl: inside ? 0 : 1, eip: inside ? 0xffc01000 : 0xffc0429d },
    guest: current > 0 ? { ...guestCpu, interruptFlag: 1, eflags: 0x202, eip: 0x100a50 } : guestCpu,
    before: { real: realCpu, guest: guestCpu },
    executed: insn(0xffc04296, [0x9a], 'call far gs:[callout.popf]', 1, 'translated-kernel'),
    next: inside
      ? insn(0xffc01000, [0x0f, 0x3f], 'monitor', 0, 'monitor')
      : insn(0xffc0429d, [0xe9], 'jmp 0xffc04300', 1, 'translated-kernel'),
    block: {
      ...popfBlock,
      guest: popfBlock.guest.map((l, i) => ({ ...l, executed: i === 4, next: i === 5 })),
      translation: popfBlock.translation.map((l, i) => ({
        ...l,
        executed: i === 5,
        next: i === 6 && !inside,
      })),
    },
    sentence: 'The hypervisor emulates popf: virtual IF becomes 1.',
  };
}

const userBlock: BlockView = {
  id: null,
  guestAddress: 0x400000,
  label: 'sieve',
  guest: [
    line(0x400000, [0x31, 0xdb], 'xor ebx,ebx'),
    line(0x400002, [0x80, 0x3c, 0x1e, 0x00], 'cmp byte [esi+ebx],0', 'plain', { executed: true }),
    line(0x400006, [0x75, 0x04], 'jne 0x0040000c', 'ends-block', { next: true }),
  ],
  translation: [],
  tcAddress: null,
  executions: 0,
};

/** The user program under direct execution in ring 3. */
export const directView: MachineView = {
  ...translatedView,
  actor: 'guest-user',
  real: { ...realCpu, cpl: 3, eip: 0x400006, segments: segmentsAt(0x23, 0x2b, 3) },
  guest: {
    ...guestCpu,
    cpl: 3,
    eip: 0x400006,
    interruptFlag: 1,
    eflags: 0x202,
    segments: segmentsAt(0x23, 0x2b, 3),
  },
  before: null,
  block: userBlock,
  executed: insn(0x400002, [0x80, 0x3c, 0x1e, 0x00], 'cmp byte [esi+ebx],0', 3, 'guest-user'),
  next: insn(0x400006, [0x75, 0x04], 'jne 0x0040000c', 3, 'guest-user'),
  cache: { ...cacheOf(41), current: null, happened: null },
  whatIf: null,
  sentence: 'cmp byte [esi+ebx],0 ran directly in ring 3.',
};

/** A system call from ring 3, `current` phases in (0 to 8). */
export function trapView(current: number): MachineView {
  const back = current === 8;
  return {
    ...directView,
    moment: { retired: 48_212, phase: current + 1 },
    flow: flowOf('int 0x80 from ring 3', 'trap', 'ring3', TRAP, current),
    actor: back ? 'translated-kernel' : current < 4 ? 'guest-user' : 'monitor',
    real: { ...directView.real, cpl: back ? 1 : current < 4 ? 3 : 0 },
    block: back ? popfBlock : userBlock,
  };
}

/** An interrupt injected on the way, with as many phases as a real run has: `count` of them. */
export function longFlowView(count: number, current: number): MachineView {
  const steps = Array.from({ length: count }, (_, i) =>
    i === 0
      ? CALLOUT[0]!
      : i === count - 1
        ? CALLOUT[3]!
        : place(
            i === 1 ? 'hardware' : i === 10 ? 'ring1' : 'ring0',
            i === 1 ? 'frame pushed' : i === 10 ? 'guest handler entered' : `phase ${i}`,
            'Values pushed: eflags 00000202, cs 00000008, eip 00100a50.',
            10 * i,
          ),
  );
  const view = calloutView(1);
  return { ...view, flow: flowOf('Callout: popf', 'callout', 'ring1', steps, current) };
}

/** The same guest on the bare machine: nothing below it. */
export const bareView: MachineView = {
  ...translatedView,
  world: { ...translatedView.world, technique: 'bare' },
  real: guestCpu,
  guest: guestCpu,
  before: null,
  actor: 'guest-kernel',
  executed: insn(0x100a4b, [0xff, 0x74, 0x24, 0x08], 'push dword [esp+8]', 0, 'guest-kernel'),
  next: insn(0x100a4f, [0x9d], 'popf', 0, 'guest-kernel'),
  block: { ...popfBlock, id: null, translation: [], tcAddress: null, executions: 0 },
  cache: null,
  whatIf: null,
  cycles: { total: 61_200, causes: cycles.causes.slice(0, 1) },
  sentence: 'push dword [esp+8] ran in ring 0.',
};

/** Before instruction 0: nothing has happened yet. */
export const bootView: MachineView = {
  ...translatedView,
  moment: { retired: 0, phase: 0 },
  end: null,
  guestMoment: 0,
  guestRetired: 0,
  before: null,
  executed: null,
  actor: 'monitor',
  next: insn(0xffc01000, [0x0f, 0x3f], 'monitor', 0, 'monitor'),
  block: null,
  whatIf: null,
  cache: { ...cacheOf(0), hits: 0, misses: 0, chains: 0 },
  console: {
    serial: '',
    screen: {
      text: Array.from({ length: 25 }, () => ' '.repeat(80)),
      attributes: Array.from({ length: 2000 }, () => 7),
    },
    cursor: null,
  },
  cycles: { total: 0, causes: [] },
  counts: {},
  sentence: 'Ready.',
};

/** A block with everything long: many lines, long text, a loop of callouts. */
export const longBlock: BlockView = {
  ...popfBlock,
  id: 31,
  guest: Array.from({ length: 12 }, (_, i) =>
    line(
      0x100b00 + i * 7,
      [0xc7, 0x84, 0x8b, i, 0, 0, 0],
      `mov dword [ebx+ecx*4+0x0010904${i.toString(16)}],0x0000ffff`,
      i % 4 === 3 ? 'privileged' : 'plain',
      { executed: i === 6, next: i === 7 },
    ),
  ),
  translation: Array.from({ length: 30 }, (_, i) =>
    out(
      0xffc08000 + i * 9,
      [0x65, 0xc7, 0x84, 0x8b, i, 0, 0, 0, 1],
      `mov dword gs:[vcpu.scratch+ecx*4+0x${i.toString(16)}],0x0000ffff`,
      i === 29 ? 'exit' : i % 5 === 4 ? 'hypervisor-call' : 'rewritten',
      i === 29 ? null : Math.floor(i / 2.5),
      { executed: i === 17, next: i === 18 },
    ),
  ),
};
