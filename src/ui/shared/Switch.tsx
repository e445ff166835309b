/** One choice of a few, all visible: radio buttons drawn as one segmented bar. */
import { useId } from 'react';

export interface SwitchProps<T extends string> {
  readonly label: string;
  readonly value: T;
  readonly options: readonly { readonly value: T; readonly label: string }[];
  readonly onChange: (value: T) => void;
  readonly className?: string;
}

export function Switch<T extends string>(props: SwitchProps<T>) {
  const { label, value, options, onChange, className } = props;
  const name = useId();
  return (
    <div role="radiogroup" aria-label={label} className={`switch ${className ?? ''}`}>
      {options.map((o) => (
        <label key={o.value}>
          <input
            type="radio"
            name={name}
            value={o.value}
            checked={o.value === value}
            onChange={() => onChange(o.value)}
          />
          {o.label}
        </label>
      ))}
    </div>
  );
}
