/** A button in the house look. `tone` picks the look, never the meaning: the words do that. */
import type { ButtonHTMLAttributes, Ref } from 'react';
import { cx } from './cx';
import { Tip } from './Tip';

export interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  readonly tone?: 'plain' | 'primary' | 'quiet';
  readonly ref?: Ref<HTMLButtonElement>;
}

export function Button({ tone = 'plain', className, type = 'button', ...rest }: ButtonProps) {
  return (
    <button {...rest} type={type} className={cx('button', tone !== 'plain' && tone, className)} />
  );
}

export interface IconButtonProps extends ButtonProps {
  /** The accessible name, also shown as the tip. */
  readonly label: string;
  /** The key that does the same, shown in the tip. */
  readonly keyHint?: string;
  readonly tipSide?: 'start' | 'end' | 'center';
  readonly tipBelow?: boolean;
}

/** A button that shows only an icon: its name is in `aria-label` and in a tip. */
export function IconButton({
  label,
  keyHint,
  className,
  tipSide = 'center',
  tipBelow = false,
  ...rest
}: IconButtonProps) {
  return (
    <Tip text={label} side={tipSide} below={tipBelow} {...(keyHint ? { keyHint } : {})}>
      <Button
        {...rest}
        aria-label={label}
        {...(keyHint ? { 'aria-keyshortcuts': keyHint } : {})}
        className={cx('icon', className)}
      />
    </Tip>
  );
}
