/** A breakpoint made ready for the open guest: what to watch for, and its condition as a function. */
import type { Expression } from '../../debugger/expression';
import type { Watch } from '../../hypervisor/core/system';
import type { Breakpoint } from '../debug';
import type { Trigger } from './triggers';

export type Armed = {
  readonly breakpoint: Breakpoint;
  readonly condition: Expression | null;
} & (
  | { readonly kind: 'code'; readonly addresses: readonly number[] }
  | { readonly kind: 'data'; readonly watch: Watch['data'][number] }
  | { readonly kind: 'event'; readonly trigger: Trigger; readonly value: number | undefined }
);
