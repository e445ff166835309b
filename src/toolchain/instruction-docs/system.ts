/** The instructions a monitor cares about: machine state, privilege, interrupts. */
import { type AuthoredDocs, theme } from './authored';

const SELECTORS = ['#GP(selector)', '#NP(selector)'];

export const SYSTEM: AuthoredDocs = {
  ...theme(
    {
      lgdt: [
        'Load the GDT register',
        'Loads limit and base of the global descriptor table from six bytes in memory.',
      ],
      lidt: [
        'Load the IDT register',
        'Loads limit and base of the interrupt descriptor table from six bytes in memory.',
      ],
      lmsw: [
        'Load the machine status word',
        'Loads the low four bits of CR0: PE, MP, EM and TS. It can set PE and never clear it.',
      ],
      clts: [
        'Clear the task-switched flag',
        'Clears CR0.TS, so that floating-point instructions raise #NM no longer.',
      ],
      hlt: [
        'Stop until an interrupt',
        'The CPU sleeps until an interrupt comes. With IF clear it never wakes.',
      ],
      invlpg: [
        "Forget one page's translation",
        'Drops the TLB entry of the page that the address lies in: after changing its page-table entry.',
      ],
      invd: [
        'Empty the caches without saving',
        'Throws the contents of the caches away. This machine models no caches, so nothing is lost.',
      ],
      wbinvd: [
        'Save and empty the caches',
        'Writes changed cache lines to memory and empties the caches. This machine models no caches.',
      ],
      rdmsr: [
        'Read a model-specific register',
        'Loads EDX:EAX from the register that ECX numbers; an unknown number raises #GP(0).',
      ],
      wrmsr: [
        'Write a model-specific register',
        'Stores EDX:EAX to the register that ECX numbers; an unknown number raises #GP(0).',
      ],
      sysexit: [
        'Fast return to ring 3',
        'Goes to ring 3 at EDX with ESP = ECX, on flat segments that follow from SYSENTER_CS.',
      ],
    },
    { rule: 'ring-0' },
  ),
  lldt: {
    title: 'Load the LDT register',
    description:
      'Makes the LDT descriptor that the selector names current; selector 0 means no LDT.',
    rule: 'ring-0',
    exceptions: SELECTORS,
  },
  ltr: {
    title: 'Load the task register',
    description:
      'Makes a TSS current and marks it busy. Interrupts from an outer ring find their ring-0 stack there.',
    rule: 'ring-0',
    exceptions: SELECTORS,
  },
  cli: {
    title: 'Disable interrupts',
    description:
      'Clears IF: device interrupts wait. Kernels do it around short work that nothing may cut in two.',
    rule: 'iopl',
  },
  sti: {
    title: 'Enable interrupts',
    description:
      'Sets IF, from the end of the next instruction on: STI and HLT, or STI and RET, are never cut apart.',
    rule: 'iopl',
  },
  ...theme(
    {
      sgdt: [
        'Store the GDT register',
        'Writes limit and base of the GDT to six bytes in memory. A guest sees the real, not its own table, unless the hypervisor steps in.',
      ],
      sidt: [
        'Store the IDT register',
        'Writes limit and base of the IDT to six bytes in memory: the "red pill", as the address betrays a hypervisor.',
      ],
      sldt: ['Store the LDT register', 'Writes the selector of the current LDT.'],
      str: ['Store the task register', 'Writes the selector of the current TSS.'],
      smsw: [
        'Store the machine status word',
        'Writes the low bits of CR0, so that a program sees PE, MP, EM and TS.',
      ],
    },
    {
      privilege:
        "Works at every CPL without a trap: it reads the machine's real state, which is why plain trap-and-emulate fails on x86.",
    },
  ),
  ...theme(
    {
      pushf: [
        'Push the flags',
        'Pushes FLAGS or EFLAGS: the size follows the code segment. IF and IOPL are among them.',
      ],
      pushfd: ['Push EFLAGS', 'Pushes the 32-bit flags, IF and IOPL among them.'],
    },
    {
      privilege:
        'Works at every CPL without a trap: it shows the real IF and IOPL. (In virtual-8086 mode it needs IOPL 3.)',
      exceptions: ['#SS(0)', '#PF', '#AC(0)'],
    },
  ),
  ...theme(
    {
      popf: [
        'Pop the stack into the flags',
        'Pops FLAGS or EFLAGS: the size follows the code segment. What CPL may not change stays as it was, silently.',
      ],
      popfd: [
        'Pop the stack into EFLAGS',
        'Pops the 32-bit flags. What CPL may not change stays as it was, silently.',
      ],
    },
    {
      privilege:
        'Works at every CPL without a trap. IF changes only where CPL <= IOPL, and IOPL only at CPL 0; otherwise they silently stay: a guest kernel outside ring 0 loses its CLI and STI so.',
      exceptions: ['#SS(0)', '#PF', '#AC(0)'],
    },
  ),
  ...theme(
    {
      iret: [
        'Return from an interrupt',
        'Pops EIP, CS and EFLAGS; if that leads to an outer ring, ESP and SS too. The size follows the code segment.',
      ],
      iretd: [
        'Return from an interrupt, 32 bits',
        'Pops EIP, CS and EFLAGS; if that leads to an outer ring, ESP and SS too; if VM is set at CPL 0, enters virtual-8086 mode.',
      ],
    },
    {
      privilege:
        'Works at every CPL, but never goes inwards. As with POPF, IF and IOPL silently stay where CPL may not change them.',
      exceptions: ['#SS(0)', '#PF', ...SELECTORS, '#SS(selector)', '#TS(selector)'],
    },
  ),
  ...theme(
    {
      lar: [
        'Load access rights',
        'If the selector names a descriptor this CPL may see, loads its rights byte and sets ZF; else clears ZF.',
      ],
      lsl: [
        'Load segment limit',
        'If the selector names a segment this CPL may see, loads its limit in bytes and sets ZF; else clears ZF.',
      ],
      verr: ['Verify reading', 'Sets ZF if this CPL may read the segment.'],
      verw: ['Verify writing', 'Sets ZF if this CPL may write the segment.'],
    },
    {
      privilege:
        'Works at every CPL without a trap: the answer depends on the real CPL and on the real descriptor tables.',
      exceptions: ['#UD'],
    },
  ),
  arpl: {
    title: 'Adjust the RPL of a selector',
    description:
      "Raises the RPL of the first selector to that of the second: a kernel takes its caller's rights for a pointer it was given.",
    privilege:
      'Works at every CPL without a trap. A kernel in ring 1 sees selectors with RPL 1, so what it computes differs.',
    exceptions: ['#UD'],
  },
  cpuid: {
    title: 'Identify the CPU',
    description: 'EAX chooses what to tell: vendor, family, features in EAX, EBX, ECX and EDX.',
    privilege:
      "Works at every CPL without a trap: a hypervisor cannot hide the CPU's features from code that runs directly.",
  },
  rdtsc: {
    title: 'Read the time-stamp counter',
    description:
      'Loads EDX:EAX with the number of cycles since reset. Two of them time what lies between.',
    privilege: 'Works at every CPL while CR4.TSD is clear; with it set, ring 0 only, else #GP(0).',
    exceptions: ['#GP(0)'],
  },
  sysenter: {
    title: 'Fast call into ring 0',
    description:
      'Goes to ring 0 at the address and stack that three model-specific registers hold. Nothing is saved: the kernel has to know the way back.',
    privilege: 'Works at every CPL; with SYSENTER_CS = 0 it raises #GP(0).',
    exceptions: ['#GP(0)'],
  },
  rsm: {
    title: 'Leave system management mode',
    description: 'Restores the state saved on entry to system management mode.',
    privilege: 'Only in system management mode, which this machine never enters: #UD at every CPL.',
    exceptions: ['#UD'],
  },
  wait: {
    title: 'Wait for the floating-point unit',
    description: 'Waits until a pending floating-point exception has been raised.',
    exceptions: ['#NM', '#MF'],
  },
};
