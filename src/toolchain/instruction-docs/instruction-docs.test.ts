import { describe, expect, it } from 'vitest';
import { assemblerWords, formsNamed } from '../../assembler';
import { factsOf } from '../../machine/codec/instruction-facts';
import { AUTHORED, instructionDoc } from '.';

const MNEMONICS = assemblerWords().mnemonics;

describe('instruction documentation', () => {
  it('exists for every mnemonic the assembler accepts', () => {
    const poor = MNEMONICS.filter((mnemonic) => {
      const doc = instructionDoc(mnemonic);
      return (
        !doc ||
        doc.title.length < 3 ||
        doc.description.length < 12 ||
        doc.privilege === '' ||
        doc.translation === '' ||
        doc.forms.length === 0 ||
        doc.forms.length > 12
      );
    });
    expect(poor).toEqual([]);
  });

  it('says nothing about a word the assembler does not accept', () => {
    expect(Object.keys(AUTHORED).filter((name) => !formsNamed(name))).toEqual([]);
    expect(instructionDoc('movv')).toBeNull();
    expect(instructionDoc('eax')).toBeNull();
    expect(instructionDoc('constructor')).toBeNull();
  });

  it('has words of its own for every instruction of this machine', () => {
    const early = MNEMONICS.filter((mnemonic) =>
      formsNamed(mnemonic)!.every((form) =>
        factsOf(form)!.features.every((feature) =>
          /^(INTEL\d+|INTEL8086_ONLY|FPU|FPU\d87|CPUID|TSC|MSR|CX8|SEP|SMM|PAUSE|CMOV)$/.test(
            feature,
          ),
        ),
      ),
    );
    const shared = early.filter((m) => instructionDoc(m)!.title.startsWith('Later'));
    expect(early.length).toBeGreaterThan(330);
    expect(shared).toEqual([]);
  });

  it('has short titles and at most three sentences', () => {
    const long = MNEMONICS.flatMap((mnemonic) => {
      const { title, description } = instructionDoc(mnemonic)!;
      const sentences = description.split(/[.?!](?:\s|$)/).filter(Boolean).length;
      return title.length > 70 || sentences > 4 ? [`${mnemonic}: ${title}: ${sentences}`] : [];
    });
    expect(long).toEqual([]);
  });

  it('gives a synonym the words of what it stands for', () => {
    expect(instructionDoc('JZ')).toMatchObject({
      mnemonic: 'jz',
      title: instructionDoc('je')!.title,
      forms: ['jz rel8', 'jz rel16', 'jz rel32'],
    });
    expect(instructionDoc('jz')!.description).toMatch(/^Another name of JE\. /);
  });

  it.each([
    ['popf', { class: 'sensitive' }],
    ['cli', { class: 'privileged' }],
    ['out', { class: 'io' }],
    ['jne', { class: 'ends-block' }],
    ['add', { class: 'plain' }],
  ])('%s is %o', (mnemonic, expected) => {
    expect(instructionDoc(mnemonic)).toMatchObject(expected);
  });

  it('tells flags, forms and exceptions of ADC', () => {
    expect(instructionDoc('adc')).toEqual({
      mnemonic: 'adc',
      title: 'Add with carry',
      description: expect.stringContaining('CF'),
      forms: [
        'adc r/m8, r8',
        'adc r/m16, r16',
        'adc r/m32, r32',
        'adc r8, r/m8',
        'adc r16, r/m16',
        'adc r32, r/m32',
        'adc al, imm8',
        'adc ax, imm16',
        'adc eax, imm32',
        'adc r/m8, imm8',
        'adc r/m16, imm16',
        'adc r/m32, imm32',
      ],
      flags: [
        { flag: 'CF', effect: 'tested' },
        { flag: 'CF', effect: 'modified' },
        { flag: 'PF', effect: 'modified' },
        { flag: 'AF', effect: 'modified' },
        { flag: 'ZF', effect: 'modified' },
        { flag: 'SF', effect: 'modified' },
        { flag: 'OF', effect: 'modified' },
      ],
      class: 'plain',
      privilege: 'Works at every CPL.',
      translation: 'Copied byte for byte.',
      exceptions: ['#GP(0)', '#SS(0)', '#PF', '#AC(0)', '#UD'],
    });
  });

  it('tells the translations of a mnemonic with several', () => {
    expect(instructionDoc('mov')!.translation).toBe(
      "Copied byte for byte. mov r/m16, sreg: a call to the hypervisor, which works on the guest's own segment. " +
        'mov r32/m16, sreg: rewritten in place: a few plain instructions on the virtual CPU, no trap. ' +
        'mov r32, dr: a call to the hypervisor, which carries it out on the virtual CPU.',
    );
  });
});
