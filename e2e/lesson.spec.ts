/** The lesson "The instruction that lies", as a student meets it, over the real machine. */
import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { expect, test } from './fixtures';
import type { LabPage } from './lab.page';

const MEET_POPF = 3;
const CAUGHT = 4;
const THROUGH_THE_GATE = 5;

async function openStep(page: Page, lab: LabPage, step: number): Promise<void> {
  await page.goto(`#lesson=the-instruction-that-lies&step=${step}`);
  await lab.waitIdle();
  await expect(page.getByText(`Step ${step} of 9`)).toBeVisible();
}

const register = (page: Page, name: string, cpu: 'real' | 'guest') =>
  page.locator(`[data-register="${name}"][data-cpu="${cpu}"]`);

/** The number over the machine's whole state, if the page shows it; null while its panel is closed. */
async function fingerprint(page: Page): Promise<string | null> {
  const cell = page.getByTestId('fingerprint');
  if (!(await cell.isVisible())) return null;
  await expect(cell).toHaveAttribute('data-value', /^[0-9a-f]{16}$/);
  return cell.getAttribute('data-value');
}

/** Everything the page says about the machine's state at this moment. */
async function machineState(page: Page): Promise<unknown> {
  const registers = await page
    .locator('[data-register]')
    .evaluateAll((cells) =>
      cells.map((cell) => [
        cell.getAttribute('data-register'),
        cell.getAttribute('data-cpu'),
        cell.getAttribute('data-value'),
      ]),
    );
  expect(registers.length).toBeGreaterThan(40);
  return {
    registers,
    fingerprint: await fingerprint(page),
    position: await page.getByTestId('position').textContent(),
    cycles: await page.getByRole('region', { name: 'Cycles' }).textContent(),
  };
}

/** The header's button that names the guest the machine runs. */
const openGuest = (page: Page) => page.getByRole('button', { name: /^Guest: / });

const next = (page: Page) => page.getByRole('button', { name: 'Next' });

test('asks before it shows, and judges by what the machine did', { tag: '@smoke' }, async ({
  page,
  lab,
}) => {
  await openStep(page, lab, MEET_POPF);
  const untranslated = page.getByText('If popf ran untranslated here');
  await expect(next(page)).toHaveAttribute('aria-disabled', 'true');
  await expect(untranslated).toHaveCount(0);

  await page.getByRole('radio', { name: /Trap \(#GP\)/ }).check();
  await page.getByRole('button', { name: 'Run and see' }).click();
  await lab.waitIdle();
  await expect(page.getByText('The machine did something else.')).toBeVisible();
  await expect(page.getByText(/on a copy of this machine: no trap/)).toBeVisible();
  await expect(untranslated.first()).toBeVisible();

  await page.getByRole('button', { name: 'Try again' }).click();
  await lab.waitIdle();
  await page.getByRole('radio', { name: /Run without a trap/ }).check();
  await page.getByRole('button', { name: 'Run and see' }).click();
  await lab.waitIdle();
  await expect(page.getByText('You predicted right.')).toBeVisible();
  await expect(next(page)).toHaveAttribute('aria-disabled', 'false');
});

test('steps the popf: the virtual IF changes, the real one does not, and back is exact', {
  tag: '@smoke',
}, async ({ page, lab }) => {
  await openStep(page, lab, CAUGHT);
  await expect(register(page, 'if', 'real')).toHaveAttribute('data-value', '1');
  await expect(register(page, 'if', 'guest')).toHaveAttribute('data-value', '0');
  // The fingerprint covers every byte of memory: with it open, "bit for bit" is what is compared.
  await page.getByText('Fingerprint of this moment').click();
  const before = await machineState(page);

  await lab.press('g');
  await expect(register(page, 'if', 'real')).toHaveAttribute('data-value', '1');
  await expect(register(page, 'if', 'guest')).toHaveAttribute('data-value', '1');
  expect(await machineState(page)).not.toEqual(before);

  await lab.press('Shift+G');
  expect(await machineState(page)).toEqual(before);

  const states: unknown[] = [before];
  for (let i = 0; i < 6; i++) {
    await lab.step();
    states.push(await machineState(page));
  }
  for (const state of states.slice(0, -1).reverse()) {
    await lab.stepBack();
    expect(await machineState(page)).toEqual(state);
  }
});

test('steps the callout phase by phase and back', async ({ page, lab }) => {
  await openStep(page, lab, CAUGHT);
  const before = await machineState(page);
  // The first takes the flags from the stack; then come the phases of the call through the gate.
  for (const shown of ['1 of 9', '2 of 9', '3 of 9']) {
    await lab.press('p');
    if (shown === '1 of 9') await lab.press('p');
    await expect(page.getByText(shown, { exact: true }).last()).toBeVisible();
    if (shown === '1 of 9') {
      await expect(page.getByText(/^Before this step completes/)).toBeVisible();
    }
  }
  await lab.press('Shift+P');
  await lab.press('Shift+P');
  await lab.press('Shift+P');
  await lab.press('Shift+P');
  expect(await machineState(page)).toEqual(before);
});

test('can be taken with the keyboard alone', async ({ page, lab }) => {
  await openStep(page, lab, 1);
  await lab.press('PageDown');
  await lab.press('PageDown');
  await expect(page.getByRole('heading', { name: 'Meet popf' })).toBeVisible();
  await expect(next(page)).toHaveAttribute('aria-disabled', 'true');
  const first = page.getByRole('radio', { name: /Trap \(#GP\)/ });
  for (let i = 0; i < 30; i++) {
    if (await first.evaluate((radio) => radio === document.activeElement)) break;
    await page.keyboard.press('Tab');
  }
  await expect(first).toBeFocused();
  await page.keyboard.press('Space');
  await page.keyboard.press('ArrowDown');
  await expect(page.getByRole('radio', { name: /Run without a trap/ })).toBeChecked();
  await lab.press('Enter');
  await expect(page.getByText('You predicted right.')).toBeFocused();
  // A second Enter must not wipe the answer.
  await lab.press('Enter');
  await expect(page.getByText('You predicted right.')).toBeVisible();
  await lab.press('PageDown');
  await expect(page.getByRole('heading', { name: 'Caught before it ran' })).toBeVisible();
  await lab.press('PageUp');
  await expect(page.getByText('You predicted right.')).toBeVisible();
  await page.keyboard.press('?');
  await expect(page.getByRole('dialog', { name: 'Keys' })).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog', { name: 'Keys' })).toBeHidden();
});

test('a clicker gets through: at a question it reveals, then goes on', async ({ page, lab }) => {
  await openStep(page, lab, MEET_POPF);
  await lab.press('PageDown');
  await expect(page.getByText(`Step ${MEET_POPF} of 9`)).toBeVisible();
  await expect(page.getByText('What happened')).toBeVisible();
  await lab.press('PageDown');
  await expect(page.getByText(`Step ${CAUGHT} of 9`)).toBeVisible();
});

test('shows both columns and the popf line on a lecture screen', async ({ page, lab }) => {
  await page.setViewportSize({ width: 1024, height: 768 });
  await openStep(page, lab, CAUGHT);
  for (const side of ['guest', 'translation']) {
    const pane = page.locator(`[data-side="${side}"]`);
    await expect(pane.locator('[aria-current=step]')).toBeInViewport({ ratio: 1 });
    const sideways = await pane
      .locator('.code-scroll')
      .evaluate((box) => box.scrollWidth - box.clientWidth);
    expect(sideways).toBeLessThan(400);
  }
});

test('puts the lesson away when another guest is opened, and finds back', async ({ page, lab }) => {
  await openStep(page, lab, CAUGHT);
  await page.getByTestId('guest-file').setInputFiles({
    name: 'mine.asm',
    mimeType: 'text/plain',
    buffer: Buffer.from(
      [
        '        bits 32',
        '        org 0x100000',
        '        dd 0x1badb002, 0, -0x1badb002',
        'start:  mov eax, 1',
        '        hlt',
      ].join('\n'),
    ),
  });
  await expect(openGuest(page)).toHaveText('Guest: mine');
  await lab.waitIdle();
  await expect(page.getByRole('complementary', { name: 'Lesson' })).toHaveCount(0);
  await lab.press('PageDown');
  await expect(openGuest(page)).toHaveText('Guest: mine');
  await page.getByRole('button', { name: 'Back to the lesson' }).click();
  await lab.waitIdle();
  await expect(page.getByText(`Step ${CAUGHT} of 9`)).toBeVisible();
  await expect(openGuest(page)).toHaveText('Guest: hello-rings');
});

test('says how the run ended even inside a flow, and cuts the cache map nowhere', async ({
  page,
  lab,
}) => {
  await openStep(page, lab, 9);
  await expect(page.getByText('The guest exited with code 16.').first()).toBeVisible();
  await expect(page.locator('.cache-foot')).toBeInViewport({ ratio: 1 });
});

test('runs to its end: the guest cannot tell', async ({ page, lab }) => {
  await openStep(page, lab, 9);
  await page.getByRole('radio', { name: 'Exactly the same text' }).check();
  await page.getByRole('button', { name: 'Run and see' }).click();
  await lab.waitIdle();
  await expect(page.getByText('You predicted right.')).toBeVisible();
  await expect(page.getByRole('radio', { name: 'No hypervisor' })).toBeChecked();
  await expect(page.getByText('kernel: all tasks have ended').first()).toBeVisible();
});

test('speaks each step in one sentence', async ({ page, lab }) => {
  await openStep(page, lab, CAUGHT);
  const spoken = page.locator('[aria-live=polite][aria-atomic=true]');
  await lab.press('g');
  await expect(spoken).toHaveText(/virtual IF went from 0 to 1, the real IF stayed 1/);
});

test('keeps what was open when a guest has an error, and says where', async ({ page, lab }) => {
  await openStep(page, lab, CAUGHT);
  const before = await machineState(page);
  await page.getByTestId('guest-file').setInputFiles({
    name: 'mine.asm',
    mimeType: 'text/plain',
    buffer: Buffer.from(
      '        bits 32\nstart:  mov eax, 1\n        frobnicate eax\n        frotz eax\n',
    ),
  });
  // At its place in the editor; every error of the file, not only the first.
  const problems = page.getByRole('region', { name: 'Problems' });
  await expect(problems).toContainText('mine.asm:3:');
  await expect(problems).toContainText('mine.asm:4:');
  await page.getByText('Stage', { exact: true }).click();
  await lab.waitIdle();
  expect(await machineState(page)).toEqual(before);
});

test('goes where the timeline is clicked', async ({ page, lab }) => {
  await openStep(page, lab, 1);
  const slider = page.getByRole('slider', { name: 'Moment of the run' });
  const box = await slider.boundingBox();
  if (!box) throw new Error('the timeline is not on screen');
  await slider.click({ position: { x: Math.round(box.width / 2), y: 20 } });
  await lab.waitIdle();
  const now = Number(await slider.getAttribute('aria-valuenow'));
  const end = Number(await slider.getAttribute('aria-valuemax'));
  expect(Math.abs(now / end - 0.5)).toBeLessThan(0.01);
  await page.getByRole('button', { name: 'Return to this step' }).click();
  await lab.waitIdle();
  await expect(page.getByRole('button', { name: 'Return to this step' })).toHaveCount(0);
});

for (const colorScheme of ['light', 'dark'] as const) {
  test(`has no accessibility violation in ${colorScheme}`, async ({ page, lab }) => {
    await page.emulateMedia({ colorScheme });
    await openStep(page, lab, THROUGH_THE_GATE);
    const { violations } = await new AxeBuilder({ page }).analyze();
    expect(violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target).join(' ')}`)).toEqual([]);
  });
}
