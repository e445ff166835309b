/** Arithmetic, logic, shifts and single bits. */
import { type AuthoredDocs, theme } from './authored';

export const ARITHMETIC: AuthoredDocs = {
  ...theme({
    add: [
      'Add',
      'Adds the second operand to the first. CF tells an unsigned overflow, OF a signed one.',
    ],
    adc: [
      'Add with carry',
      'Adds the second operand and CF to the first: chains of it add numbers of any length.',
    ],
    sub: [
      'Subtract',
      'Subtracts the second operand from the first. CF says that a borrow was needed.',
    ],
    sbb: [
      'Subtract with borrow',
      'Subtracts the second operand and CF from the first: chains of it subtract numbers of any length.',
    ],
    cmp: [
      'Compare',
      'Subtracts the second operand from the first, keeps the flags and throws the difference away. A conditional jump usually follows.',
    ],
    inc: ['Add one', 'Adds 1 and leaves CF alone, so it can count inside an ADC chain.'],
    dec: ['Subtract one', 'Subtracts 1 and leaves CF alone.'],
    neg: ['Change the sign', 'Subtracts the operand from 0. CF is set unless it was 0.'],
    mul: [
      'Multiply without sign',
      'Multiplies AL, AX or EAX by the operand; the product, twice as wide, goes to AX, DX:AX or EDX:EAX. CF and OF say that the upper half is used.',
    ],
    imul: [
      'Multiply with sign',
      'With one operand as MUL, but signed. With two or three, the product is cut to the first operand; CF and OF say that something was lost.',
    ],
    xadd: [
      'Exchange and add',
      'Puts the sum into the first operand and what stood there into the second. With LOCK it draws numbers nobody else draws.',
    ],
    daa: [
      'Decimal adjust after addition',
      'Corrects AL after adding two packed decimal numbers, two digits in a byte.',
    ],
    das: [
      'Decimal adjust after subtraction',
      'Corrects AL after subtracting packed decimal numbers.',
    ],
    aaa: [
      'ASCII adjust after addition',
      'Corrects AL after adding two single decimal digits; a carry goes to AH.',
    ],
    aas: [
      'ASCII adjust after subtraction',
      'Corrects AL after subtracting single decimal digits; a borrow is taken from AH.',
    ],
    aad: [
      'ASCII adjust before division',
      'AL becomes AH*10 + AL and AH becomes 0. The 10 may be another base.',
    ],
    and: ['Bitwise and', 'Keeps the bits that both operands have: it clears chosen bits.'],
    or: ['Bitwise or', 'Takes the bits that either operand has: it sets chosen bits.'],
    xor: [
      'Bitwise exclusive or',
      'Takes the bits that exactly one operand has: it flips chosen bits. XOR EAX,EAX is the shortest way to zero.',
    ],
    not: ['Invert all bits', 'Turns every 0 to 1 and every 1 to 0. Flags stay.'],
    test: [
      'Test bits',
      'An AND that keeps the flags and throws the result away. TEST EAX,EAX asks whether EAX is 0 or negative.',
    ],
    shl: [
      'Shift left',
      'Moves bits up and fills with 0: a multiplication by powers of two. CF holds the last bit shifted out; the count is taken modulo 32.',
    ],
    shr: [
      'Shift right without sign',
      'Moves bits down and fills with 0: an unsigned division by powers of two. CF holds the last bit shifted out.',
    ],
    sar: [
      'Shift right with sign',
      'Moves bits down and repeats the sign: a signed division by powers of two, rounded down.',
    ],
    rol: [
      'Rotate left',
      'Moves bits up; what leaves at the top comes in at the bottom and goes to CF.',
    ],
    ror: [
      'Rotate right',
      'Moves bits down; what leaves at the bottom comes in at the top and goes to CF.',
    ],
    rcl: [
      'Rotate left through the carry',
      'Rotates the operand and CF together, as one number that is a bit wider.',
    ],
    rcr: [
      'Rotate right through the carry',
      'Rotates the operand and CF together, as one number that is a bit wider.',
    ],
    shld: [
      'Shift left, filled from a register',
      'Shifts the first operand left and fills it with the upper bits of the second.',
    ],
    shrd: [
      'Shift right, filled from a register',
      'Shifts the first operand right and fills it with the lower bits of the second.',
    ],
    bt: [
      'Copy a bit to the carry',
      'CF becomes the bit that the second operand numbers. With memory and a register the number may lie far outside the operand.',
    ],
    bts: [
      'Copy a bit to the carry and set it',
      'CF becomes the bit, and the bit becomes 1. With LOCK it takes a lock.',
    ],
    btr: ['Copy a bit to the carry and clear it', 'CF becomes the bit, and the bit becomes 0.'],
    btc: [
      'Copy a bit to the carry and flip it',
      'CF becomes the bit, and the bit is turned round.',
    ],
    bsf: [
      'Find the lowest bit',
      'Puts the number of the lowest set bit into the register. ZF says that there is none.',
    ],
    bsr: [
      'Find the highest bit',
      'Puts the number of the highest set bit into the register. ZF says that there is none.',
    ],
    tzcnt: [
      'Count the zeros below the lowest set bit',
      'BSF with a prefix that this CPU ignores: it does what BSF does. Later CPUs give the operand size where there is no set bit.',
    ],
    lzcnt: [
      'Count the zeros above the highest set bit',
      'BSR with a prefix that this CPU ignores: it gives the number of the highest set bit, as BSR does. Later CPUs count the zeros above it.',
    ],
    clc: ['Clear the carry flag', 'CF becomes 0.'],
    stc: ['Set the carry flag', 'CF becomes 1.'],
    cmc: ['Flip the carry flag', 'CF becomes its opposite.'],
    cld: ['Clear the direction flag', 'DF becomes 0: string instructions go upwards.'],
    std: ['Set the direction flag', 'DF becomes 1: string instructions go downwards.'],
  }),
  ...theme(
    {
      div: [
        'Divide without sign',
        'Divides AX, DX:AX or EDX:EAX by the operand: quotient to AL, AX or EAX, remainder to AH, DX or EDX. Clear the upper half first.',
      ],
      idiv: [
        'Divide with sign',
        'As DIV, but signed; CDQ makes the upper half. The remainder has the sign of the dividend.',
      ],
      aam: [
        'ASCII adjust after multiplication',
        'Divides AL by 10 (or another base): the quotient goes to AH, the remainder to AL.',
      ],
    },
    { exceptions: ['#DE'] },
  ),
};
