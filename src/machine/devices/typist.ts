/**
 * Whoever sits outside the machine and sends it things one by one: keys on the keyboard, bytes on the serial line.
 * The typist begins when the guest has shown that it listens, and waits until each thing was taken before the next,
 * so that nothing typed is lost in a guest that is still booting. No polling: the device says when it is ready.
 */
import type { Scheduler } from '../clock';
import type { Snapshotable } from '../snapshot';

export interface TypistState<Thing> {
  readonly waiting: readonly Thing[];
  readonly begun: boolean;
  readonly scheduled: boolean;
}

export class Typist<Thing> implements Snapshotable<TypistState<Thing>> {
  private waiting: readonly Thing[] = [];
  private begun = false;
  private scheduled = false;

  /**
   * @param owner name on the clock
   * @param pace cycles before the first thing and between two
   * @param device what takes the things; it calls `deviceReady` whenever it may have become ready
   */
  constructor(
    private readonly clock: Scheduler,
    private readonly owner: string,
    private readonly pace: { readonly first: number; readonly between: number },
    private readonly device: { readonly ready: boolean; give(thing: Thing): void },
  ) {
    clock.register(owner, () => {
      this.scheduled = false;
      this.next();
    });
  }

  /** Things that were not given yet. */
  get left(): number {
    return this.waiting.length;
  }

  /** Something will be given at a moment that is already known. */
  get isAbout(): boolean {
    return this.scheduled;
  }

  type(things: readonly Thing[]): void {
    this.waiting = [...this.waiting, ...things];
    this.deviceReady();
  }

  deviceReady(): void {
    if (this.waiting.length === 0 || this.scheduled || !this.device.ready) return;
    this.scheduled = true;
    const { first, between } = this.pace;
    this.clock.schedule(this.owner, this.clock.cycles + (this.begun ? between : first));
    this.begun = true;
  }

  reset(): void {
    this.waiting = [];
    this.begun = false;
    this.scheduled = false;
    this.clock.schedule(this.owner, null);
  }

  save(): TypistState<Thing> {
    return { waiting: this.waiting, begun: this.begun, scheduled: this.scheduled };
  }

  /** The moment itself is the clock's state. */
  restore(state: TypistState<Thing>): void {
    this.waiting = state.waiting;
    this.begun = state.begun;
    this.scheduled = state.scheduled;
  }

  private next(): void {
    const [thing, ...rest] = this.waiting;
    if (thing === undefined || !this.device.ready) return;
    this.waiting = rest;
    this.device.give(thing);
    this.deviceReady();
  }
}
