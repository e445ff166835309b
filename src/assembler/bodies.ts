/**
 * Instructions, data and room, once or many times over, as bytes at the cursor.
 *
 * How an instruction was encoded is kept from walk to walk, since most never change; which form it takes is chosen in
 * `select-form.ts`, and values of data become bytes in `data-bytes.ts`.
 */
import type { Cursor } from './cursor';
import { dataBytes, MAX_SECTION_BYTES } from './data-bytes';
import { SourceError } from './errors';
import { type Expression, evaluate, type Scope, type Value } from './expression';
import { encodeShortest } from './select-form';
import type { Body, DataItem, InstructionBody } from './statements';
import type { Walk } from './walk';

/** A walk that still moves after this many rounds is held: instructions may grow but no longer shrink. */
const HOLD_AFTER = 20;

/** A relative branch has other bytes each time: no more of them than a line can mean. */
const MAX_VARYING_TIMES = 4_096;

interface Encoded {
  readonly bytes: Uint8Array;
  /** Values of the instruction's expressions when it was encoded. */
  readonly values: readonly Value[];
  /** Where it stood, if its bytes depend on that (relative branches). */
  readonly address: number | null;
}

/** The statement that a body belongs to, by its index; fillings of `align` have none of their own. */
const NO_STATEMENT = -1;

export class Bodies {
  /** How each instruction statement was encoded last, by statement index: most do not change from walk to walk. */
  private readonly encoded: Encoded[] = [];

  constructor(
    private readonly walk: Walk,
    private readonly cursor: Cursor,
  ) {}

  /**
   * Writes a body once.
   *
   * @param index of its statement
   * @throws SourceError when it has no bytes; an instruction takes up room all the same
   */
  write(body: Body, scope: Scope, index: number): void {
    switch (body.kind) {
      case 'instruction':
        this.instruction(body, scope, index);
        return;
      case 'data': {
        const place = { scope, token: this.walk.statement.token, final: this.walk.isLast };
        for (const item of body.items) {
          const bytes = dataBytes(item, body.unit, place);
          if (isReserved(item)) this.cursor.fill(0, bytes.length);
          else this.cursor.write(bytes);
        }
        return;
      }
      case 'reserve': {
        const wanted = evaluate(body.count, scope).value * BigInt(body.unit);
        const count = Number(wanted);
        if (count < 0 || count > MAX_SECTION_BYTES) {
          throw this.walk.wrong(`cannot reserve ${wanted} bytes`);
        }
        this.cursor.fill(0, count);
        return;
      }
      case 'binary':
        this.cursor.write(body.bytes);
        return;
    }
  }

  /** `times`: writes a body as often as an expression says. @throws SourceError when that is no count, or too often */
  times(expression: Expression, body: Body, scope: Scope, index: number): void {
    this.repeat(body, this.count(expression, scope), scope, index);
  }

  /** What `align` fills a gap with: as NASM does, as many fillings as bytes are missing, whatever their size. */
  filling(body: Body, gap: number, scope: Scope): void {
    if (gap === 0) return;
    const from = this.cursor.reached;
    this.write(body, scope, NO_STATEMENT);
    if (this.cursor.reached > from) this.repeat(body, gap - 1, scope, NO_STATEMENT);
  }

  private count(expression: Expression, scope: Scope): number {
    const times = evaluate(expression, scope).value;
    if (times < 0n) {
      const bytes = times === -1n ? '1 byte' : `${-times} bytes`;
      const late = `if it fills up to a size, the code before it is ${bytes} too long`;
      throw this.walk.wrong(`times ${times}: a count cannot be negative; ${late}`);
    }
    if (times > BigInt(MAX_SECTION_BYTES)) {
      throw this.walk.wrong(`times ${times}: at most ${MAX_SECTION_BYTES} are possible`);
    }
    return Number(times);
  }

  private repeat(body: Body, times: number, scope: Scope, index: number): void {
    if (times === 0) return;
    const from = this.cursor.reached;
    this.write(body, scope, index);
    const size = this.cursor.reached - from;
    if (times === 1 || size === 0) return;
    if (!dependsOnPlace(body)) {
      // `times 510-($-$$) db 0` is common and large: no need to walk it one by one.
      this.cursor.again(size, times - 1);
      return;
    }
    if (times > MAX_VARYING_TIMES) {
      throw this.walk.wrong(`times ${times}: at most ${MAX_VARYING_TIMES} branches are possible`);
    }
    for (let i = 1; i < times; i++) this.write(body, scope, index);
  }

  private instruction(body: InstructionBody, scope: Scope, index: number): void {
    const { address } = this.cursor;
    const before = index < 0 ? undefined : this.encoded[index];
    try {
      const values = expressionsOf(body).map((expression) => evaluate(expression, scope));
      if (before && isSame(before, values, address)) {
        this.cursor.write(before.bytes);
        return;
      }
      const hold = this.walk.number > HOLD_AFTER && before ? before.bytes.length : 0;
      const bytes = encodeShortest(body.candidates, body.prefixes, scope, address, body.bits, hold);
      const place = dependsOnPlace(body) ? address : null;
      if (index >= 0) this.encoded[index] = { bytes, values, address: place };
      this.cursor.write(bytes);
    } catch (error) {
      // Space for something, so that one wrong line does not move everything after it.
      if (error instanceof SourceError) this.cursor.fill(0x90, before?.bytes.length ?? 2);
      throw error;
    }
  }
}

function isSame(before: Encoded, values: readonly Value[], address: number): boolean {
  if (before.address !== null && before.address !== address) return false;
  return values.every((value, i) => {
    const old = before.values[i]!;
    return old.value === value.value && old.section === value.section;
  });
}

function expressionsOf(body: InstructionBody): Expression[] {
  const found: Expression[] = [];
  for (const operand of body.candidates[0]!.operands) {
    if (operand.kind === 'immediate') found.push(operand.expression);
    else if (operand.kind === 'far') found.push(operand.selector, operand.offset);
    else if (operand.kind === 'memory' && operand.displacement) found.push(operand.displacement);
  }
  return found;
}

/** `?`, and what repeats nothing else: room without bytes. */
const isReserved = (item: DataItem): boolean =>
  item.kind === 'reserve' ||
  ((item.kind === 'repeat' || item.kind === 'group') && item.items.every(isReserved));

/** Whether the bytes are others at another address. `$` is where the line begins, also for what `times` repeats. */
function dependsOnPlace(body: Body): boolean {
  return (
    body.kind === 'instruction' &&
    body.candidates[0]!.form.operands.some(({ kind }) => kind === 'relative')
  );
}
