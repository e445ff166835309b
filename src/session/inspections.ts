/** Looks into the present moment: which function answers which kind, and what they are given. */
import { err, ok, type Result } from '../base/result';
import { compileExpression, type Labels } from '../debugger/expression';
import {
  calls,
  disassembly,
  type InspectContext,
  memory,
  pages,
  stack,
  tables,
  walk,
} from '../debugger/inspect';
import type { System } from '../hypervisor/core/system';
import { guestBlock, NO_MARKS, translatedBlock } from './block-view';
import type { Evaluation, InspectionKind, Inspections } from './debug';
import type { Run } from './run';
import type { BlockView } from './view';

type Look<Kind extends InspectionKind> = (
  context: InspectContext,
  request: Inspections[Kind]['request'],
  run: Run,
) => Inspections[Kind]['reply'];

const LOOKS: { readonly [Kind in InspectionKind]: Look<Kind> } = {
  memory,
  tables,
  pages,
  walk,
  stack,
  calls,
  disassembly,
  evaluate: ({ system }, { expressions }, { map }) =>
    expressions.map((text) => evaluation(text, system, map)),
  block: ({ system }, { address }, run) => blockAtAddress(system, address >>> 0, run),
};

/** A step longer than this is not taken again only to see what it changed. */
const LONGEST_STEP = 100_000;

/**
 * @param run its machine stands at the present moment, and does so again afterwards
 * @param since where the step that led here began; null after a jump
 */
export function inspect<Kind extends InspectionKind>(
  run: Run,
  since: number | null,
  kind: Kind,
  request: Inspections[Kind]['request'],
): Inspections[Kind]['reply'] {
  const look: Look<Kind> | undefined = Object.hasOwn(LOOKS, kind) ? LOOKS[kind] : undefined;
  if (!look) throw new Error(`There is no look of the kind '${kind}'.`);
  return look(contextOf(run, since), request, run);
}

/** @param since as in `inspect` */
export function contextOf(run: Run, since: number | null): InspectContext {
  const { cursor, map } = run;
  const system = cursor.machine;
  const present = cursor.at;
  return {
    system,
    names: map,
    evaluate: (expression) => evaluateAt(expression, system, map),
    before: (look) => {
      if (since === null || since >= present || present - since > LONGEST_STEP) return null;
      cursor.goTo(since);
      const found = look(system);
      cursor.goTo(present);
      return found;
    },
  };
}

function evaluateAt(
  expression: string | number,
  system: System,
  labels: Labels,
): Result<number, string> {
  if (typeof expression === 'number') return ok(expression >>> 0);
  const compiled = compileExpression(expression, labels);
  const value = compiled.ok ? compiled.value.evaluate(system) : compiled;
  return value.ok ? value : err(`Column ${value.error.column}: ${value.error.message}`);
}

function evaluation(text: string, system: System, map: Run['map']): Evaluation {
  const compiled = compileExpression(text, map);
  const value = compiled.ok ? compiled.value.evaluate(system) : compiled;
  if (!value.ok) return { ok: false, ...value.error };
  return { ok: true, value: value.value, label: map.labelOf(value.value) };
}

function blockAtAddress(system: System, address: number, { map }: Run): BlockView | null {
  const translation = system.translationOfGuest(address);
  return translation
    ? translatedBlock(system, translation, map, NO_MARKS)
    : guestBlock(system, address, map, NO_MARKS);
}
