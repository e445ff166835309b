/** `runUntil` conditions taken apart: those that recorded events answer, and those that need the machine. */
import { err, ok, type Result } from '../base/result';
import type { MachineEvent } from '../machine/events';
import type { Condition } from './api';
import type { SourceMap } from './source-map';
import { AddressRule, MnemonicRule, type StopRule } from './stop-rules';

type EventCondition = Extract<Condition, { kind: 'event' }>;

export interface Compiled {
  readonly events: readonly EventCondition[];
  readonly rules: readonly (() => StopRule)[];
  /** The linear addresses, if it is about nothing but addresses: those are found at full speed. */
  readonly addresses: readonly number[] | null;
}

/** Fails for a label the guest does not have. */
export function compile(condition: Condition, map: SourceMap): Result<Compiled, string> {
  switch (condition.kind) {
    case 'event':
      return ok({ events: [condition], rules: [], addresses: null });
    case 'guest-address': {
      const { address } = condition;
      const target = typeof address === 'number' ? address : map.addressOf(address);
      if (target === null) return err(`The guest has no label '${address}'.`);
      const rules = [() => new AddressRule(target >>> 0)];
      return ok({ events: [], rules, addresses: [target >>> 0] });
    }
    case 'guest-mnemonic': {
      const { mnemonic, ring } = condition;
      return ok({ events: [], rules: [() => new MnemonicRule(mnemonic, ring)], addresses: null });
    }
    case 'any': {
      const events: EventCondition[] = [];
      const rules: (() => StopRule)[] = [];
      let addresses: readonly number[] | null = [];
      for (const part of condition.of) {
        const compiled = compile(part, map);
        if (!compiled.ok) return compiled;
        events.push(...compiled.value.events);
        rules.push(...compiled.value.rules);
        const own: readonly number[] | null = compiled.value.addresses;
        addresses = addresses && own && [...addresses, ...own];
      }
      return ok({ events, rules, addresses });
    }
  }
}

export function matches(event: MachineEvent, conditions: readonly EventCondition[]): boolean {
  return conditions.some(
    (condition) =>
      condition.event === event.kind &&
      Object.entries(condition.where ?? {}).every(
        ([field, value]) => (event as unknown as Record<string, unknown>)[field] === value,
      ),
  );
}
