/** What we wrote about an instruction; everything else of its documentation comes from tables. */

/** Who may execute it. The sentence shown is `PRIVILEGE_RULES`' unless the entry has one of its own. */
export type PrivilegeRule =
  /** Works at every CPL. */
  | 'any'
  /** #GP(0) outside ring 0. */
  | 'ring-0'
  /** #GP(0) where CPL > IOPL. */
  | 'iopl'
  /** As `iopl`, unless the TSS's permission bitmap opens the port. */
  | 'port';

export const PRIVILEGE_RULES: Readonly<Record<PrivilegeRule, string>> = {
  any: 'Works at every CPL.',
  'ring-0': 'Ring 0 only: at CPL 1, 2 or 3 it raises #GP(0).',
  iopl: 'Needs CPL <= IOPL: at CPL 3 with IOPL 0 it raises #GP(0).',
  port: 'Needs CPL <= IOPL, or a clear bit for the port in the I/O permission bitmap of the TSS; else #GP(0).',
};

export interface Authored {
  /** One line, as `Pop the stack into EFLAGS`. */
  readonly title: string;
  /** One to three sentences. */
  readonly description: string;
  /** Besides those of its memory operands and of its privilege rule. */
  readonly exceptions?: readonly string[];
  /** `any` by default. */
  readonly rule?: PrivilegeRule;
  /** A sentence instead of the rule's. */
  readonly privilege?: string;
}

export type AuthoredDocs = Readonly<Record<string, Authored>>;

/** Entries of one theme in one line each. */
export function theme(
  entries: Readonly<Record<string, readonly [title: string, description: string]>>,
  common: Omit<Authored, 'title' | 'description'> = {},
): AuthoredDocs {
  return Object.fromEntries(
    Object.entries(entries).map(([name, [title, description]]) => [
      name,
      { title, description, ...common },
    ]),
  );
}
