import { describe, expect, it } from 'vitest';
import { bareView, calloutView, translatedView } from '../../ui/testing/fixture-panels';
import { flagLetters, registerGroups, twoTruths } from './rows';

const row = (view: typeof bareView, id: string) =>
  registerGroups(view)
    .flatMap((g) => g.rows)
    .find((r) => r.id === id)!;

describe('the register table', () => {
  it('shows the popf callout: virtual IF 0 to 1, real IF untouched', () => {
    expect(row(calloutView(1), 'if')).toMatchObject({
      real: { text: '1', was: null },
      guest: { text: '1', was: '0' },
      differs: false,
    });
  });

  it('keeps real and guest values apart', () => {
    expect(row(translatedView, 'gdtr')).toMatchObject({
      real: { text: 'ffc00000:007f' },
      guest: { text: '00100020:002f' },
      differs: true,
    });
    expect(row(translatedView, 'cs')).toMatchObject({
      real: { text: '0021' },
      guest: { text: '0008' },
    });
  });

  it('names each general register by its own place in the view', () => {
    const view = { ...bareView, guest: { ...bareView.guest, gpr: [0, 1, 2, 3, 4, 5, 6, 7] } };
    const names = ['eax', 'ecx', 'edx', 'ebx', 'esp', 'ebp', 'esi', 'edi'];
    expect(names.map((id) => Number(row(view, id).guest.text))).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  });

  it('marks nothing as changed after a jump', () => {
    const rows = registerGroups({ ...translatedView, before: null }).flatMap((g) => g.rows);
    expect(rows.every((r) => r.real.was === null && r.guest.was === null)).toBe(true);
  });
});

describe('two truths', () => {
  it('are listed by name under a hypervisor', () => {
    expect(twoTruths(translatedView).text).toMatch(/^CPL, IF, .* and IDTR differ:/);
  });
  it('are one on the bare machine', () => {
    expect(twoTruths(bareView).title).toBe('One truth.');
  });
});

describe('flag letters', () => {
  it('are upper case when set, and say what changed', () => {
    const flags = flagLetters(0x0242, 0x0042);
    expect(flags.map((f) => f.letter).join('')).toBe('odItsZapc');
    expect(flags.filter((f) => f.changed).map((f) => f.name)).toEqual(['interrupt']);
  });
});
