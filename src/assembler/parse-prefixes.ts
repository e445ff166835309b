/** Words that stand before a mnemonic: `lock`, `rep`, `fs`, `o16`. */
import { registerNamed } from '../machine/codec/opcode-forms';
import type { TokenReader } from './expression';
import type { InstructionPrefixes } from './statements';

/** Takes them in any order. */
export function parsePrefixes(reader: TokenReader): InstructionPrefixes {
  const prefixes: { -readonly [K in keyof InstructionPrefixes]: InstructionPrefixes[K] } = {
    lock: false,
    repeat: null,
    segment: null,
    operandSize: null,
    addressSize: null,
  };
  for (;;) {
    const word = reader.word();
    const info = word === null ? undefined : registerNamed(word);
    if (info?.class === 'segment') prefixes.segment = info;
    else if (word === 'lock') prefixes.lock = true;
    else if (word === 'rep' || word === 'repe' || word === 'repz') prefixes.repeat = 'rep';
    else if (word === 'repne' || word === 'repnz') prefixes.repeat = 'repne';
    else if (word === 'o16' || word === 'o32') prefixes.operandSize = word === 'o16' ? 16 : 32;
    else if (word === 'a16' || word === 'a32') prefixes.addressSize = word === 'a16' ? 16 : 32;
    else return prefixes;
    reader.position++;
  }
}
