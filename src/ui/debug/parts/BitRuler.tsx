/** An entry drawn bit by bit, with what each field means below. The list of meanings is the ruler's text twin. */
import type { BitField } from '../../../session/debug';
import { bitRange, rulerRows } from '../../../viz/tables/bit-ruler';
import { cx } from '../../shared/cx';
import './BitRuler.css';

export interface BitRulerProps {
  readonly fields: readonly BitField[];
  /** Bits that can be changed: a field of one bit becomes a button. */
  readonly onFlip?: (field: BitField) => void;
  readonly canFlip?: (field: BitField) => boolean;
}

const hex = (value: number): string => `0x${value.toString(16)}`;

export function BitRuler({ fields, onFlip, canFlip }: BitRulerProps) {
  return (
    <div className="bit-ruler">
      <div aria-hidden="true">
        {rulerRows(fields).map((row) => (
          <div key={row.high} className="bit-row">
            {row.parts.map((part) => (
              <div
                key={part.field.high}
                className={cx('bit-field', part.columns === 1 && part.field.value === 1 && 'set')}
                style={{ gridColumn: `${part.column + 1} / span ${part.columns}` }}
                title={`${part.field.name}: ${part.field.meaning}`}
              >
                <span className="bit-range">{bitRange(part.field)}</span>
                <span className="bit-value">
                  {part.columns > 4 ? hex(part.field.value) : part.bits}
                </span>
                <span className={cx('bit-name', part.tight && 'tight')}>{part.label}</span>
              </div>
            ))}
          </div>
        ))}
      </div>
      <table className="bit-meanings">
        <caption className="visually-hidden">What each field means</caption>
        <tbody>
          {[...fields]
            .sort((a, b) => b.high - a.high)
            .map((field) => (
              <tr key={field.high}>
                <td className="code">{bitRange(field)}</td>
                <th scope="row">{field.name}</th>
                <td className="code">
                  {field.high === field.low ? field.value : hex(field.value)}
                </td>
                <td>
                  {field.meaning}
                  {onFlip && canFlip?.(field) && (
                    <button type="button" className="link-button" onClick={() => onFlip(field)}>
                      {field.value === 1 ? 'clear it' : 'set it'}
                    </button>
                  )}
                </td>
              </tr>
            ))}
        </tbody>
      </table>
    </div>
  );
}
