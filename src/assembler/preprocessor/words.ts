/** Names of the preprocessor's directives, without their `%`. */

/** What `%if…`, `%elif…` may ask, and with an n before it, its opposite: `%ifndef`. */
export const CONDITIONS: readonly string[] = [
  '',
  ...['def', 'macro', 'ctx', 'idn', 'idni', 'num', 'str', 'id', 'empty', 'token', 'env'],
  ...['usable', 'using'],
];

const negated = CONDITIONS.flatMap((name) => [name, `n${name}`]);

export const PREPROCESSOR_DIRECTIVES: readonly string[] = [
  ...['define', 'idefine', 'xdefine', 'ixdefine', 'undef', 'assign', 'iassign'],
  ...['defalias', 'undefalias', 'clear', 'pathsearch', 'stacksize', 'arg', 'local'],
  ...['strlen', 'substr', 'strcat', 'defstr', 'deftok', 'idefstr', 'ideftok'],
  ...[
    'macro',
    'imacro',
    'rmacro',
    'irmacro',
    'endmacro',
    'endm',
    'unimacro',
    'exitmacro',
    'unmacro',
    'rotate',
  ],
  ...['rep', 'endrep', 'exitrep', 'push', 'pop', 'repl'],
  ...negated.map((name) => `if${name}`),
  ...negated.map((name) => `elif${name}`),
  ...['else', 'endif', 'include', 'error', 'fatal', 'warning'],
  ...['use', 'line', 'pragma', 'depend'],
];
