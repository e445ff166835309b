/**
 * Names that are defined before the first line: the version of NASM we follow, as far as sources ask for it.
 *
 * Those whose value changes from line to line, as `__LINE__`, are in `defines.ts`.
 */
const VERSION: Readonly<Record<string, string>> = {
  NASM_MAJOR: '2',
  NASM_MINOR: '16',
  NASM_SUBMINOR: '1',
  NASM_PATCHLEVEL: '0',
  NASM_VER: '"2.16.01"',
  NASM_VERSION_ID: '0x02100100',
  OUTPUT_FORMAT: 'bin',
};

/** Source text by name; each in old and new spelling: `__NASM_MAJOR__` and `__?NASM_MAJOR?__`. */
export const STANDARD: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(VERSION).flatMap(([name, value]) => [
    [`__${name}__`, value],
    [`__?${name}?__`, value],
  ]),
);
