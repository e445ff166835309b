/** The privilege rules we write down, against the machine: every form of every instruction is executed in three rings. */
import { describe, expect, it } from 'vitest';
import { hexBytes } from '../../base/hex';
import { translateUnit } from '../../hypervisor/binary-translation/translator';
import { decode } from '../../machine/codec/decode';
import { factsOf } from '../../machine/codec/instruction-facts';
import { type OpcodeForm, opcodeForms } from '../../machine/codec/opcode-forms';
import { SAMPLE_ADDRESS, sampleOf } from '../../machine/codec/sample';
import { sensitivityOf } from '../../machine/codec/sensitivity';
import { CR0_EM, CR0_PE, WORD } from '../../machine/cpu/state';
import {
  boot,
  CODE,
  DATA,
  deliveries,
  STACK0,
  STACK3,
  selector,
} from '../../machine/cpu/testing/boot';
import { AUTHORED, instructionDoc } from '.';
import type { PrivilegeRule } from './authored';
import { FPU_PROBES } from './floating-point';
import { TRANSLATIONS } from './translation';

const FORMS: readonly OpcodeForm[] = [...opcodeForms().values()].flat();
const docOf = (form: OpcodeForm) => instructionDoc(form.mnemonic)!;
const isLater = (form: OpcodeForm): boolean => docOf(form).title.startsWith('Later');
const isFloating = (form: OpcodeForm): boolean =>
  docOf(form).exceptions.join() === '#NM' || (/^f[a-z]/.test(form.mnemonic) && !isLater(form));
const ruleOf = (form: OpcodeForm): PrivilegeRule => {
  const touchesSystemRegister = form.operands.some(
    (pattern) => pattern.kind === 'register' && /^(control|debug)$/.test(pattern.class),
  );
  return touchesSystemRegister ? 'ring-0' : (AUTHORED[form.mnemonic]?.rule ?? 'any');
};

/** Executes the form's sample once and tells what was delivered: `[[13, 0]]` is #GP(0). */
function delivered(form: OpcodeForm, cpl: number, iopl: number): [number, number | null][] {
  const bytes = sampleOf(form, 32)!;
  const machine = boot(bytes, { cpl, iopl });
  const { cpu, memory } = machine;
  const code = selector.code(cpl);
  const data = selector.data(cpl);
  cpu.gpr[0] = form.mnemonic === 'ltr' ? selector.tss : form.mnemonic === 'mov' ? data : 0;
  cpu.gpr[1] = form.mnemonic === 'wrmsr' || form.mnemonic === 'rdmsr' ? 0x174 : 1;
  cpu.gpr[2] = CODE;
  cpu.gpr[3] = DATA;
  cpu.gpr[6] = DATA + 64;
  cpu.gpr[7] = DATA + 128;
  // CR0 must stay a sensible value, and DR4 to DR7 take any.
  if (form.name === 'Mov_cr_r32') cpu.gpr[1] = CR0_PE;
  cpu.state[WORD.SYSENTER_CS] = selector.code(0);
  const far = form.mnemonic === 'call' || form.mnemonic === 'jmp' ? code : data;
  if (form.operandSize === 16) {
    memory.write16(DATA + 16, CODE & 0xffff);
    memory.write16(DATA + 18, far);
  } else {
    memory.write32(DATA + 16, CODE);
    memory.write32(DATA + 20, far);
  }
  const stack = cpl === 0 ? STACK0 : STACK3;
  const unit = form.operandSize === 16 ? 2 : 4;
  const frame = form.mnemonic.startsWith('pop') ? [data] : [CODE & 0xffff, code, 2 | (iopl << 12)];
  frame.forEach((value, i) => {
    memory.write32(stack - 64 + i * unit, value);
  });
  cpu.gpr[4] = stack - 64;
  cpu.gpr[5] = stack - 128;
  cpu.step();
  return deliveries(machine);
}

const isGeneralProtection = (found: [number, number | null][]): boolean =>
  found.some(([vector, code]) => vector === 13 && code === 0);
const isUndefined = (found: [number, number | null][]): boolean => found[0]?.[0] === 6;
const native = FORMS.filter((form) => !isLater(form) && !isFloating(form));

describe('the privilege rule', () => {
  it('is #GP(0) outside ring 0, whatever IOPL, for what is ring 0 only', () => {
    const forms = native.filter((form) => ruleOf(form) === 'ring-0');
    expect(new Set(forms.map(({ mnemonic }) => mnemonic)).size).toBe(14);
    const wrong = forms.filter(
      (form) =>
        !isGeneralProtection(delivered(form, 3, 0)) ||
        !isGeneralProtection(delivered(form, 3, 3)) ||
        !isGeneralProtection(delivered(form, 1, 0)) ||
        isGeneralProtection(delivered(form, 0, 0)),
    );
    expect(wrong.map(({ name }) => name)).toEqual([]);
  });

  it('is #GP(0) where CPL > IOPL for CLI, STI and ports', () => {
    const forms = native.filter((form) => /^(iopl|port)$/.test(ruleOf(form)));
    expect(new Set(forms.map(({ mnemonic }) => mnemonic)).size).toBe(10);
    const wrong = forms.filter(
      (form) =>
        !isGeneralProtection(delivered(form, 3, 0)) ||
        isGeneralProtection(delivered(form, 3, 3)) ||
        isGeneralProtection(delivered(form, 0, 0)),
    );
    expect(wrong.map(({ name }) => name)).toEqual([]);
  });

  it('lets all others execute at CPL 3 without #GP(0), the sensitive ones too', () => {
    const forms = native.filter((form) => ruleOf(form) === 'any');
    const trapping = forms.filter((form) => isGeneralProtection(delivered(form, 3, 0)));
    expect(trapping.map(({ name }) => name)).toEqual([]);
    const sensitive = new Set(
      forms.filter((f) => factsOf(f)!.sensitivity === 'sensitive').map((f) => f.mnemonic),
    );
    expect(sensitive.size).toBeGreaterThan(25);
  });

  it('is that of the table the monitor uses', () => {
    const wrong = native.filter(
      (form) => (factsOf(form)!.sensitivity === 'privileged') !== (ruleOf(form) !== 'any'),
    );
    // The monitor takes RDTSC and RSM for privileged, because CR4.TSD and the missing mode make them trap.
    expect(wrong.map(({ mnemonic }) => mnemonic)).toEqual(['rdtsc', 'rsm']);
  });
});

describe('what this machine lacks', () => {
  it('is #UD exactly where the documentation calls an instruction later', () => {
    const undefinedHere = new Set(
      FORMS.filter((form) => !isFloating(form) && isUndefined(delivered(form, 0, 0))),
    );
    const excused = /^(ud[012]|rsm)$|^nop$/;
    const wrong = FORMS.filter(
      (form) =>
        !isFloating(form) &&
        !excused.test(form.mnemonic) &&
        isLater(form) !== undefinedHere.has(form),
    );
    expect(wrong.map(({ name }) => name)).toEqual([]);
    for (const mnemonic of ['ud2', 'rsm']) {
      expect(isUndefined(delivered(opcodeForms().get(mnemonic)![0]!, 0, 0))).toBe(true);
    }
  });

  it('is #NM with CR0.EM for floating point, and silence for the probes', () => {
    const floating = FORMS.filter((form) => isFloating(form) && form.mnemonic !== 'wait');
    const answers = floating.map((form) => {
      // Those with a WAIT in front begin with it: 9B.
      const bytes = sampleOf(form, 32)!;
      const machine = boot(bytes[0] === 0x9b ? bytes.slice(1) : bytes);
      machine.cpu.gpr[3] = DATA;
      machine.cpu.state[WORD.CR0]! |= CR0_EM;
      machine.cpu.step();
      return `${form.name} ${deliveries(machine)[0]?.[0]}`;
    });
    expect(answers.filter((answer) => !answer.endsWith(' 7'))).toEqual([]);
    expect(answers.length).toBeGreaterThan(150);
    for (const mnemonic of FPU_PROBES) {
      expect(delivered(opcodeForms().get(mnemonic)![0]!, 0, 0), mnemonic).toEqual([]);
    }
  });
});

describe('the translation told', () => {
  /** What the translator emits for the form: tags of the instruction's own records. */
  function tagsOf(form: OpcodeForm): Set<string> {
    const bytes = sampleOf(form, 32)!;
    const decoded = decode(bytes, SAMPLE_ADDRESS, 32);
    const unit = [{ decoded, bytes, sensitivity: sensitivityOf(decoded) }];
    const { records } = translateUnit(unit, new Set());
    const own = records.filter((r) => r.guestIndex === 0 && r.tag !== 'exit');
    return new Set(own.map(({ tag }) => tag));
  }

  it.each(Object.entries(TRANSLATIONS))('%s: what the translator emits', (rule, text) => {
    const forms = FORMS.filter((form) => factsOf(form)!.translation === rule);
    const wrong = forms.filter((form) => {
      const bytes = sampleOf(form, 32)!;
      // A 16-bit operand size truncates EIP: carried out on the virtual CPU.
      if (/branch$/.test(rule) && bytes.includes(0x66)) return !tagsOf(form).has('hypervisor-call');
      const tags = [...tagsOf(form)].sort().join();
      if (text.startsWith('copied')) return tags !== 'same';
      if (text.startsWith('a call')) return tags !== 'hypervisor-call';
      return !/^(|rewritten|hypervisor-call,rewritten)$/.test(tags);
    });
    expect(
      wrong.map((form) => `${form.name} ${hexBytes(sampleOf(form, 32)!)} ${[...tagsOf(form)]}`),
    ).toEqual([]);
    expect(forms.length).toBeGreaterThan(0);
  });
});
