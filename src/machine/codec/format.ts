/** `Instruction` bytes to text, in the Intel syntax shown everywhere: `mov dword ptr gs:[0x200],0`. */
import { Code, Decoder, DecoderOptions, Formatter, FormatterSyntax } from 'iced-x86';
import { hexBytes } from '../../base/hex';
import type { Bitness } from './instruction';

let formatter: Formatter | null = null;

function nasmFormatter(): Formatter {
  if (formatter) return formatter;
  formatter = new Formatter(FormatterSyntax.Nasm);
  formatter.hexPrefix = '0x';
  formatter.hexSuffix = '';
  formatter.uppercaseHex = false;
  formatter.smallHexNumbersInDecimal = true;
  formatter.spaceAfterOperandSeparator = false;
  formatter.branchLeadingZeros = false;
  formatter.showBranchSize = false;
  return formatter;
}

/** NASM-style text of one instruction; undefined bytes become `(bad) 0f 3f`. */
export function format(bytes: Uint8Array, address: number, bitness: Bitness): string {
  const decoder = new Decoder(bitness, bytes, DecoderOptions.None);
  try {
    decoder.ip = BigInt(address >>> 0);
    const instruction = decoder.decode();
    try {
      if (instruction.code === Code.INVALID) return `(bad) ${hexBytes(bytes.subarray(0, 2))}`;
      return nasmFormatter().format(instruction);
    } finally {
      instruction.free();
    }
  } finally {
    decoder.free();
  }
}
