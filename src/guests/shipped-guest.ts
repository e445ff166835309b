/**
 * What a shipped guest is, and what its runs must come to. Plain data without the source text, so that a page can
 * list the guests without holding their programs (`catalog.ts`); `registry.ts` and `source-of.ts` add the texts.
 */

/** Chapters of the list of guests, in reading order. */
export const GUEST_TOPICS = [
  'first steps',
  'protection',
  'interrupts',
  'memory',
  'hypervisor',
  'systems',
] as const;
export type GuestTopic = (typeof GUEST_TOPICS)[number];

/** How the assembled bytes are packed, put into memory and started. */
export type GuestFormat =
  /** ELF32 with a Multiboot 1 header: starts in flat protected mode. */
  | { readonly kind: 'multiboot-elf' }
  /** 512 bytes at 0000:7C00, started in real mode. */
  | { readonly kind: 'boot-sector' }
  /** Bare bytes. `bits` 32 starts in flat protected mode, 16 in real mode. */
  | {
      readonly kind: 'flat';
      readonly loadAddress: number;
      readonly entry: number;
      readonly bits: 16 | 32;
    };

/** What the loader is told about such an image. */
export type LoadChoice =
  | { readonly format: 'multiboot' | 'boot-sector' }
  | {
      readonly format: 'flat';
      readonly loadAddress: number;
      readonly entry: number;
      readonly bits: 16 | 32;
    };

export function loadChoice(format: GuestFormat): LoadChoice {
  switch (format.kind) {
    case 'multiboot-elf':
      return { format: 'multiboot' };
    case 'boot-sector':
      return { format: 'boot-sector' };
    case 'flat': {
      const { loadAddress, entry, bits } = format;
      return { format: 'flat', loadAddress, entry, bits };
    }
  }
}

/** What someone outside types or sends from the start; the guest gets it as soon as it listens. */
export interface OutsideText {
  /** Typed on the keyboard (US layout), each key pressed and released. */
  readonly text?: string;
  /** Sent over the serial line, one byte per character. */
  readonly serial?: string;
}

/** Where a technique is meant to show the guest something that bare hardware would not. */
export interface MeantDifference {
  /** The label at or before the instruction behind which the two first differ. */
  readonly behind: string;
  /** What differs there, as the oracle words it (`testing/equivalence.ts`), without the values: `eax`, `memory`. */
  readonly in: readonly string[];
  /** For people: why it must be so. */
  readonly why: string;
}

/** What a run must come to. */
export interface MeantRun {
  readonly outcome: 'exited' | 'halted' | 'triple-fault';
  /** The byte written to the debug-exit port 0xF4; only with `exited`. */
  readonly exitCode?: number;
  /** What goes out through the serial port, line feeds as `\n`. */
  readonly console: string;
  /** The rows of the VGA screen from the top, without blanks at their ends and without empty last rows. */
  readonly screen?: readonly string[];
  /** Absent: at every instruction the guest sees what bare hardware would show it. */
  readonly difference?: MeantDifference;
}

/** A technique this guest is not made for, and why. */
export interface NotMeant {
  readonly notMeant: string;
}

export type ExpectedRun = MeantRun | NotMeant;

export interface GuestInfo {
  /** Also its folder, and its `.asm` file. */
  readonly name: string;
  readonly title: string;
  /** One or two sentences for the list of guests. */
  readonly description: string;
  readonly topic: GuestTopic;
  /** One sentence: what to look for when stepping. */
  readonly teaches: string;
  readonly format: GuestFormat;
  readonly input?: OutsideText;
  /** What tests type in the place of a person, for a guest that would wait for one for ever. */
  readonly typedInTests?: OutsideText;
  /** By technique. */
  readonly runs: {
    readonly bare: ExpectedRun;
    readonly 'binary-translation': ExpectedRun;
  };
}

/** Texts by the names that `%include` uses. */
export type Files = Readonly<Record<string, string>>;

/** The texts in a guest's folder. */
export interface GuestText {
  /** The main file. */
  readonly source: string;
  readonly files: Files;
}

export interface ShippedGuest extends GuestInfo {
  readonly fileName: string;
  /** NASM source text. */
  readonly source: string;
  /** What `%include` names in it, by the names it uses. */
  readonly files: Files;
}

/** Texts that ship with Ringside: all of them, or those that someone needs. */
export interface ShippedTexts {
  readonly guests: readonly ShippedGuest[];
  /** What every guest may include, students' own too. */
  readonly library: Files;
}

export const NO_TEXTS: ShippedTexts = { guests: [], library: {} };

/**
 * @returns what the run under that technique must come to
 * @throws Error if the guest is not meant for it
 */
export function meantRun(guest: GuestInfo, technique: keyof GuestInfo['runs']): MeantRun {
  const run = guest.runs[technique];
  if ('notMeant' in run) {
    throw new Error(`${guest.name} is not meant for ${technique}: ${run.notMeant}`);
  }
  return run;
}

/**
 * The usual good end: the same lines on the serial port and on the screen, then 0x10 to the debug-exit port.
 *
 * @param lines without line feeds
 */
export const printsAndExits = (lines: readonly string[]): MeantRun => ({
  outcome: 'exited',
  exitCode: 0x10,
  console: lines.map((line) => `${line}\n`).join(''),
  screen: lines,
});
