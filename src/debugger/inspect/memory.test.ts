import { describe, expect, it } from 'vitest';
import type { MemoryRequest, MemoryView } from '../../session/debug';
import { memory } from './memory';
import { helloRings, type Looked, MULTIBOOT, machineOf } from './testing/machine';

const seen = (looked: Looked, request: MemoryRequest): MemoryView => {
  const found = memory(looked.context, request);
  if ('unreadable' in found) throw new Error(found.unreadable);
  return found;
};

const SMALL = `${MULTIBOOT}
  start: mov esp, stack_top
  store: mov dword [counter], start
  done: mov dword [counter + 2], 0x7777
  end: hlt
  section .data
  align 4
  counter: dd 0
  pointer: dd counter, number
  number: dd 5
  section .bss
  align 4
  stack: resb 256
  stack_top:`;

describe('memory', () => {
  it('is what the guest sees, with labels and pointers', () => {
    const looked = machineOf(SMALL);
    looked.runTo('done');
    const view = seen(looked, { space: 'virtual', address: 'counter', length: 16 });
    const start = looked.addressOf('start');
    expect(view.bytes.slice(0, 4)).toEqual([0, 8, 16, 24].map((shift) => (start >>> shift) & 0xff));
    expect(view.symbols).toEqual([
      { offset: 0, name: 'counter' },
      { offset: 4, name: 'pointer' },
      { offset: 12, name: 'number' },
    ]);
    expect(view.pointers).toEqual([
      { offset: 0, target: start, kind: 'code', label: 'start' },
      { offset: 4, target: looked.addressOf('counter'), kind: 'data', label: 'counter' },
      { offset: 8, target: looked.addressOf('number'), kind: 'data', label: 'number' },
    ]);
  });

  it('marks exactly the bytes that the step changed', () => {
    const looked = machineOf(SMALL);
    looked.runTo('done');
    looked.step();
    // start is 0x0010000c: its high half was 0010, and is 7777 now; the next dword's low half was counter's.
    const view = seen(looked, { space: 'virtual', address: 'counter', length: 16 });
    const now = view.bytes.slice(2, 6);
    expect(now).toEqual([0x77, 0x77, 0, 0]);
    expect(view.changed.slice(0, 2)).toEqual([2, 3]);
    expect(view.changed.every((offset) => offset >= 2 && offset < 6)).toBe(true);
    expect(seen(looked, { space: 'virtual', address: 'end', length: 4 }).changed).toEqual([]);
  });

  it('has no bytes where nothing is mapped', () => {
    const looked = helloRings('bare');
    looked.runTo('start_tasks');
    const view = seen(looked, { space: 'virtual', address: 0x2ffffe, length: 8 });
    expect(view.bytes.map((byte) => byte === null)).toEqual([false, false, ...Array(6).fill(true)]);
    const physical = seen(looked, { space: 'physical', address: 0x3ffffe, length: 4 });
    expect(physical.bytes.map((byte) => byte === null)).toEqual([false, false, true, true]);
  });

  it('marks where registers point', () => {
    const looked = machineOf(SMALL);
    looked.runTo('done');
    expect(seen(looked, { space: 'virtual', address: 'done', length: 4 }).registers).toEqual([
      { offset: 0, name: 'eip' },
    ]);
    const stack = seen(looked, { space: 'virtual', address: 'esp', length: 4 });
    expect(stack.registers).toContainEqual({ offset: 0, name: 'esp' });
  });

  it('is at another place in the machine than in the guest, under a hypervisor', () => {
    const looked = helloRings('binary-translation');
    looked.runTo('start_tasks');
    const address = looked.addressOf('text_hello');
    const guest = seen(looked, { space: 'physical', address, length: 16 }).bytes;
    expect(guest).toEqual(seen(looked, { space: 'virtual', address, length: 16 }).bytes);
    const page = looked.system.machinePage(address >>> 12) ?? 0;
    const at = page * 0x1000 + (address & 0xfff);
    expect(at).not.toBe(address);
    expect(seen(looked, { space: 'machine', address: at, length: 16 }).bytes).toEqual(guest);
  });

  it('ends where the address space ends', () => {
    const looked = machineOf(SMALL);
    const view = seen(looked, { space: 'virtual', address: 0xfffffffc, length: 64 });
    expect(view.bytes).toHaveLength(4);
  });
});
