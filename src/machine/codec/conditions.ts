/**
 * The condition codes of Jcc, SETcc and CMOVcc, each at its place in the opcode's low four bits. A code and its
 * opposite differ in bit 0.
 *
 * @see Intel SDM vol. 1, "EFLAGS Condition Codes"
 */
export const CONDITION_NAMES = [
  ...(['o', 'no', 'b', 'ae', 'e', 'ne', 'be', 'a'] as const),
  ...(['s', 'ns', 'p', 'np', 'l', 'ge', 'le', 'g'] as const),
] as const;
