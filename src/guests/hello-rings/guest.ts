import { type GuestInfo, printsAndExits } from '../shipped-guest';

const run = printsAndExits([
  'hello-rings: the kernel runs in ring 0',
  'gdt: the table I loaded is the table I see',
  'paging: on',
  'timer: ok',
  'tasks: entering ring 3',
  'sieve: hello from ring 3',
  'sieve: found 550 primes below 4000',
  'page fault: address 0x00300000, error code 0x00000006: page mapped',
  'sieve: the page is there now',
  'user cli: #GP, as it should be',
  'checker: trial division agrees',
  'kernel: all tasks have ended',
]);

export const helloRings: GuestInfo = {
  name: 'hello-rings',
  title: 'Hello, rings',
  description:
    'A small kernel with two user tasks: tables, paging, timer, system calls, a page fault and a forbidden instruction.',
  topic: 'first steps',
  teaches:
    'Follow one critical section: the `popf` in restore_interrupts switches interrupts back on only because the translator does not let it run as it is.',
  format: { kind: 'multiboot-elf' },
  runs: { bare: run, 'binary-translation': run },
};
