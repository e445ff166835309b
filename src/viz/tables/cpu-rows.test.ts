import { describe, expect, it } from 'vitest';
import { Session } from '../../session';
import type { MachineView } from '../../session/view';
import { DEFAULT_WORLD, type TechniqueId } from '../../session/world';
import { cpuRows } from './cpu-rows';

/** Machine steps until the view is as wanted. */
async function stepTo(technique: TechniqueId, wanted: (view: MachineView) => boolean) {
  const session = new Session({ yieldNow: async () => {} });
  const guest = { kind: 'shipped', name: 'hello-rings' } as const;
  const opened = await session.load({ ...DEFAULT_WORLD, technique, guest });
  if (!opened.ok) throw new Error(opened.error.message);
  for (let i = 0; i < 500; i++) {
    const view = await session.step('machine', 'forward');
    if (wanted(view)) return { view, rows: cpuRows(view) };
  }
  throw new Error('never came there');
}

describe('the rows of the CPU panel', () => {
  it('tell one value where there is no hypervisor, and what it was before the step', async () => {
    const { view, rows } = await stepTo('bare', ({ moment }) => moment.retired === 40);
    const lines = [...rows.general, ...rows.privilege, ...rows.control];
    const parts = rows.segments.flatMap((s) => [s.selector, s.base, s.limit, s.type, s.dpl]);
    expect([...lines, ...parts].filter(({ real }) => real !== null)).toEqual([]);
    expect(lines.map(({ id }) => id)).toEqual(
      'eax ecx edx ebx esp ebp esi edi eip eflags cpl if iopl cr0 cr2 cr3 cr4 gdtr idtr'.split(' '),
    );
    const was = view.before?.guest.eip.toString(16).padStart(8, '0');
    expect(rows.general.find(({ id }) => id === 'eip')?.was).toBe(was);
    expect(rows.control.find(({ id }) => id === 'cr0')?.was).toBeNull();
  });

  it('tell both under binary translation: rings, tables and truncated segments', async () => {
    const { rows } = await stepTo(
      'binary-translation',
      ({ guest, real }) => guest.cpl === 0 && real.cpl === 1,
    );
    const of = (id: string) => [...rows.privilege, ...rows.control].find((row) => row.id === id);
    expect(of('cpl')).toMatchObject({ guest: '0', real: '1' });
    expect(of('cr3')?.real).not.toBeNull();
    const ds = rows.segments.find(({ id }) => id === 'ds');
    expect(ds?.limit.guest).toBe('ffffffff');
    expect(ds?.limit.real).toBe('ffbfffff');
    expect(ds?.base).toMatchObject({ guest: '00000000', real: null });
  });
});
