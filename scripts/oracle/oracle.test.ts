/**
 * The fixed part of the oracle: the shipped guests and a set of random programs beside QEMU. More seeds, and Bochs:
 * `npm run oracle`. Skipped, by name, where QEMU is not installed.
 */
import { describe, expect, it } from 'vitest';
import { BochsLogReader } from '../../src/machine/oracle/bochs-log';
import { LockStep } from '../../src/machine/oracle/lock-step';
import { QemuLogReader } from '../../src/machine/oracle/qemu-log';
import type { TraceItem } from '../../src/machine/oracle/trace';
import { prepare } from './machine';
import { randomPrograms, shippedGuests } from './programs';
import { hasQemu, NO_QEMU, runQemu } from './qemu';
import { compare } from './run';

const there = hasQemu();
const skipped = there ? '' : ` [SKIPPED: ${NO_QEMU}]`;
if (!there) console.warn(`oracle: ${NO_QEMU} Nothing was compared.`);
const STEPS = 2_000_000;

describe.skipIf(!there)(`in lock-step with QEMU${skipped}`, () => {
  it.each(shippedGuests(null))('$name agrees on every instruction', async (guest) => {
    const { report, instructions } = await compare('qemu', guest, STEPS);
    expect(report).toBe('');
    expect(instructions).toBeGreaterThan(1_000);
  });

  it.each(randomPrograms(1, 6, 150))(
    'the program of $name agrees on every instruction',
    async (p) => {
      const { report, instructions } = await compare('qemu', p, STEPS);
      expect(report).toBe('');
      expect(instructions).toBeGreaterThan(10_000);
    },
  );

  it('finds a CPU that gets one instruction wrong, and names it', async () => {
    const [program] = randomPrograms(1, 1, 20);
    const prepared = prepare(program!.source, program!.name);
    try {
      const { pc, entry } = prepared;
      const lockStep = new LockStep(pc, {
        emulator: 'qemu',
        entry,
        steps: STEPS,
        showsDeliveries: true,
      });
      const run = pc.run.bind(pc);
      // The twentieth instruction leaves EDI one too high.
      pc.run = (limit) => {
        const outcome = run(limit);
        if (pc.cpu.retired === 20) pc.cpu.gpr[7]!++;
        return outcome;
      };
      await runQemu(prepared, lockStep);
      expect(lockStep.divergence?.instructions).toBe(20);
      expect(lockStep.divergence?.differences[0]).toMatch(/^edi /);
    } finally {
      prepared.dispose();
    }
  });
});

describe('the reader of Bochs logs', () => {
  it('gives one state per round of r, sreg and creg', () => {
    const text = `rax: 00000000_00000768
rip: 00000000_00100582
eflags 0x00000012: id vip vif ac vm rf nt IOPL=0 of df if tf sf zf AF pf cf
cs:0x0008, dh=0x00cf9b00, dl=0x0000ffff, valid=1
tr:0x0028, dh=0x00008b00, dl=0x0000ffff, valid=1
CR0=0x80000011: PG cd nw ac wp ne ET ts em mp PE
CR2=page fault laddr=0x0000000000406000
CR3=0x000000101000
CR4=0x00000000: pge mce pae pse de tsd pvi vme
`;
    const items: TraceItem[] = [];
    const reader = new BochsLogReader((item) => items.push(item));
    reader.push(text.slice(0, 50));
    reader.push(text.slice(50));
    expect(items).toHaveLength(1);
    const { view } = items[0]!;
    const [eax, eip, eflags, cs, tr] = [0, 8, 9, 11, 17].map((i) => view[i]);
    expect([eax, eip, eflags, cs, tr]).toEqual([0x768, 0x100582, 0x12, 8, 0x28]);
    expect(Array.from(view.subarray(18))).toEqual([0x80000011, 0x406000, 0x101000, 0]);
  });
});

describe('the reader of QEMU logs', () => {
  it('reads dumps and deliveries, however the text is cut', () => {
    const dump = `EAX=00000001 EBX=00000002 ECX=00000003 EDX=00000004
ESI=00000005 EDI=00000006 EBP=00000007 ESP=00000008
EIP=00100000 EFL=00000046 [---Z-P-] CPL=0 II=0 A20=1 SMM=0 HLT=0
CS =0008 00000000 ffffffff 00cf9b00 DPL=0 CS32 [-RA]
CR0=80000011 CR2=00001000 CR3=00002000 CR4=00000000
EFER=0000000000000000
`;
    const text = `${dump}     0: v=0e e=0002 i=0 cpl=0 IP=0008:00100000 pc=00100000\n${dump}`;
    for (const size of [1, 7, text.length]) {
      const items: TraceItem[] = [];
      const reader = new QemuLogReader((item) => items.push(item));
      for (let at = 0; at < text.length; at += size) reader.push(text.slice(at, at + size));
      expect(items.map(({ kind }) => kind)).toEqual(['state', 'delivery']);
      expect(items[1]).toMatchObject({ vector: 14, errorCode: 2, software: false });
      expect(Array.from(items[0]!.view.subarray(0, 10))).toEqual([
        ...[1, 3, 4, 2, 8, 7, 5, 6, 0x100000, 0x46],
      ]);
      expect(items[0]!.view[11]).toBe(8);
    }
  });
});
