/**
 * Instructions that came after this machine's CPU. The assembler knows them from its tables; here they are told apart
 * only by the extension they belong to, because on this machine they all do the same: raise #UD.
 */
import type { Authored } from './authored';

/** iced's name of a CPU feature to what it is; the first that fits an instruction's features names it. */
const EXTENSIONS: readonly (readonly [feature: RegExp, name: string, what: string])[] = [
  [
    /^MMX$/,
    'MMX',
    'It works on several small integers at once, in the eight 64-bit registers MM0 to MM7.',
  ],
  [
    /^SSE$/,
    'SSE',
    'It works on four single-precision numbers at once, in the 128-bit registers XMM0 to XMM7.',
  ],
  [/^SSE2$/, 'SSE2', 'It works on doubles or packed integers in the 128-bit XMM registers.'],
  [/^SSE3$/, 'SSE3', 'It works on packed numbers in the XMM registers.'],
  [/^SSSE3$/, 'SSSE3', 'It works on packed integers in the MMX or XMM registers.'],
  [/^SSE4_1$/, 'SSE4.1', 'It works on packed numbers in the XMM registers.'],
  [/^SSE4_2$/, 'SSE4.2', 'It compares text or packed integers, or computes a checksum.'],
  [/^SSE4A$/, 'SSE4a', 'It works on the XMM registers of AMD CPUs.'],
  [
    /^(VMX|INVEPT|INVVPID)/,
    'VT-x',
    "It belongs to Intel's hardware support for hypervisors: what this machine shows is how one works without.",
  ],
  [
    /SVM|^SKINIT/,
    'AMD-V',
    "It belongs to AMD's hardware support for hypervisors: what this machine shows is how one works without.",
  ],
  [
    /^(SEV|INVLPGB|TDX)/,
    'confidential guests',
    'It serves guests whose memory is hidden from the hypervisor.',
  ],
  [/^SMAP$/, 'SMAP', "It opens or shuts the kernel's access to user pages."],
  [
    /^CET/,
    'control-flow enforcement',
    'It guards return addresses with a shadow stack, or marks places that may be jumped to.',
  ],
  [
    /^(SGX1|OSS|SMX|PCONFIG)$/,
    'trusted execution',
    'It runs code that even the kernel cannot look into, or measures it.',
  ],
  [
    /^(AES|AESKLE|KL|WIDE_KL|SHA|GFNI|PCLMULQDQ)/,
    'cryptography',
    'It does one step of a cipher, a hash or their arithmetic.',
  ],
  [/^PADLOCK/, 'VIA PadLock', 'It does cryptography on CPUs of VIA.'],
  [
    /^(XSAVE|FXSR)/,
    'saving of extended state',
    'It saves or loads the registers of the floating-point unit and later extensions.',
  ],
  [
    /^(RTM|HLE|TSXLDTRK)/,
    'transactional memory',
    'It makes a stretch of code happen in one piece or not at all.',
  ],
  [
    /^(MONITOR|WAITPKG|MWAIT)/,
    'waiting on memory',
    'It sleeps until a memory location is written.',
  ],
  [/^(SYSCALL)$/, 'SYSCALL', "It is AMD's fast way into a kernel and back."],
  [/^(PKU)$/, 'protection keys', 'It reads or writes the rights that go with page keys.'],
  [
    /^(RDTSCP|RDPMC|RDPRU|RDPID|HRESET|PTWRITE)$/,
    'measuring',
    'It reads or steers counters, or names the processor that runs.',
  ],
  [/^(RDRAND|RDSEED)$/, 'random numbers', 'It gives a random number made by hardware.'],
  [
    /^(PREFETCH|D3NOW|CL|WBNOINVD|MCOMMIT)/,
    'caches',
    'It moves data to or out of caches, or waits until they are written.',
  ],
  [
    /^(POPCNT|BMI1|LZCNT|MOVBE|ADX|CMOV|RAO_INT)$/,
    'bits and bytes',
    'It counts, finds or moves bits or bytes in general registers or memory.',
  ],
  [
    /^(INVPCID|MSR|WRMSRNS|SERIALIZE|MOVDIRI)$/,
    'system programming',
    'It serves kernels of later CPUs.',
  ],
];

/** The documentation of an instruction that needs these CPU features. */
export function laterInstruction(features: readonly string[]): Authored | null {
  const found = EXTENSIONS.find(([pattern]) => features.some((feature) => pattern.test(feature)));
  if (!found) return null;
  const [, name, what] = found;
  return {
    title: `Later instruction (${name})`,
    description: `${what} It came after this machine's CPU: the assembler writes it, and running it raises #UD.`,
    exceptions: ['#UD'],
    privilege: 'This CPU does not have it: #UD at every CPL.',
  };
}
