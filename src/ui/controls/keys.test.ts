import { describe, expect, it } from 'vitest';
import { commandForKey, KEY_BINDINGS, type KeyPress } from './keys';

const press = (key: string, more: Partial<KeyPress> = {}): KeyPress => ({
  key,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  target: 'page',
  onStage: false,
  ...more,
});

describe('commandForKey', () => {
  it('steps back for the same letter with Shift', () => {
    expect(commandForKey(press('n'))).toEqual({
      kind: 'step',
      unit: 'block',
      direction: 'forward',
    });
    expect(commandForKey(press('N'))).toEqual({
      kind: 'step',
      unit: 'block',
      direction: 'backward',
    });
  });

  it('leaves every key to a text field', () => {
    for (const { keys } of KEY_BINDINGS) {
      for (const key of keys) expect(commandForKey(press(key, { target: 'typing' }))).toBeNull();
    }
  });

  it('leaves shortcuts of the browser alone', () => {
    expect(commandForKey(press('s', { ctrlKey: true }))).toBeNull();
    expect(commandForKey(press('p', { metaKey: true }))).toBeNull();
  });

  it('lets arrows scroll the page, and steps with them on the stage', () => {
    expect(commandForKey(press('ArrowRight'))).toBeNull();
    expect(commandForKey(press('ArrowRight', { onStage: true }))?.kind).toBe('step');
  });

  it('steps with arrows from a button on the stage too', () => {
    expect(commandForKey(press('ArrowLeft', { onStage: true, target: 'button' }))?.kind).toBe(
      'step',
    );
  });

  it('lets space press the focused button and arrows move in a list', () => {
    expect(commandForKey(press(' ', { target: 'button' }))).toBeNull();
    expect(commandForKey(press('Home', { target: 'list' }))).toBeNull();
    expect(commandForKey(press('ArrowUp', { target: 'radio', onStage: true }))).toBeNull();
    expect(commandForKey(press('End', { target: 'radio' }))?.kind).toBe('end');
    expect(commandForKey(press(' '))?.kind).toBe('play-pause');
  });

  it('has no key twice in one place', () => {
    for (const focused of [false, true]) {
      const keys = KEY_BINDINGS.filter((b) => (b.focused ?? false) === focused).flatMap(
        (b) => b.keys,
      );
      expect(new Set(keys).size).toBe(keys.length);
    }
  });
});
