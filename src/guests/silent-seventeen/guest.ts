import { type GuestInfo, type MeantRun, printsAndExits } from '../shipped-guest';

/** What the silicon's registers show: bases of GDT and IDT, and the task register. */
const showing = (gdt: string, idt: string, task: string): MeantRun =>
  printsAndExits([
    'kernel: into ring 3',
    `sgdt  base ${gdt}`,
    `sidt  base ${idt}`,
    'sldt  0x00000000',
    `str   ${task}`,
    'smsw  0x00000011',
    'pushf IF and IOPL 0x00000200',
    'popf  of 0x3002 leaves 0x00000200',
    'lar   ZF 0x00000000',
    'lsl   ZF 0x00000000',
    'verr  ZF 0x00000000',
    'verw  ZF 0x00000000',
    'push  cs 0x0000001b',
    'mov   from ss 0x00000023',
    'pop   es reads 0x0000600d',
    'call  far pushed cs 0x0000001b',
    'ret   far is back',
    'jmp   far is here',
    'int   n called the kernel for every line above',
  ]);

export const silentSeventeen: GuestInfo = {
  name: 'silent-seventeen',
  title: 'The instructions that lie',
  description:
    'Sensitive instructions that do not trap in user mode, executed one after another: each shows too much or does less than asked, and says nothing.',
  topic: 'protection',
  teaches:
    'None of these instructions raises an exception. Compare the first lines on bare hardware and under the translator.',
  format: { kind: 'multiboot-elf' },
  runs: {
    bare: showing('0x00104000', '0x00107000', '0x00000028'),
    // User code runs directly, so it sees the tables the hypervisor loaded (hypervisor/memory/layout.ts).
    'binary-translation': {
      ...showing('0xffc00000', '0xffc10000', '0x0000ff20'),
      difference: {
        behind: 'program',
        in: ['eax'],
        why: 'SGDT in user code runs on the silicon and shows the hypervisor’s table.',
      },
    },
  },
};
