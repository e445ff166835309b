/**
 * Runs session commands one at a time, in order. Two things keep the page quick under a held key or a drag:
 * a command may replace a waiting one with the same key, and work in the background steps aside for a person. A third
 * keeps it answering at all: a command that takes long is interrupted by the next one, quick ones never are.
 * Nothing here knows what a command does.
 */

/** `isCurrent` turns false once a newer world was opened: a late reply is then dropped. */
export type Task = (isCurrent: () => boolean) => Promise<void>;

export interface CommandQueueOptions {
  /** Asks the session to stop what it is running; the running task's promise then settles soon. */
  readonly interrupt: () => void;
  /** Called whenever `busy` may have changed. */
  readonly onBusy: (busy: boolean) => void;
  /** A task threw: our bug or a broken worker. The queue goes on. */
  readonly onError: (error: unknown) => void;
  /** Settles when a command that still runs counts as slow. Without it none ever does. */
  readonly patience?: () => Promise<void>;
  /** A command has become slow, or the slow one has ended. */
  readonly onSlow?: (slow: boolean) => void;
}

export interface PushOptions {
  /** The command takes the place of a waiting one with that key, and does not interrupt a running one. */
  readonly key?: string | null;
  /** Only looks: it waits for a slow command instead of interrupting it. */
  readonly looks?: boolean;
}

interface Waiting {
  readonly key: string | null;
  readonly looks: boolean;
  readonly task: Task;
  readonly done: () => void;
}

export class CommandQueue {
  readonly #options: CommandQueueOptions;
  readonly #waiting: Waiting[] = [];
  #background: Task | null = null;
  #running: 'nothing' | 'command' | 'background' = 'nothing';
  #generation = 0;
  #runningKey: string | null = null;
  /** Counts what has been run: tells a task's patience whether it still waits for that task. */
  #round = 0;
  #slow = false;

  constructor(options: CommandQueueOptions) {
    this.#options = options;
  }

  get busy(): boolean {
    return this.#running !== 'nothing' || this.#waiting.length > 0 || this.#background !== null;
  }

  /**
   * Queues a command. With a key, it takes the place of a waiting command with that key, so at most one waits.
   * The promise settles when the command has run or was replaced or cleared.
   */
  push(task: Task, { key = null, looks = false }: PushOptions = {}): Promise<void> {
    return new Promise((done) => {
      const same = key === null ? -1 : this.#waiting.findIndex((w) => w.key === key);
      if (same >= 0) {
        this.#waiting[same]?.done();
        this.#waiting[same] = { key, looks, task, done };
      } else {
        this.#waiting.push({ key, looks, task, done });
      }
      if (this.#running === 'background') this.#options.interrupt();
      else if (this.#slow) this.#interruptForWaiting();
      this.#options.onBusy(true);
      void this.#pump();
    });
  }

  /** Drops what waits and interrupts what runs: for pause, and before a command that makes them pointless. */
  clear(): void {
    for (const waiting of this.#waiting.splice(0)) waiting.done();
    if (this.#running !== 'nothing') this.#options.interrupt();
  }

  /** Work for when nobody waits for anything; replaces background work not yet started. */
  setBackground(task: Task | null): void {
    this.#background = task;
    this.#options.onBusy(this.busy);
    void this.#pump();
  }

  /** Everything started before this moment belongs to an older world. */
  newGeneration(): void {
    this.#generation += 1;
  }

  /** A slow command makes way for one that moves. A held key repeats the command: that alone must not stop it. */
  #interruptForWaiting(): void {
    const running = this.#runningKey;
    const wanted = this.#waiting.some((w) => !w.looks && (w.key === null || w.key !== running));
    if (wanted) this.#options.interrupt();
  }

  async #watch(round: number): Promise<void> {
    await this.#options.patience?.();
    if (round !== this.#round || this.#running !== 'command') return;
    this.#slow = true;
    this.#options.onSlow?.(true);
    this.#interruptForWaiting();
  }

  async #pump(): Promise<void> {
    if (this.#running !== 'nothing') return;
    for (;;) {
      const next = this.#waiting.shift();
      const task = next?.task ?? this.#background;
      if (!task) break;
      if (!next) this.#background = null;
      this.#running = next ? 'command' : 'background';
      this.#runningKey = next?.key ?? null;
      this.#round += 1;
      if (next && this.#options.patience) void this.#watch(this.#round);
      const generation = this.#generation;
      try {
        await task(() => generation === this.#generation);
      } catch (error) {
        this.#options.onError(error);
      }
      this.#running = 'nothing';
      if (this.#slow) {
        this.#slow = false;
        this.#options.onSlow?.(false);
      }
      next?.done();
    }
    this.#options.onBusy(false);
  }
}
