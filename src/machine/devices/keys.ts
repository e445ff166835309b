/**
 * Keys, named as a browser names them (`KeyboardEvent.code`), with their scan codes in sets 1 and 2, and the way from
 * text to keys on a US layout. A leading 0xE0 is part of the code; a key is released by the same code with bit 7 set
 * (set 1) or with 0xF0 before its last byte (set 2).
 *
 * @see IBM PS/2 Hardware Interface Technical Reference, "Keyboard (101- and 102-key)": "Scan Code Sets"
 */

/** Name, make code in set 1, make code in set 2. */
const TABLE: readonly (readonly [name: string, set1: number, set2: number])[] = [
  ['Escape', 0x01, 0x76],
  ...row(
    'Digit1 Digit2 Digit3 Digit4 Digit5 Digit6 Digit7 Digit8 Digit9 Digit0 Minus Equal',
    0x02,
    [0x16, 0x1e, 0x26, 0x25, 0x2e, 0x36, 0x3d, 0x3e, 0x46, 0x45, 0x4e, 0x55],
  ),
  ['Backspace', 0x0e, 0x66],
  ['Tab', 0x0f, 0x0d],
  ...row(
    'KeyQ KeyW KeyE KeyR KeyT KeyY KeyU KeyI KeyO KeyP BracketLeft BracketRight',
    0x10,
    [0x15, 0x1d, 0x24, 0x2d, 0x2c, 0x35, 0x3c, 0x43, 0x44, 0x4d, 0x54, 0x5b],
  ),
  ['Enter', 0x1c, 0x5a],
  ['ControlLeft', 0x1d, 0x14],
  ...row(
    'KeyA KeyS KeyD KeyF KeyG KeyH KeyJ KeyK KeyL Semicolon Quote Backquote',
    0x1e,
    [0x1c, 0x1b, 0x23, 0x2b, 0x34, 0x33, 0x3b, 0x42, 0x4b, 0x4c, 0x52, 0x0e],
  ),
  ['ShiftLeft', 0x2a, 0x12],
  ...row(
    'Backslash KeyZ KeyX KeyC KeyV KeyB KeyN KeyM Comma Period Slash',
    0x2b,
    [0x5d, 0x1a, 0x22, 0x21, 0x2a, 0x32, 0x31, 0x3a, 0x41, 0x49, 0x4a],
  ),
  ['ShiftRight', 0x36, 0x59],
  ['NumpadMultiply', 0x37, 0x7c],
  ['AltLeft', 0x38, 0x11],
  ['Space', 0x39, 0x29],
  ['CapsLock', 0x3a, 0x58],
  ...row(
    'F1 F2 F3 F4 F5 F6 F7 F8 F9 F10',
    0x3b,
    [0x05, 0x06, 0x04, 0x0c, 0x03, 0x0b, 0x83, 0x0a, 0x01, 0x09],
  ),
  ['NumLock', 0x45, 0x77],
  ['ScrollLock', 0x46, 0x7e],
  ...row(
    'Numpad7 Numpad8 Numpad9 NumpadSubtract Numpad4 Numpad5 Numpad6 NumpadAdd Numpad1 Numpad2 Numpad3 Numpad0 NumpadDecimal',
    0x47,
    [0x6c, 0x75, 0x7d, 0x7b, 0x6b, 0x73, 0x74, 0x79, 0x69, 0x72, 0x7a, 0x70, 0x71],
  ),
  ['IntlBackslash', 0x56, 0x61],
  ['F11', 0x57, 0x78],
  ['F12', 0x58, 0x07],
  ['NumpadEnter', 0xe01c, 0xe05a],
  ['ControlRight', 0xe01d, 0xe014],
  ['NumpadDivide', 0xe035, 0xe04a],
  ['AltRight', 0xe038, 0xe011],
  ['Home', 0xe047, 0xe06c],
  ['ArrowUp', 0xe048, 0xe075],
  ['PageUp', 0xe049, 0xe07d],
  ['ArrowLeft', 0xe04b, 0xe06b],
  ['ArrowRight', 0xe04d, 0xe074],
  ['End', 0xe04f, 0xe069],
  ['ArrowDown', 0xe050, 0xe072],
  ['PageDown', 0xe051, 0xe07a],
  ['Insert', 0xe052, 0xe070],
  ['Delete', 0xe053, 0xe071],
  ['MetaLeft', 0xe05b, 0xe01f],
  ['MetaRight', 0xe05c, 0xe027],
  ['ContextMenu', 0xe05d, 0xe02f],
];

function row(names: string, first: number, set2: readonly number[]) {
  return names.split(' ').map((name, i) => [name, first + i, set2[i] ?? 0] as const);
}

const CODES = new Map(TABLE.map(([name, set1, set2]) => [name, { set1, set2 }]));

/** A key going down or up. `code`: as in `KeyboardEvent.code`. */
export interface KeyStroke {
  readonly code: string;
  readonly down: boolean;
}

export const isKey = (code: string): boolean => CODES.has(code);

/** The bytes a keyboard in this scan code set sends; none for a key it does not have. */
export function scanCodes(stroke: KeyStroke, set: 1 | 2): number[] {
  const codes = CODES.get(stroke.code);
  if (!codes) return [];
  const make = set === 1 ? codes.set1 : codes.set2;
  const prefix = make > 0xff ? [0xe0] : [];
  const last = make & 0xff;
  if (stroke.down) return [...prefix, last];
  return set === 1 ? [...prefix, last | 0x80] : [...prefix, 0xf0, last];
}

/** What the controller's translation makes of each byte of set 2; bytes that belong to no key stay as they are. */
export const TRANSLATED: readonly number[] = (() => {
  const table = Array.from({ length: 256 }, (_, byte) => byte);
  table[0x00] = 0xff;
  // No key sends 0x02 (F7 has 0x83), yet it is translated: the answer to "which set?" is read as 0x41.
  table[0x02] = 0x41;
  for (const [, set1, set2] of TABLE) table[set2 & 0xff] = set1 & 0xff;
  return table;
})();

const PLAIN = "`1234567890-=qwertyuiop[]\\asdfghjkl;'zxcvbnm,./ \n\t\b\x1b";
const SHIFTED = '~!@#$%^&*()_+QWERTYUIOP{}|ASDFGHJKL:"ZXCVBNM<>?';
const KEYS_OF_PLAIN = [
  'Backquote Digit1 Digit2 Digit3 Digit4 Digit5 Digit6 Digit7 Digit8 Digit9 Digit0 Minus Equal',
  'KeyQ KeyW KeyE KeyR KeyT KeyY KeyU KeyI KeyO KeyP BracketLeft BracketRight Backslash',
  'KeyA KeyS KeyD KeyF KeyG KeyH KeyJ KeyK KeyL Semicolon Quote',
  'KeyZ KeyX KeyC KeyV KeyB KeyN KeyM Comma Period Slash Space Enter Tab Backspace Escape',
]
  .join(' ')
  .split(' ');

/** Key strokes that type a text. @returns the first character no key makes, or the strokes */
export function strokesOf(
  text: string,
): { readonly strokes: readonly KeyStroke[] } | { readonly untypable: string } {
  const strokes: KeyStroke[] = [];
  const press = (code: string, down: boolean) => strokes.push({ code, down });
  for (const character of text.replaceAll('\r\n', '\n').replaceAll('\r', '\n')) {
    const plain = PLAIN.indexOf(character);
    const shifted = SHIFTED.indexOf(character);
    const code = KEYS_OF_PLAIN[plain >= 0 ? plain : shifted];
    if (code === undefined) return { untypable: character };
    if (plain < 0) press('ShiftLeft', true);
    press(code, true);
    press(code, false);
    if (plain < 0) press('ShiftLeft', false);
  }
  return { strokes };
}
