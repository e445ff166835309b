/**
 * The lab as a person uses it, in the words of the lessons. Specs speak through this page object: when a control
 * is renamed, one line here changes. Elements are found by role and label first.
 */
import { expect, type Page } from '@playwright/test';

/** A running guest may need a while, on a slow machine and through many slices. */
const IDLE_LIMIT_MS = 30_000;

export class LabPage {
  constructor(readonly page: Page) {}

  /** Opens the lab and waits until it can be used. `query` is the part of the address after `?`. */
  async open(query = ''): Promise<void> {
    await this.page.goto(query ? `?${query}` : '');
    await this.waitIdle();
  }

  /** Waits for the signal the app publishes: no command pending, nothing moving. */
  async waitIdle(): Promise<void> {
    await expect(this.page.locator('html')).toHaveAttribute('data-idle', 'true', {
      timeout: IDLE_LIMIT_MS,
    });
  }

  /** Presses a key, as Playwright names it (`s`, `Shift+S`, `End`), and waits for what it did. */
  async press(key: string): Promise<void> {
    await this.page.keyboard.press(key);
    await this.waitIdle();
  }

  async step(): Promise<void> {
    await this.press('s');
  }

  async stepBack(): Promise<void> {
    await this.press('Shift+S');
  }

  async nextBlock(): Promise<void> {
    await this.press('n');
  }

  async previousBlock(): Promise<void> {
    await this.press('Shift+N');
  }

  async nextEvent(): Promise<void> {
    await this.press(']');
  }

  async previousEvent(): Promise<void> {
    await this.press('[');
  }

  async goToStart(): Promise<void> {
    await this.press('Home');
  }

  async goToEnd(): Promise<void> {
    await this.press('End');
  }
}
