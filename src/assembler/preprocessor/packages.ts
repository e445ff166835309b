/**
 * `%use`: the packages of NASM that make sense here, as what they define. `smartalign` only chooses other no-operations
 * for `align`, and `masm` another syntax: they are named, and left out.
 *
 * @see NASM manual, "Standard Macro Packages"
 */

const WIDTHS: readonly (readonly [suffix: string, names: readonly string[]])[] = [
  ['d', ['eax', 'ecx', 'edx', 'ebx', 'esp', 'ebp', 'esi', 'edi']],
  ['w', ['ax', 'cx', 'dx', 'bx', 'sp', 'bp', 'si', 'di']],
  ['l', ['al', 'cl', 'dl', 'bl']],
];

const altreg = WIDTHS.flatMap(([suffix, names]) =>
  names.flatMap((name, number) => [
    `%idefine r${number}${suffix} ${name}`,
    ...(suffix === 'l' ? [`%idefine r${number}h ${name[0]}h`] : []),
  ]),
);

const LOGARITHMS = ['ilog2e', 'ilog2w', 'ilog2f', 'ilog2fw', 'ilog2c', 'ilog2cw'];
const ifunc = [
  '%define ilog2(x) __?ilog2e?__(x)',
  ...LOGARITHMS.map((name) => `%define ${name}(x) __?${name}?__(x)`),
];

const FORMATS = ['float8', 'float16', 'bfloat16', 'float32', 'float64', 'float80m'];
const fp = [
  ...['Infinity', 'NaN', 'QNaN', 'SNaN'].map((name) => `%idefine ${name} __?${name}?__`),
  '%idefine Inf __?Infinity?__',
  ...FORMATS.map((name) => `%define ${name}(x) __?${name}?__(x)`),
];

export const PACKAGES: Readonly<Record<string, readonly string[]>> = { altreg, fp, ifunc };

/** Known, and not there. */
export const OTHER_PACKAGES: readonly string[] = ['smartalign', 'masm', 'vtern'];
