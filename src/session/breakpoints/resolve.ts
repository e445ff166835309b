/**
 * From breakpoints as people set them to what a search looks for, in the guest that is open: labels to addresses, source
 * lines to the next line with code, expressions to numbers. What cannot be resolved is told, and does not stop anything.
 */
import { nearMiss } from '../../assembler/near-miss';
import { err, ok, type Result } from '../../base/result';
import { compileExpression, type Expression } from '../../debugger/expression';
import type { System } from '../../hypervisor/core/system';
import type { Breakpoint, BreakpointPlace, ResolvedBreakpoint } from '../debug';
import { EVENT_TRIGGERS } from '../event-triggers';
import type { SourceMap } from '../source-map';
import type { Armed } from './armed';
import { TRIGGERS } from './triggers';

const MAX_LENGTH = 4096;
/** `main.entry+0xc4`: what the debugger itself says of a place can be typed back. */
const LABEL_AND_OFFSET = /^(.+?)\s*\+\s*(0x[0-9a-f]+|\d+)$/i;

type Place =
  | { readonly kind: 'code'; readonly addresses: readonly number[]; readonly source: Source | null }
  | Omit<Extract<Armed, { kind: 'data' }>, 'breakpoint' | 'condition'>
  | Omit<Extract<Armed, { kind: 'event' }>, 'breakpoint' | 'condition'>;

type Source = NonNullable<ResolvedBreakpoint['source']>;

/** Resolves breakpoints, and remembers what an expression came to when its breakpoint was set. */
export class Resolver {
  private readonly addresses = new Map<string, number>();

  constructor(
    private readonly map: SourceMap,
    private readonly virtualized: boolean,
  ) {}

  /** @param system stands at the present moment: addresses of data are evaluated there */
  resolve(
    breakpoint: Breakpoint,
    system: System,
  ): { readonly told: ResolvedBreakpoint; readonly armed: Armed | null } {
    const place = this.place(breakpoint, system);
    const condition = this.condition(breakpoint.condition);
    const problem = !place.ok ? place.error : !condition.ok ? condition.error : null;
    const code = place.ok && place.value.kind === 'code' ? place.value : null;
    const told = {
      id: breakpoint.id,
      addresses: code?.addresses ?? [],
      source: code?.source ?? null,
      problem,
    };
    if (!place.ok || !condition.ok) return { told, armed: null };
    return { told, armed: { breakpoint, condition: condition.value, ...place.value } };
  }

  private condition(text: string | null): Result<Expression | null, string> {
    if (text === null || text.trim() === '') return ok(null);
    const compiled = compileExpression(text, this.map);
    if (compiled.ok) return compiled;
    const { message, column } = compiled.error;
    return err(`The condition cannot be read at column ${column}: ${message}`);
  }

  private place({ id, place }: Breakpoint, system: System): Result<Place, string> {
    switch (place.kind) {
      case 'address':
        return this.at([place.address >>> 0]);
      case 'label': {
        const [, name = place.name, offset = '0'] = LABEL_AND_OFFSET.exec(place.name.trim()) ?? [];
        const address = this.map.addressOf(name);
        return address === null
          ? err(this.unknownLabel(name))
          : this.at([(address + Number(offset)) >>> 0]);
      }
      case 'source':
        return this.line(place.file, place.line);
      case 'data':
        return this.data(id, place, system);
      case 'event': {
        const info = EVENT_TRIGGERS.find(({ event }) => event === place.event);
        if (!info) return err(`There is no event '${place.event}'.`);
        if (info.monitorOnly && !this.virtualized) {
          return err(
            `${info.label}: only a hypervisor does this. Choose the technique binary translation.`,
          );
        }
        return ok({ kind: 'event', trigger: TRIGGERS[place.event], value: place.value });
      }
    }
  }

  private at(addresses: readonly number[]): Result<Place, string> {
    const source = this.map.lineOf(addresses[0] ?? 0);
    return ok({ kind: 'code', addresses, source });
  }

  private unknownLabel(name: string): string {
    const meant = nearMiss(
      name,
      this.map.symbols.map((symbol) => symbol.name),
    );
    const hint = meant === undefined ? '' : ` Did you mean '${meant}'?`;
    return `The guest has no label '${name}'.${hint}`;
  }

  /** The line itself, or the next one in the file with an instruction. A macro's line may stand at several places. */
  private line(file: string, line: number): Result<Place, string> {
    const places = [...this.map.lines].filter(([, place]) => place.file === file);
    if (places.length === 0) {
      return err(`No code of the open guest comes from ${file}.`);
    }
    const later = places.map(([, place]) => place.line).filter((other) => other >= line);
    if (later.length === 0) return err(`${file} has no instruction at or after line ${line}.`);
    const snapped = later.reduce((a, b) => Math.min(a, b));
    const here = places.filter(([, place]) => place.line === snapped);
    return ok({
      kind: 'code',
      addresses: firstOfEachStretch(
        here.map(([address]) => address),
        this.map,
      ),
      source: { file, line: snapped },
    });
  }

  private data(
    id: string,
    place: Extract<BreakpointPlace, { kind: 'data' }>,
    system: System,
  ): Result<Place, string> {
    const { space, length, on } = place;
    if (!Number.isInteger(length) || length < 1 || length > MAX_LENGTH) {
      return err(`A data breakpoint is on 1 to ${MAX_LENGTH} bytes, not ${length}.`);
    }
    const address = this.address(id, place.address, system);
    if (!address.ok) return address;
    return ok({ kind: 'data', watch: { space, address: address.value, length, on } });
  }

  private address(id: string, given: number | string, system: System): Result<number, string> {
    if (typeof given === 'number') return ok(given >>> 0);
    const key = `${id} ${given}`;
    const known = this.addresses.get(key);
    if (known !== undefined) return ok(known);
    const compiled = compileExpression(given, this.map);
    const value = compiled.ok ? compiled.value.evaluate(system) : compiled;
    if (!value.ok) {
      return err(`The address has no value, column ${value.error.column}: ${value.error.message}`);
    }
    this.addresses.set(key, value.value);
    return value;
  }
}

/** An instruction of a line that follows another of the same line is not a place to stop again. */
function firstOfEachStretch(addresses: readonly number[], map: SourceMap): number[] {
  const sorted = [...addresses].sort((a, b) => a - b);
  const all = map.codeAddresses;
  return sorted.filter((address, i) => {
    const before = sorted[i - 1];
    if (before === undefined) return true;
    // The instruction just before it in memory is of the same line.
    const index = all.indexOf(address);
    return all[index - 1] !== before;
  });
}
