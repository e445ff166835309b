/** A line in which pieces have been replaced, and where its characters stood before: errors are told at the source's own. */

interface Edit {
  /** Where the piece began in the text before this edit, and how long it was and has become. */
  readonly at: number;
  readonly before: number;
  readonly after: number;
}

export class Rewrite {
  private readonly edits: Edit[] = [];

  constructor(private current: string) {}

  get text(): string {
    return this.current;
  }

  get isChanged(): boolean {
    return this.edits.length > 0;
  }

  replace(at: number, length: number, by: string): void {
    this.current = this.current.slice(0, at) + by + this.current.slice(at + length);
    this.edits.push({ at, before: length, after: by.length });
  }

  /** The place in the original text; inside a replaced piece it is where the piece began. */
  originalOf(position: number): number {
    let place = position;
    for (let i = this.edits.length - 1; i >= 0; i--) {
      const { at, before, after } = this.edits[i]!;
      if (place >= at + after) place += before - after;
      else if (place > at) place = at;
    }
    return place;
  }
}
