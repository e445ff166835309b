/**
 * The debugger on shipped guests: what its panels show, where its breakpoints stop in both directions, who wrote a value,
 * and what an edit does. Every expected number follows from the guest's source.
 */
import type { Locator, Page } from '@playwright/test';
import { expect, test } from './fixtures';
import type { LabPage } from './lab.page';

const TITLES = {
  'page-tables': 'Page tables by hand',
  'call-gate': 'Through a call gate',
} as const;

async function openGuest(page: Page, lab: LabPage, name: keyof typeof TITLES, technique: string) {
  await lab.open('#workbench');
  await page.getByRole('button', { name: /^Guest: / }).click();
  await page.getByRole('button', { name: `Start ${TITLES[name]}`, exact: true }).click();
  await expect(page.getByRole('button', { name: `Guest: ${name}` })).toBeVisible();
  await lab.waitIdle();
  await page.getByText(technique, { exact: true }).click();
  await expect(page.getByRole('radio', { name: technique })).toBeChecked();
  await lab.waitIdle();
}

async function tab(page: Page, lab: LabPage, name: string): Promise<void> {
  await page.getByRole('tab', { name, exact: true }).click();
  await lab.waitIdle();
}

async function click(lab: LabPage, target: Locator): Promise<void> {
  await target.click();
  await lab.waitIdle();
}

/** Adds a breakpoint with the form of one kind; `fill` fills its fields. */
async function addBreakpoint(
  page: Page,
  lab: LabPage,
  kind: 'Code' | 'Memory' | 'Event',
  fill: (form: Locator) => Promise<unknown>,
) {
  await tab(page, lab, 'Breaks');
  const form = page.getByRole('group', { name: 'New breakpoint' });
  await form.getByText(kind, { exact: true }).click();
  await fill(form);
  await click(lab, form.getByRole('button', { name: 'Add', exact: true }));
}

const runOn = (page: Page, lab: LabPage) =>
  click(lab, page.getByRole('button', { name: 'Continue', exact: true }));
const runBack = (page: Page, lab: LabPage) =>
  click(lab, page.getByRole('button', { name: 'Back', exact: true }));

const reason = (page: Page) => page.locator('.debug-stop');
const register = (page: Page, name: string) =>
  page.locator(`.cpu-panel [data-register="${name}"][data-cpu="guest"]`);

for (const technique of ['No hypervisor', 'Binary translation']) {
  test.describe(technique, () => {
    test('a watched dword of a page table is found forward and backward', async ({ page, lab }) => {
      await openGuest(page, lab, 'page-tables', technique);
      await addBreakpoint(page, lab, 'Memory', async (form) => {
        await form.getByLabel('Which memory').selectOption('physical');
        await form.getByLabel('address').fill('high_table + 4');
      });
      await lab.goToEnd();
      // The last to touch it was the processor itself, the one before it the guest: page TWO gets another frame.
      await runBack(page, lab);
      await expect(reason(page)).toContainText('A page walk is about to write accessed or dirty');
      await runBack(page, lab);
      await expect(reason(page)).toContainText('high_table + 4');
      await expect(page.locator('.cm-content')).toContainText(
        'INVLPG makes the processor look again',
      );
      await tab(page, lab, 'Memory');
      await page.getByText('Physical', { exact: true }).click();
      await page.getByLabel('Go to').fill('high_table');
      await page.keyboard.press('Enter');
      await lab.waitIdle();
      const low = page.getByRole('gridcell').nth(5);
      const before = await low.innerText();
      // Forward stops behind the same write, where the byte is another one.
      await runOn(page, lab);
      await expect(reason(page)).toContainText('high_table + 4');
      await expect(low).not.toHaveText(before);
      await runBack(page, lab);
      await expect(low).toHaveText(before);
    });

    test('a register leads to the instruction that wrote it', async ({ page, lab }) => {
      await openGuest(page, lab, 'call-gate', technique);
      await addBreakpoint(page, lab, 'Code', (form) =>
        form.getByLabel('Label or address').fill('add_numbers'),
      );
      await runOn(page, lab);
      await expect(register(page, 'cpl')).toHaveAttribute('data-value', '0');
      await page.getByRole('button', { name: 'EDI', exact: true }).click();
      await click(lab, page.getByRole('button', { name: 'Who wrote EDI?' }));
      const answer = page.locator('.who-wrote');
      await expect(answer).toContainText('mov edi,esp');
      await click(lab, answer.getByRole('button', { name: 'Go to that instruction' }));
      // `program` in ring 3 begins with it.
      await expect(register(page, 'cpl')).toHaveAttribute('data-value', '3');
      await expect(register(page, 'eip')).toHaveAttribute('data-value', '00101000');
    });
  });
}

test('events stop the run: a page-table write, a page fault', async ({ page, lab }) => {
  await openGuest(page, lab, 'page-tables', 'Binary translation');
  await addBreakpoint(page, lab, 'Event', (form) =>
    form.getByRole('combobox', { name: 'Event' }).selectOption('page-table-write'),
  );
  await runOn(page, lab);
  await expect(reason(page)).toContainText('wrote a page table (high_table+0x4)');
  await runOn(page, lab);
  await expect(reason(page)).toContainText('high_table');
  await runBack(page, lab);
  await runBack(page, lab);
  await expect(reason(page)).toContainText('high_table+0x4');
  await tab(page, lab, 'Breaks');
  await page.getByRole('button', { name: /^Delete the breakpoint/ }).click();
  await addBreakpoint(page, lab, 'Event', async (form) => {
    await form.getByRole('combobox', { name: 'Event' }).selectOption('exception');
    await form.getByLabel('vector').fill('14');
  });
  await runOn(page, lab);
  await expect(reason(page)).toContainText('#PF(3) is delivered');
  await expect(register(page, 'cr2')).toHaveAttribute('data-value', '01000000');
});

test('the GDT shows a call gate bit by bit, and where it leads', async ({ page, lab }) => {
  await openGuest(page, lab, 'call-gate', 'Binary translation');
  await tab(page, lab, 'Tables');
  await expect(page.getByText('There is no GDT yet')).toBeVisible();
  await lab.goToEnd();
  const gate = page.getByRole('row').filter({ has: page.getByRole('button', { name: '0030' }) });
  await expect(gate).toContainText('call gate 32');
  await expect(gate.getByRole('cell')).toHaveText(['call gate 32', '3', '0008:add_numbers', '']);
  await gate.getByRole('button', { name: '0030' }).click();
  const fields = page.getByRole('table', { name: 'What each field means' });
  await expect(fields.getByRole('row', { name: /DPL/ })).toContainText('3');
  await expect(fields.getByRole('row', { name: /param/i })).toContainText('2');
});

test('a register changed in the CPU panel starts a branch', async ({ page, lab }) => {
  await openGuest(page, lab, 'call-gate', 'Binary translation');
  // The sum is in EAX: the guest prints what it finds there.
  await addBreakpoint(page, lab, 'Code', (form) =>
    form.getByLabel('Label or address').fill('add_numbers + 8'),
  );
  await runOn(page, lab);
  await expect(register(page, 'eax')).toHaveAttribute('data-value', '0000002a');
  await page.getByRole('button', { name: 'EAX', exact: true }).click();
  await page.getByLabel('New value of EAX, hexadecimal').fill('1234');
  await page.keyboard.press('Enter');
  await lab.waitIdle();
  await expect(register(page, 'eax')).toHaveAttribute('data-value', '00001234');
  await expect(page.getByRole('button', { name: /^Branch: / })).toContainText('eax');
  await tab(page, lab, 'Console');
  await lab.goToEnd();
  await expect(page.getByTestId('serial')).toContainText('40 + 2 = 0x00001234');
  await tab(page, lab, 'Branches');
  await click(lab, page.getByRole('button', { name: /Go there/ }));
  await tab(page, lab, 'Console');
  await lab.goToEnd();
  await expect(page.getByTestId('serial')).toContainText('40 + 2 = 0x0000002a');
});

test('hexadecimal digits typed over memory change it', async ({ page, lab }) => {
  await openGuest(page, lab, 'call-gate', 'No hypervisor');
  await addBreakpoint(page, lab, 'Code', (form) =>
    form.getByLabel('Label or address').fill('add_numbers'),
  );
  await runOn(page, lab);
  await tab(page, lab, 'Memory');
  // The first parameter, 2, becomes 0x11.
  await page.getByLabel('Go to').fill('esp + 8');
  await page.keyboard.press('Enter');
  await lab.waitIdle();
  const cell = page.getByRole('gridcell').first();
  await expect(cell).toHaveText('02');
  await cell.click();
  await page.keyboard.type('11');
  await page.keyboard.press('Enter');
  await lab.waitIdle();
  await expect(cell).toHaveText('11');
  await tab(page, lab, 'Console');
  await lab.goToEnd();
  await expect(page.getByTestId('serial')).toContainText('40 + 2 = 0x00000039');
});

test('under a hypervisor the CPU panel tells both truths', async ({ page, lab }) => {
  await openGuest(page, lab, 'call-gate', 'Binary translation');
  await addBreakpoint(page, lab, 'Code', (form) =>
    form.getByLabel('Label or address').fill('add_numbers + 4'),
  );
  await runOn(page, lab);
  const real = (name: string) =>
    page.locator(`.cpu-panel [data-register="${name}"][data-cpu="real"]`);
  await expect(real('cr3')).toBeVisible();
  await expect(real('gdtr')).toBeVisible();
  await expect(page.getByTestId('two-truths')).toContainText('Two truths.');
  await page.getByText('No hypervisor', { exact: true }).click();
  await lab.waitIdle();
  await expect(real('cr3')).toHaveCount(0);
});
