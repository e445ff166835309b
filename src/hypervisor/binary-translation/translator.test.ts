import { describe, expect, it } from 'vitest';
import { decode } from '../../machine/codec/decode';
import { format } from '../../machine/codec/format';
import { sensitivityOf } from '../../machine/codec/sensitivity';
import { nameOfField } from './names';
import type { GuestInstruction } from './translation';
import { endsUnit, translateUnit } from './translator';

const GUEST = 0x100000;
const TC = 0xffd00000;

/** Cuts bytes into guest instructions up to the end of a unit. */
function unitOf(...bytes: number[]): GuestInstruction[] {
  const code = Uint8Array.from(bytes);
  const unit: GuestInstruction[] = [];
  for (let at = 0; at < code.length; ) {
    const decoded = decode(code.subarray(at), GUEST + at, 32);
    const length = Math.max(1, decoded.length);
    unit.push({ decoded, bytes: code.slice(at, at + length), sensitivity: sensitivityOf(decoded) });
    at += length;
    if (endsUnit(decoded)) break;
  }
  return unit;
}

/** One line per machine instruction: text with field names, tag, weight. */
function translated(...bytes: number[]): string[] {
  const code = translateUnit(unitOf(...bytes), new Set());
  return code.records.map((record) => {
    const slice = Uint8Array.from(code.bytes.slice(record.offset, record.offset + record.length));
    const text = format(slice, TC + record.offset, 32).replace(
      /gs:([^\]]*?)(0x[0-9a-f]+)\]/,
      (whole, before: string, hex: string) => {
        const name = nameOfField(Number.parseInt(hex, 16));
        return name ? `gs:${before}${name}]` : whole;
      },
    );
    return `${text} | ${record.tag}${record.weight ? ' *' : ''}`;
  });
}

describe('translateUnit', () => {
  it('copies harmless instructions byte for byte', () => {
    const bytes = [0xa1, 0x04, 0x90, 0x10, 0x00, 0x40]; // mov eax,[0x109004]; inc eax
    const code = translateUnit(unitOf(...bytes), new Set());
    expect(code.bytes.slice(0, bytes.length)).toEqual(bytes);
    expect(code.records.slice(0, 2).map((record) => record.tag)).toEqual(['same', 'same']);
  });

  it('cli is one MOV that leaves the flags alone', () => {
    expect(translated(0xfa)[0]).toBe('mov dword [gs:vcpu.if],0 | rewritten *');
  });

  it('popf pops into the virtual CPU, then calls the hypervisor', () => {
    expect(translated(0x9d)).toEqual([
      'pop dword [gs:vcpu.popped] | rewritten',
      'call far [gs:callout.popf] | hypervisor-call',
      'call far [gs:callout.dispatch] | exit',
    ]);
  });

  it('a call pushes the return address of the guest, never one of the cache', () => {
    const [push, exit] = translated(0xe8, 0x00, 0x01, 0x00, 0x00);
    expect(push).toBe('push 0x100005 | rewritten *');
    expect(exit).toBe('call far [gs:callout.dispatch] | exit');
  });

  it('a conditional jump keeps its condition and has two exits', () => {
    const code = translateUnit(unitOf(0x74, 0x10), new Set()); // je +16
    expect(code.bytes.slice(0, 6)).toEqual([0x0f, 0x84, 7, 0, 0, 0]);
    expect(code.exits.map((exit) => exit.target)).toEqual([GUEST + 2, GUEST + 0x12]);
  });

  it('mov from CR3 reads what the guest loaded', () => {
    expect(translated(0x0f, 0x20, 0xd8)[0]).toBe('mov eax,[gs:vcpu.cr3] | rewritten *');
  });

  it('every guest instruction in a unit is completed by exactly one machine instruction or a callout', () => {
    // pushf; pop eax; cli; sti; nop; ret
    const unit = unitOf(0x9c, 0x58, 0xfa, 0xfb, 0x90, 0xc3);
    const { records } = translateUnit(unit, new Set());
    unit.forEach((_, index) => {
      const completing = records.filter((record) => record.guestIndex === index && record.weight);
      expect(completing).toHaveLength(1);
    });
  });

  it('no inserted sequence writes the flags the guest still needs', () => {
    // Everything but LAHF/SETO..SAHF brackets must be free of instructions that write arithmetic flags.
    const WRITES = /^(add|sub|and|or|xor|inc|dec|cmp|test|neg|shl|shr)\b/;
    for (const bytes of [[0xfa], [0xfb], [0xc3], [0xff, 0xe0], [0x0f, 0x20, 0xc0]]) {
      for (const line of translated(...bytes)) expect(line).not.toMatch(WRITES);
    }
  });

  it('code that uses gs or cs as a data segment is left to the virtual CPU', () => {
    expect(translated(0x65, 0xa1, 0, 0, 0, 0)[0]).toBe(
      'call far [gs:callout.emulate] | hypervisor-call',
    );
    expect(translated(0x2e, 0xa1, 0, 0, 0, 0)[0]).toBe(
      'call far [gs:callout.emulate] | hypervisor-call',
    );
  });
});
