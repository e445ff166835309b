/** A table cell with the value the guest sees and, behind a sign, the real CPU's where that is another one. */
import type { TwoValues as Values } from '../../../viz/tables/cpu-rows';
import { cx } from '../../shared/cx';

export interface TwoValuesProps {
  readonly id: string;
  readonly values: Values;
  /** Shown before the value, where the row has no heading of its own. */
  readonly name?: string;
}

export function TwoValues({ id, values, name }: TwoValuesProps) {
  const { guest, was, real } = values;
  return (
    <td
      className={cx('code', was !== null && 'has-changed')}
      data-register={id}
      data-cpu="guest"
      data-value={guest}
      title={was === null ? undefined : `was ${was}`}
    >
      {name !== undefined && <span className="cpu-name">{name} </span>}
      {guest}
      {was !== null && (
        <>
          <span className="cpu-dot" aria-hidden="true">
            •
          </span>
          <span className="visually-hidden">, changed, was {was}</span>
        </>
      )}
      {real !== null && (
        <>
          {' '}
          <span className="real-value" title={`the real CPU holds ${real || 'nothing'}`}>
            <span aria-hidden="true">≠</span>
            <span className="visually-hidden">, on the real CPU </span>
            <span className="real-number" data-register={id} data-cpu="real" data-value={real}>
              {real || '–'}
            </span>
          </span>
        </>
      )}
    </td>
  );
}
