/** What the editor shows about an instruction. */
import type { InstructionDoc } from '../api';

export function instructionDoc(_mnemonic: string): InstructionDoc | null {
  return null;
}
