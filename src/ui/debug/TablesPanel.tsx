/**
 * GDT, LDT, IDT and TSS as tables. A row opens to the entry bit by bit. Under a hypervisor the guest's tables and the
 * real ones are two sets, and only the real ones are used by the silicon.
 */
import { Fragment, useState } from 'react';
import { hex16, hex32 } from '../../base/hex';
import type { DescriptorView, TablesView, WhichCpu } from '../../session/debug';
import { useInspection } from '../../store/use-inspection';
import { useActions, useApp } from '../../store/use-store';
import { cx } from '../shared/cx';
import { Switch } from '../shared/Switch';
import { BitRuler } from './parts/BitRuler';
import { useWhichCpu, WhichCpuSwitch } from './parts/WhichCpuSwitch';
import './debug.css';
import './TablesPanel.css';

type Which = 'gdt' | 'idt' | 'ldt' | 'tss';
const WHOSE: Readonly<Record<WhichCpu, string>> = {
  guest: 'What the guest built and believes in. The silicon never looks at it.',
  real: 'What the hypervisor built and the silicon uses. The guest cannot see it.',
};

type Row = DescriptorView & { readonly name?: string | null };

export function TablesPanel() {
  const [cpu, setCpu] = useWhichCpu();
  const [which, setWhich] = useState<Which>('gdt');
  const { reply } = useInspection('tables', { cpu });
  const bare = useApp((s) => s.world?.technique === 'bare');
  return (
    <section className="debug-panel" aria-label="Descriptor tables">
      <div className="debug-bar-row">
        <Switch
          label="Table"
          value={which}
          options={[
            { value: 'gdt', label: 'GDT' },
            { value: 'idt', label: 'IDT' },
            { value: 'ldt', label: 'LDT' },
            { value: 'tss', label: 'TSS' },
          ]}
          onChange={setWhich}
        />
        <WhichCpuSwitch value={cpu} onChange={setCpu} />
      </div>
      {reply && <Shown tables={reply} which={which} />}
      {!bare && <p className="debug-note">{WHOSE[cpu]}</p>}
    </section>
  );
}

function Shown({ tables, which }: { readonly tables: TablesView; readonly which: Which }) {
  return (
    <>
      {problemsOf(tables, which).map((problem) => (
        <p key={problem} className="debug-problem">
          {problem}
        </p>
      ))}
      {which === 'tss' ? (
        <Tss tables={tables} />
      ) : (
        <Descriptors key={`${tables.cpu} ${which}`} which={which} tables={tables} />
      )}
    </>
  );
}

/** Problems of the table shown; what concerns all of them is shown with each. */
const problemsOf = ({ problems }: TablesView, which: Which): readonly string[] =>
  problems.filter((problem) => {
    const about = /\b(GDT|LDT|IDT|TSS)\b/.exec(problem)?.[1];
    return about === undefined || about.toLowerCase() === which;
  });

const EMPTY: Readonly<Record<'gdt' | 'idt', string>> = {
  gdt: 'There is no GDT yet: a guest loads one with LGDT. Until then its segment registers hold what the loader left in them.',
  idt: 'There is no IDT: a guest loads one with LIDT. Until then any exception or interrupt shuts the CPU down (a triple fault).',
};

function Place({ tables, which }: { readonly tables: TablesView; readonly which: Which }) {
  if (which === 'ldt') {
    return (
      <p className="debug-note">
        LDTR <code>{hex16(tables.ldtr)}</code>
        {tables.ldt.length === 0 && ': the guest uses no local table.'}
      </p>
    );
  }
  const register = which === 'gdt' ? tables.gdtr : tables.idtr;
  return (
    <p className="debug-note">
      {which.toUpperCase()}R: base <code>{hex32(register.base)}</code>, limit{' '}
      <code>{hex16(register.limit)}</code>.{which === 'idt' && ' Empty gates are left out.'}
    </p>
  );
}

function Descriptors({
  tables,
  which,
}: {
  readonly tables: TablesView;
  readonly which: 'gdt' | 'idt' | 'ldt';
}) {
  const [open, setOpen] = useState<number | null>(null);
  const rows: readonly Row[] = tables[which];
  const isIdt = which === 'idt';
  return (
    <>
      <Place tables={tables} which={which} />
      {rows.length === 0 && which !== 'ldt' && tables.problems.length === 0 && (
        <p className="debug-empty">
          {tables[`${which}r`].limit < 7
            ? EMPTY[which]
            : `The ${which.toUpperCase()} holds only empty entries so far.`}
        </p>
      )}
      {rows.length > 0 && (
        <table className="debug-table tables-table">
          <thead>
            <tr>
              <th scope="col">{isIdt ? 'Vector' : 'Selector'}</th>
              <th scope="col">Type</th>
              <th scope="col">DPL</th>
              <th scope="col">{isIdt ? 'Handler' : 'Base and limit'}</th>
              <th scope="col">{isIdt ? 'What comes here' : 'In use by'}</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <Fragment key={row.index}>
                <tr className={cx(open === row.index && 'open', !row.present && 'absent')}>
                  <th scope="row" className="code">
                    <button
                      type="button"
                      className="row-button"
                      aria-expanded={open === row.index}
                      onClick={() => setOpen(open === row.index ? null : row.index)}
                    >
                      <span aria-hidden="true">{open === row.index ? '▾' : '▸'}</span>{' '}
                      {isIdt ? `${row.index} 0x${row.index.toString(16)}` : hex16(row.selector)}
                    </button>
                  </th>
                  <td>
                    {row.type}
                    {!row.present && row.type !== 'null' && ' (not present)'}
                  </td>
                  <td className="code">{row.type === 'null' ? '' : row.dpl}</td>
                  <td>
                    <Leads row={row} />
                  </td>
                  <td>
                    {isIdt ? row.name : row.usedBy.map((name) => name.toUpperCase()).join(' ')}
                  </td>
                </tr>
                {open === row.index && (
                  <tr className="tables-open">
                    <td colSpan={5}>
                      <p className="debug-note">
                        Entry {row.index} at <code>{hex32(row.address)}</code>:{' '}
                        <code>
                          {hex32(row.high)} {hex32(row.low)}
                        </code>
                      </p>
                      <BitRuler fields={row.fields} />
                    </td>
                  </tr>
                )}
              </Fragment>
            ))}
          </tbody>
        </table>
      )}
    </>
  );
}

function Leads({ row }: { readonly row: Row }) {
  const { revealBlock } = useActions();
  const { target } = row;
  if (target) {
    return (
      <>
        <code>{hex16(target.selector)}:</code>
        <button
          type="button"
          className="link-button code"
          onClick={() => void revealBlock(target.offset)}
        >
          {target.label ?? hex32(target.offset)}
        </button>
      </>
    );
  }
  if (row.base === null || row.limit === null) return null;
  return (
    <code>
      {hex32(row.base)} {hex32(row.limit)}
    </code>
  );
}

function Tss({ tables }: { readonly tables: TablesView }) {
  const { tss, tr } = tables;
  if (!tss) {
    return (
      <p className="debug-empty">
        The task register holds nothing (TR {hex16(tr)}): there is no TSS, so no stack for a change
        to an inner ring.
      </p>
    );
  }
  return (
    <>
      <p className="debug-note">
        TR <code>{hex16(tr)}</code>, at <code>{hex32(tss.address)}</code>. {tss.ports}
      </p>
      <table className="debug-table">
        <thead>
          <tr>
            <th scope="col">Offset</th>
            <th scope="col">Field</th>
            <th scope="col">Value</th>
            <th scope="col">Meaning</th>
          </tr>
        </thead>
        <tbody>
          {tss.fields.map((field) => (
            <tr key={field.offset}>
              <td className="code">{field.offset}</td>
              <th scope="row">{field.name}</th>
              <td className="code">{hex32(field.value)}</td>
              <td>{field.meaning}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}
