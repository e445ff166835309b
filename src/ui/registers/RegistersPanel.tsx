/**
 * *Real CPU* beside *What the guest sees*. A changed value carries a dot and tells its old value on hover and focus; rows
 * where the two differ carry a sign. A table, so the panel is its own text twin.
 */
import { Fragment } from 'react';
import type { MachineView } from '../../session/view';
import {
  flagLetters,
  type RegisterCell,
  type RegisterRow,
  registerGroups,
  twoTruths,
} from '../../viz/registers/rows';
import { cx } from '../shared/cx';
import './RegistersPanel.css';

type Which = 'real' | 'guest';

/** `base:limit`: the limit may be left out where there is no room. */
function Text({ text }: { readonly text: string }) {
  const [base, limit] = text.split(':');
  return limit === undefined ? (
    text
  ) : (
    <>
      {base}
      <span className="limit">:{limit}</span>
    </>
  );
}

function Value({ cell, short }: { readonly cell: RegisterCell; readonly short: boolean }) {
  if (cell.was === null) return <Text text={cell.text} />;
  if (short) {
    return (
      <span className="changed" title={`was ${cell.was}`}>
        <span aria-hidden="true">
          {cell.was} <span className="arrow">→</span> {cell.text}
        </span>
        <span className="visually-hidden">
          {cell.text}, changed from {cell.was}
        </span>
      </span>
    );
  }
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: focus shows the old value, as hovering does
    <span className="changed" tabIndex={0}>
      <Text text={cell.text} />
      <span className="dot" aria-hidden="true">
        •
      </span>
      <span className="was">
        <span className="visually-hidden">, changed, </span>was {cell.was}
      </span>
    </span>
  );
}

function Cell({ row, which }: { readonly row: RegisterRow; readonly which: Which }) {
  const cell = row[which];
  return (
    <td
      className={cx(cell.was !== null && 'has-changed')}
      data-register={row.id}
      data-cpu={which}
      data-value={cell.text}
      data-was={cell.was ?? undefined}
      title={cell.was === null && cell.text.includes(':') ? cell.text : undefined}
    >
      <Value cell={cell} short={row.short} />
    </td>
  );
}

function FlagLetters({ view, which }: { readonly view: MachineView; readonly which: Which }) {
  const flags = flagLetters(view[which].eflags, view.before?.[which].eflags ?? null);
  const set = flags.filter((flag) => flag.set).map((flag) => flag.name);
  return (
    <td data-register="flags" data-cpu={which} data-value={flags.map((f) => f.letter).join('')}>
      <span className="visually-hidden">set: {set.join(', ') || 'none'}</span>
      <span aria-hidden="true" className="flags">
        {flags.map((flag) => (
          <span
            key={flag.name}
            className={cx('flag', flag.set && 'set', flag.changed && 'flag-changed')}
            title={`${flag.name} ${flag.set ? 'set' : 'clear'}${flag.changed ? ', changed' : ''}`}
          >
            {flag.letter}
          </span>
        ))}
      </span>
    </td>
  );
}

export function RegistersPanel({ view }: { readonly view: MachineView }) {
  const truths = twoTruths(view);
  return (
    <section className="registers" aria-label="Registers">
      {view.moment.phase > 0 && (
        <p className="registers-when">
          Before this step completes: its phases are shown one by one.
        </p>
      )}
      <table>
        <caption className="visually-hidden">
          Registers of the real CPU beside those the guest sees
        </caption>
        <thead>
          <tr>
            <th scope="col">
              <span className="visually-hidden">Register</span>
            </th>
            <th scope="col">Real CPU</th>
            <th scope="col">What the guest sees</th>
          </tr>
        </thead>
        {registerGroups(view).map((group) => (
          <tbody key={group.title} aria-label={group.title}>
            {group.rows.map((row) => (
              <Fragment key={row.id}>
                <tr className={cx(row.differs && 'differs')}>
                  <th scope="row" title={row.about}>
                    {row.name}
                    {row.differs && (
                      <>
                        <span className="unequal" aria-hidden="true" title="the columns differ">
                          ≠
                        </span>
                        <span className="visually-hidden"> differs</span>
                      </>
                    )}
                  </th>
                  <Cell row={row} which="real" />
                  <Cell row={row} which="guest" />
                </tr>
                {row.id === 'eflags' && (
                  <tr>
                    <th scope="row" title="flags by letter: upper case when set">
                      flags
                    </th>
                    <FlagLetters view={view} which="real" />
                    <FlagLetters view={view} which="guest" />
                  </tr>
                )}
              </Fragment>
            ))}
          </tbody>
        ))}
      </table>
      <p className={cx('truths', truths.title === 'Two truths.' && 'two')} data-testid="two-truths">
        <strong>{truths.title}</strong> {truths.text}
      </p>
    </section>
  );
}
