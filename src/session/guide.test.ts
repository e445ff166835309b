/** The guide's examples do what it says: programs run, conditions can be read. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { compileExpression } from '../debugger/expression';
import { SHIPPED_TEXTS } from '../guests/registry';
import { makeSystem } from './run';
import { DEFAULT_WORLD } from './world';

const GUIDE = readFileSync(new URL('../../docs/guests.md', import.meta.url), 'utf8');

const blocks = (language: string): string[] =>
  [...GUIDE.matchAll(/```(\w*)\n([\s\S]*?)```/g)]
    .filter(([, name]) => name === language)
    .map(([, , text]) => text ?? '');

describe('docs/guests.md', () => {
  it.each([
    [0, 'hello\n'],
    [1, '!'],
  ])('program %i says %j and ends well', (index, said) => {
    const text = blocks('nasm')[index] ?? '';
    const guest = { kind: 'assembly', name: 'guide.asm', text } as const;
    const made = makeSystem({ ...DEFAULT_WORLD, guest }, SHIPPED_TEXTS);
    if (!made.ok) throw new Error(made.error.message);
    expect(made.value.run(1_000_000)).toEqual({ kind: 'exited', code: 0x10 });
    expect(made.value.serial()).toBe(said);
  });

  it('has conditions that can be read', () => {
    const labels = {
      symbols: [{ name: 'limit' }, { name: 'counter' }],
      addressOf: () => 0,
    };
    const conditions = (blocks('')[0] ?? '').trim().split('\n');
    expect(conditions.length).toBeGreaterThan(3);
    for (const condition of conditions) {
      expect(compileExpression(condition, labels), condition).toMatchObject({ ok: true });
    }
  });
});
