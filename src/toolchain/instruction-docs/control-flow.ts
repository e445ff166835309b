/** Jumps, calls, loops, software interrupts; and the families that test a condition. */
import { type Authored, type AuthoredDocs, theme } from './authored';

/** What the letters behind J, SET and CMOV ask. */
const CONDITIONS: Readonly<Record<string, string>> = {
  o: 'overflow (OF = 1)',
  no: 'no overflow (OF = 0)',
  b: 'below, unsigned (CF = 1)',
  ae: 'above or equal, unsigned (CF = 0)',
  e: 'equal, or zero (ZF = 1)',
  ne: 'not equal, or not zero (ZF = 0)',
  be: 'below or equal, unsigned (CF = 1 or ZF = 1)',
  a: 'above, unsigned (CF = 0 and ZF = 0)',
  s: 'sign, negative (SF = 1)',
  ns: 'no sign, not negative (SF = 0)',
  p: 'parity even (PF = 1)',
  np: 'parity odd (PF = 0)',
  l: 'less, signed (SF <> OF)',
  ge: 'greater or equal, signed (SF = OF)',
  le: 'less or equal, signed (ZF = 1 or SF <> OF)',
  g: 'greater, signed (ZF = 0 and SF = OF)',
};

function conditional(prefix: string, entry: (condition: string) => Authored): AuthoredDocs {
  return Object.fromEntries(
    Object.entries(CONDITIONS).map(([letters, condition]) => [prefix + letters, entry(condition)]),
  );
}

const CALL_GATE =
  'Near transfers work at every CPL. A far one compares CPL, RPL and DPL: a CALL through a call gate may enter an inner ring, a JMP never does; what is forbidden raises #GP(selector).';

export const CONTROL_FLOW: AuthoredDocs = {
  ...conditional('j', (condition) => ({
    title: `Jump if ${condition}`,
    description: `Goes to the label if the flags say ${condition}; else on to the next instruction. The assembler takes the short form where the label is near.`,
    exceptions: ['#GP(0)'],
  })),
  ...conditional('set', (condition) => ({
    title: `Set a byte if ${condition}`,
    description: `The byte becomes 1 if the flags say ${condition}, else 0.`,
  })),
  ...conditional('cmov', (condition) => ({
    title: `Copy if ${condition}`,
    description: `Copies the second operand to the first if the flags say ${condition}. Memory is read either way.`,
  })),
  jmp: {
    title: 'Jump',
    description:
      'Goes on at the target: a label, an address in a register or memory, or selector:offset, which loads CS too. A far jump to a TSS switches tasks.',
    privilege: CALL_GATE,
    exceptions: ['#GP(selector)', '#NP(selector)', '#TS(selector)'],
  },
  call: {
    title: 'Call a procedure',
    description:
      'Pushes the address of the next instruction and goes to the target; RET comes back. The far form pushes CS as well and may pass a call gate into an inner ring, with a stack from the TSS.',
    privilege: CALL_GATE,
    exceptions: ['#SS(0)', '#PF', '#GP(selector)', '#NP(selector)', '#TS(selector)'],
  },
  ret: {
    title: 'Return from a near call',
    description: 'Pops EIP. An operand drops that many bytes of arguments as well.',
    exceptions: ['#SS(0)', '#PF', '#GP(0)'],
  },
  retf: {
    title: 'Return from a far call',
    description:
      'Pops EIP and CS; if that leads to an outer ring, ESP and SS too. Kernels also enter ring 3 with it.',
    privilege:
      'Works at every CPL, but never goes inwards: a return to a ring below CPL raises #GP(selector).',
    exceptions: ['#SS(0)', '#PF', '#GP(selector)', '#NP(selector)', '#SS(selector)'],
  },
  ...theme(
    {
      loop: [
        'Count down and jump',
        'Subtracts 1 from ECX (CX in 16-bit code) and jumps while it is not 0. Flags stay.',
      ],
      loope: [
        'Count down and jump while equal',
        'Subtracts 1 from ECX and jumps while it is not 0 and ZF is set.',
      ],
      loopne: [
        'Count down and jump while not equal',
        'Subtracts 1 from ECX and jumps while it is not 0 and ZF is clear.',
      ],
      jcxz: ['Jump if CX is 0', 'Jumps if CX is 0; looks at no flag. Short reach only.'],
      jecxz: ['Jump if ECX is 0', 'Jumps if ECX is 0; looks at no flag. Short reach only.'],
    },
    { exceptions: ['#GP(0)'] },
  ),
  int: {
    title: 'Software interrupt',
    description:
      'Goes through the gate of that number in the IDT, as an interrupt would: pushes EFLAGS, CS and EIP, in an inner ring SS and ESP before them. The classical door of system calls.',
    privilege:
      'Works at every CPL if the gate lets it: a gate whose DPL is below CPL raises #GP(vector*8+2).',
    exceptions: ['#GP(vector*8+2)', '#NP(vector*8+2)', '#TS(selector)', '#SS(0)', '#PF'],
  },
  int3: {
    title: 'Breakpoint',
    description:
      'One byte (CC) that raises #BP. Debuggers write it over the first byte of an instruction.',
    privilege: 'Works at every CPL if gate 3 lets it: a DPL below CPL raises #GP(26).',
    exceptions: ['#BP', '#GP(26)'],
  },
  int1: {
    title: 'Debug trap',
    description: 'One byte (F1) that raises #DB. In-circuit emulators used it.',
    privilege: "Works at every CPL; the gate's DPL is not looked at.",
    exceptions: ['#DB'],
  },
  into: {
    title: 'Trap on overflow',
    description: 'Raises #OF if OF is set, else does nothing.',
    privilege: 'Works at every CPL if gate 4 lets it: a DPL below CPL raises #GP(34).',
    exceptions: ['#OF', '#GP(34)'],
  },
  bound: {
    title: 'Check an array index',
    description:
      'Raises #BR if the signed register is below the first or above the second number in memory.',
    exceptions: ['#BR', '#UD'],
  },
  ud0: {
    title: 'Undefined opcode 0F FF',
    description: 'Raises #UD on purpose.',
    exceptions: ['#UD'],
  },
  ud1: {
    title: 'Undefined opcode 0F B9',
    description: 'Raises #UD on purpose.',
    exceptions: ['#UD'],
  },
  ud2: {
    title: 'Undefined opcode 0F 0B',
    description: 'Raises #UD on purpose: kernels mark places nobody should reach.',
    exceptions: ['#UD'],
  },
};
