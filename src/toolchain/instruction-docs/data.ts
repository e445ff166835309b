/** Moving data: MOV and its kin, the stack, conversions. */
import { type AuthoredDocs, theme } from './authored';

const SEGMENT_LOAD =
  'Works at every CPL. Loading a segment register compares privilege levels: a segment whose DPL is below CPL or RPL raises #GP(selector).';
const STACK = ['#SS(0)', '#PF', '#AC(0)'];

export const DATA: AuthoredDocs = {
  mov: {
    title: 'Copy a value',
    description:
      'Copies the second operand to the first; flags stay as they are. Both cannot be memory. With a control, debug or segment register it changes the machine itself.',
    privilege:
      'Plain moves work at every CPL. With a control or debug register: ring 0 only, else #GP(0). Loading a segment register compares privilege levels and may raise #GP(selector).',
    exceptions: ['#GP(selector)', '#NP(selector)', '#SS(selector)', '#UD', '#DB'],
  },
  push: {
    title: 'Push onto the stack',
    description:
      'Lowers ESP by the operand size, then stores the operand where ESP points. A constant is sign-extended to that size.',
    exceptions: STACK,
    privilege:
      'Works at every CPL. Pushing a segment register shows its selector, RPL and so the ring, to anybody.',
  },
  pop: {
    title: 'Pop from the stack',
    description: 'Loads the operand from where ESP points, then raises ESP by the operand size.',
    privilege: SEGMENT_LOAD,
    exceptions: [...STACK, '#GP(selector)', '#NP(selector)', '#SS(selector)'],
  },
  ...theme(
    {
      lds: [
        'Load DS and a register from a far pointer',
        'Reads an offset and behind it a selector from memory: the offset goes to the register, the selector to DS.',
      ],
      les: [
        'Load ES and a register from a far pointer',
        'Reads an offset and behind it a selector from memory: the offset goes to the register, the selector to ES.',
      ],
      lfs: [
        'Load FS and a register from a far pointer',
        'Reads an offset and behind it a selector from memory: the offset goes to the register, the selector to FS.',
      ],
      lgs: [
        'Load GS and a register from a far pointer',
        'Reads an offset and behind it a selector from memory: the offset goes to the register, the selector to GS.',
      ],
      lss: [
        'Load SS and a register from a far pointer',
        'Reads an offset and behind it a selector from memory: the offset goes to the register (as a rule ESP), the selector to SS. Both change at once, so no interrupt finds half a stack.',
      ],
    },
    {
      privilege: SEGMENT_LOAD,
      exceptions: ['#GP(selector)', '#NP(selector)', '#SS(selector)', '#UD'],
    },
  ),
  ...theme(
    {
      pusha: [
        'Push all general registers',
        'Pushes AX, CX, DX, BX, the old SP, BP, SI and DI, or their 32-bit namesakes: the size follows the code segment.',
      ],
      pushad: [
        'Push all 32-bit general registers',
        'Pushes EAX, ECX, EDX, EBX, the old ESP, EBP, ESI and EDI: 32 bytes. Interrupt handlers begin with it.',
      ],
      popa: [
        'Pop all general registers',
        'Undoes PUSHA: pops DI, SI, BP, skips SP, then BX, DX, CX and AX (or the 32-bit ones: the size follows the code segment).',
      ],
      popad: [
        'Pop all 32-bit general registers',
        'Undoes PUSHAD: pops EDI, ESI, EBP, skips ESP, then EBX, EDX, ECX and EAX.',
      ],
      enter: [
        'Make a stack frame',
        'Pushes EBP, copies ESP to EBP and makes room for locals below. The second operand copies that many outer frame pointers for nested procedures.',
      ],
      leave: [
        'Drop a stack frame',
        'Copies EBP to ESP and pops EBP: the end of what ENTER, or PUSH EBP and MOV EBP,ESP, began.',
      ],
    },
    { exceptions: STACK },
  ),
  ...theme({
    movzx: [
      'Copy and fill with zeros',
      'Copies an 8- or 16-bit value to a wider register and clears the bits above.',
    ],
    movsx: [
      'Copy and repeat the sign',
      'Copies an 8- or 16-bit value to a wider register and fills the bits above with its sign.',
    ],
    lea: [
      'Compute an address',
      'Puts the address in the brackets into a register and touches no memory. Handy for sums such as [eax+eax*4+7], as flags stay.',
    ],
    xchg: [
      'Swap two values',
      'Exchanges the operands. With a memory operand the bus is locked by itself, so locks are built of it.',
    ],
    xlatb: [
      'Look up a byte',
      'Replaces AL with the byte at [EBX + AL]: a table of 256 bytes is enough to recode characters.',
    ],
    bswap: [
      'Reverse the bytes of a register',
      'Swaps the four bytes of a 32-bit register, between little-endian and big-endian.',
    ],
    cbw: ['Sign-extend AL to AX', 'Fills AH with the sign of AL.'],
    cwde: ['Sign-extend AX to EAX', 'Fills the upper half of EAX with the sign of AX.'],
    cwd: ['Sign-extend AX to DX:AX', 'Fills DX with the sign of AX: a 16-bit IDIV wants it so.'],
    cdq: [
      'Sign-extend EAX to EDX:EAX',
      'Fills EDX with the sign of EAX: a 32-bit IDIV wants it so.',
    ],
    lahf: ['Copy flags to AH', 'Puts SF, ZF, AF, PF and CF, laid out as in EFLAGS, into AH.'],
    sahf: ['Copy AH to flags', 'Sets SF, ZF, AF, PF and CF from AH.'],
    salc: [
      'Set AL from the carry',
      'AL becomes 0FFh when CF is set, else 0. No manual mentions it, and every Intel CPU has it in 32-bit mode.',
    ],
    nop: [
      'Do nothing',
      'Takes one byte and one instruction of time: XCHG EAX,EAX under a better name. NOP with an operand came after this CPU and is #UD.',
    ],
    pause: [
      'Do nothing in a waiting loop',
      'A hint to later CPUs that the program spins on a lock. To this CPU it is a NOP.',
    ],
  }),
  cmpxchg: {
    title: 'Compare and exchange',
    description:
      'Compares EAX (AX, AL) with the first operand: if they are equal, stores the second one there and sets ZF; else loads what it found into EAX. With LOCK it is the atom of lock-free code.',
  },
  cmpxchg8b: {
    title: 'Compare and exchange eight bytes',
    description:
      'Compares EDX:EAX with eight bytes in memory: if they are equal, stores ECX:EBX there and sets ZF; else loads them into EDX:EAX.',
    exceptions: ['#UD'],
  },
};
