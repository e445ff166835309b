/**
 * The place that bytes are written to: the present section, or an `absolute` block, which has addresses and no bytes.
 *
 * Before the last walk only room is counted. What the bytes are is the business of `bodies.ts`.
 */
import { MAX_SECTION_BYTES } from './data-bytes';
import type { Value } from './expression';
import type { Section } from './sections';
import type { Walk } from './walk';

export class Cursor {
  private current!: Section;
  /** Set inside `absolute`. */
  private absolute: { readonly base: bigint; offset: number } | null = null;
  /** Bytes were met where there is only room: that is told once for the lines up to the next section. */
  private told = false;

  constructor(private readonly walk: Walk) {}

  /** Goes on where that section has come to. */
  enter(section: Section): void {
    this.absolute = null;
    this.current = section;
  }

  /** `absolute`: goes on at an address, with room and without bytes. */
  enterAbsolute(base: bigint): void {
    this.absolute = { base, offset: 0 };
  }

  /** A `section` or `absolute` has been met: what is wrong with the lines behind it is told anew. */
  beginPart(): void {
    this.told = false;
  }

  /** The present section; inside `absolute`, the one before it. */
  get section(): Readonly<Section> {
    return this.current;
  }

  /** Whether there are addresses without bytes here. */
  get isAbsolute(): boolean {
    return this.absolute !== null;
  }

  /** `$`. */
  get here(): Value {
    if (this.absolute) {
      return { value: this.absolute.base + BigInt(this.absolute.offset), section: null };
    }
    const { name, base, offset } = this.current;
    return { value: BigInt(base + offset), section: name };
  }

  /** `$$`. */
  get start(): Value {
    return this.absolute
      ? { value: this.absolute.base, section: null }
      : { value: BigInt(this.current.base), section: this.current.name };
  }

  /** `$` as a number. */
  get address(): number {
    return this.absolute
      ? Number(this.absolute.base) + this.absolute.offset
      : this.current.base + this.current.offset;
  }

  /** How far the present section, or `absolute` block, has come. */
  get reached(): number {
    return this.absolute ? this.absolute.offset : this.current.offset;
  }

  /** The present section begins at a multiple of `boundary`, at least. */
  alignSection(boundary: number): void {
    this.current.align = Math.max(this.current.align, boundary);
  }

  /** @throws SourceError when there is only room here, or none left */
  write(bytes: ArrayLike<number>): void {
    if (this.absolute) {
      this.absolute.offset += bytes.length;
      if (this.walk.isLast && bytes.length > 0) {
        this.once("only resb, resw and resd are allowed behind 'absolute' and in struc");
      }
      return;
    }
    this.advance(bytes.length);
    if (!this.walk.isLast) return;
    if (this.current.nobits) {
      const { name } = this.current;
      this.once(`section '${name}' holds no bytes: use resb, resw or resd`);
      return;
    }
    this.current.bytes.push(bytes);
  }

  /** `count` bytes of one value, or as much room where there are no bytes. @throws SourceError when there is none left */
  fill(value: number, count: number): void {
    if (this.absolute) {
      this.absolute.offset += count;
      return;
    }
    this.advance(count);
    if (this.walk.isLast && !this.current.nobits) this.current.bytes.fill(value, count);
  }

  /** The last `size` bytes once more, `times` times. @throws SourceError when there is no room left */
  again(size: number, times: number): void {
    if (this.absolute) {
      this.absolute.offset += size * times;
      return;
    }
    this.advance(size * times);
    if (this.walk.isLast && !this.current.nobits) this.current.bytes.repeat(size, times);
  }

  /** In every walk, not only the last: a line that repeats too much is left at once. */
  private advance(count: number): void {
    const { current } = this;
    if (!current.nobits && current.offset + count > MAX_SECTION_BYTES) {
      throw this.walk.wrong(`section '${current.name}' has more than ${MAX_SECTION_BYTES} bytes`);
    }
    current.offset += count;
  }

  /** A mistake of many lines, told at the first. */
  private once(message: string): void {
    if (this.told) return;
    this.told = true;
    throw this.walk.wrong(message);
  }
}
