/**
 * Code page 437: what each byte looks like on a PC's text screen. The adapter's own character set has a picture for every
 * byte, also for those that are control codes elsewhere.
 *
 * @see IBM Enhanced Graphics Adapter, "Character Set"
 */
const ROWS_OF_16 = [
  ' ☺☻♥♦♣♠•◘○◙♂♀♪♫☼',
  '►◄↕‼¶§▬↨↑↓→←∟↔▲▼',
  ...[2, 3, 4, 5, 6, 7].map((row) =>
    Array.from({ length: 16 }, (_, column) => String.fromCharCode(row * 16 + column)).join(''),
  ),
  'ÇüéâäàåçêëèïîìÄÅ',
  'ÉæÆôöòûùÿÖÜ¢£¥₧ƒ',
  'áíóúñÑªº¿⌐¬½¼¡«»',
  '░▒▓│┤╡╢╖╕╣║╗╝╜╛┐',
  '└┴┬├─┼╞╟╚╔╩╦╠═╬╧',
  '╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀',
  'αßΓπΣσµτΦΘΩδ∞φε∩',
  '≡±≥≤⌠⌡÷≈°∙·√ⁿ²■ ',
];

/** By byte; 0x7f is a house. */
export const CODE_PAGE_437: readonly string[] = Array.from(
  ROWS_OF_16.join('').replace('\x7f', '⌂'),
);
