import { type GuestInfo, type MeantRun, printsAndExits } from '../shipped-guest';

const run = printsAndExits([
  'kernel: sidt shows the table I loaded',
  'user: no hypervisor to be seen',
]);

const translated: MeantRun = {
  ...printsAndExits([
    'kernel: sidt shows the table I loaded',
    "user: sidt shows a table that is not the kernel's",
    "user: sgdt shows a table that is not the kernel's",
    "user: str shows a task that is not the kernel's",
    'user: I am in a virtual machine',
  ]),
  difference: {
    behind: 'program',
    in: ['eax'],
    why: 'SIDT in user code is neither translated nor trapped: it stores the hypervisor’s IDTR.',
  },
};

export const redPill: GuestInfo = {
  name: 'red-pill',
  title: 'The red pill',
  description:
    'A user program compares SIDT, SGDT and STR with what the kernel loaded, and so finds out whether a hypervisor is beneath.',
  topic: 'hypervisor',
  teaches:
    'The `sidt` at program runs on the silicon itself: nothing traps and nothing is translated, so it shows the hypervisor’s table.',
  format: { kind: 'multiboot-elf' },
  runs: { bare: run, 'binary-translation': translated },
};
