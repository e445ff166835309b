/** Writing a guest: what is typed stays, words are explained, and all of it works from the keyboard. */
import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { expect, test } from './fixtures';
import type { LabPage } from './lab.page';

const HEADER = `        bits 32
        org 0x100000
        align 4
        dd 0x1BADB002, 0, -0x1BADB002
global _start
`;

/** Prints its letter and ends. */
const printing = (letter: string): string => `${HEADER}_start: mov al, '${letter}'
        mov dx, 0x3f8
        out dx, al
        mov al, 0x10
        out 0xf4, al
        hlt
`;

const source = (page: Page) => page.getByRole('textbox', { name: /^Source of / });
const saved = (page: Page) => page.locator('.editor-status').getByText('Saved', { exact: true });

/** Before that the editor shows what was open: typing would go there. */
const showsNewGuest = (page: Page): Promise<void> =>
  expect(page.getByRole('textbox', { name: 'Source of guest.asm' })).toBeVisible();

async function newGuest(page: Page, lab: LabPage): Promise<void> {
  await lab.open('#workbench');
  await page.getByRole('button', { name: /^Guest: / }).click();
  await page.getByRole('button', { name: 'New guest' }).click();
  await showsNewGuest(page);
  await expect(source(page)).toBeFocused();
}

async function write(page: Page, text: string): Promise<void> {
  await source(page).focus();
  await page.keyboard.press('Control+A');
  await page.keyboard.insertText(text);
}

/** As the clipboard gives it, in one piece. */
async function paste(page: Page, text: string): Promise<void> {
  await source(page).focus();
  await page.keyboard.press('Control+A');
  await source(page).evaluate((editor, pasted) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData('text/plain', pasted);
    const options = { clipboardData, bubbles: true, cancelable: true };
    editor.dispatchEvent(new ClipboardEvent('paste', options));
  }, text);
}

const stand = (page: Page) => page.locator('.debug-stop');

/** Runs what is written; its console comes to the front, and the bar tells how it ended. */
async function runToEnd(page: Page, lab: LabPage): Promise<void> {
  await page.getByRole('button', { name: 'Run', exact: true }).click();
  await expect(stand(page)).toContainText('Exited');
  await expect(page.getByText('Runs as it stands here')).toBeVisible();
  await lab.waitIdle();
}

test('what was written is there after a reload, and runs', async ({ page, lab }) => {
  await newGuest(page, lab);
  await write(page, printing('W'));
  await expect(saved(page)).toBeVisible();
  await page.reload();
  await lab.waitIdle();
  await expect(source(page)).toContainText("mov al, 'W'");
  await expect(page.getByText('Runs as it stands here')).toBeVisible();
  await page.getByRole('tab', { name: 'Console', exact: true }).click();
  await lab.goToEnd();
  await expect(page.getByTestId('serial')).toHaveText('W');
});

test('a reload right after a key loses nothing', async ({ page, lab }) => {
  await newGuest(page, lab);
  await write(page, printing('W'));
  await expect(saved(page)).toBeVisible();
  await page.keyboard.press('Control+Home');
  await page.keyboard.type('; the last words');
  await page.reload();
  await lab.waitIdle();
  await expect(source(page)).toContainText('; the last words');
});

test('two tabs with the same guest lose neither text', async ({ page, lab, context }) => {
  await newGuest(page, lab);
  await write(page, `; first\n${printing('A')}`);
  await expect(saved(page)).toBeVisible();
  const other = await context.newPage();
  await other.goto(page.url());
  await expect(source(other)).toContainText('; first');
  await write(other, `; second\n${printing('B')}`);
  await expect(saved(other)).toBeVisible();
  await write(page, `; third\n${printing('C')}`);
  await expect(page.getByRole('alert')).toContainText('changed in another tab');
  await page.getByRole('button', { name: /^Guest: / }).click();
  await page.getByRole('button', { name: /^My guest \(other tab\)/ }).click();
  await expect(source(page)).toContainText('; second');
});

test('a program that runs goes on while its text is edited, until it is run again', async ({
  page,
  lab,
}) => {
  await newGuest(page, lab);
  await write(page, printing('A'));
  await runToEnd(page, lab);
  await expect(page.getByTestId('serial')).toHaveText('A');
  await write(page, printing('B'));
  await expect(page.getByText('Edited since it was started')).toBeVisible();
  await lab.goToStart();
  await lab.goToEnd();
  await expect(page.getByTestId('serial')).toHaveText('A');
  await runToEnd(page, lab);
  await expect(page.getByTestId('serial')).toHaveText('B');
});

const ENDINGS: readonly (readonly [string, RegExp])[] = [
  ['mov al, 0x11\n        out 0xf4, al', /Exited.*17/],
  ['cli\n        hlt', /Halted for ever/],
  ['int3', /Triple fault.*#GP/],
  ['in al, 0x77', /Stopped.*0x77/],
  ['fld1', /Stopped.*fld1/],
];

test('the bar tells how a program ended, and that one without an end runs', async ({
  page,
  lab,
}) => {
  await newGuest(page, lab);
  for (const [body, ending] of ENDINGS) {
    await write(page, `${HEADER}_start: ${body}\n`);
    await page.keyboard.press('Control+Enter');
    await expect(stand(page)).toContainText(ending);
  }
  await write(page, `${HEADER}_start: jmp $\n`);
  await page.keyboard.press('Control+Enter');
  await expect(stand(page)).toContainText('Running');
  // The keyboard is still in the source.
  await page.keyboard.press('Escape');
  await lab.waitIdle();
  await expect(stand(page)).not.toContainText('Running');
});

test('keys step over a call, into it, out of it and back over it; the cursor can be run to', async ({
  page,
  lab,
}) => {
  await newGuest(page, lab);
  await page.getByText('No hypervisor', { exact: true }).click();
  await lab.waitIdle();
  await source(page).focus();
  const body =
    'mov esp, 0x90000\n        call twice\n        nop\n        hlt\ntwice:  inc eax\n        ret\n';
  await write(page, `${HEADER}_start: ${body}`);
  await page.keyboard.press('Control+Shift+Enter');
  await expect(page.getByText('Runs as it stands here')).toBeVisible();
  await stand(page).click();
  const next = () => page.locator('.cm-line.cm-next');
  await lab.press('s');
  await expect(next()).toContainText('call twice');
  await lab.press('o');
  await expect(next()).toContainText('nop');
  await lab.press('Shift+O');
  await expect(next()).toContainText('call twice');
  await lab.press('s');
  await expect(next()).toContainText('inc eax');
  await lab.press('u');
  await expect(next()).toContainText('nop');
  await lab.goToStart();
  await source(page).focus();
  await page.keyboard.press('Control+End');
  await page.keyboard.press('ArrowUp');
  await page.getByRole('button', { name: 'Run to here' }).click();
  await lab.waitIdle();
  await expect(next()).toContainText('ret');
});

test('a name leads to where it is defined', async ({ page, lab }) => {
  await newGuest(page, lab);
  await write(page, `${HEADER}_start: jmp ending\n        nop\nending: hlt\n`);
  await expect(page.locator('.editor-status')).toContainText(/\d bytes/);
  await page
    .getByText('ending', { exact: true })
    .first()
    .click({ modifiers: ['Control'] });
  await expect(page.locator('.editor-status')).toContainText('Line 8:1');
});

test('an error in an included file is listed there, and F8 goes to it', async ({ page, lab }) => {
  await lab.open('#workbench');
  const main = `${HEADER}%include "parts.inc"\n_start: print_letter\n        hlt\n`;
  const parts = '%macro print_letter 0\n        nop\n%endmacro\n        moov eax, 1\n';
  await page.getByTestId('guest-file').setInputFiles([
    { name: 'kernel.asm', mimeType: 'text/plain', buffer: Buffer.from(main) },
    { name: 'parts.inc', mimeType: 'text/plain', buffer: Buffer.from(parts) },
  ]);
  const problem = page.getByRole('region', { name: 'Problems' }).getByRole('listitem');
  await expect(problem).toContainText('parts.inc:4:');
  await page.getByRole('tab', { name: /^kernel\.asm/ }).click();
  await source(page).focus();
  await page.keyboard.press('F8');
  await expect(page.getByRole('tab', { name: /^parts\.inc/ })).toHaveAttribute(
    'aria-selected',
    'true',
  );
  await expect(page.locator('.editor-status')).toContainText('Line 4:');
});

test('undo goes on after another file was looked at', async ({ page, lab }) => {
  await newGuest(page, lab);
  await write(page, printing('A'));
  await page.getByRole('button', { name: 'File', exact: true }).click();
  await page.getByRole('menuitem', { name: 'New file…' }).click();
  await page.getByLabel('Name of the new file').fill('other.inc');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('tab', { name: /^other\.inc/ })).toBeVisible();
  await page.getByRole('tab', { name: /^guest\.asm/ }).click();
  await source(page).focus();
  await page.keyboard.press('Control+End');
  await page.keyboard.type('; more');
  await expect(source(page)).toContainText('; more');
  await page.keyboard.press('Control+Z');
  await expect(source(page)).not.toContainText('; more');
});

test('ten thousand lines are taken at once, and assembled', async ({ page, lab }) => {
  await newGuest(page, lab);
  const lines = Array.from({ length: 10_000 }, (_, i) => `        mov eax, ${i}`).join('\n');
  await paste(page, `${HEADER}_start:\n${lines}\n        hlt\n`);
  await expect(page.locator('.editor-status')).toContainText('50013 bytes', { timeout: 15_000 });
  await expect(saved(page)).toBeVisible();
});

test('F1 tells what an instruction is: popf sensitive, lgdt privileged', async ({ page, lab }) => {
  await newGuest(page, lab);
  await write(page, '        popf\n        lgdt [0]\n');
  await page.keyboard.press('Control+Home');
  for (let i = 0; i < 9; i++) await page.keyboard.press('ArrowRight');
  await page.keyboard.press('F1');
  await expect(page.getByRole('status', { name: 'About popf' })).toContainText(/sensitive/i);
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('F1');
  await expect(page.getByRole('status', { name: 'About lgdt' })).toContainText(/privileged/i);
});

test('the keyboard alone: library, source, breakpoint, run, stop, out again', async ({
  page,
  lab,
}) => {
  await lab.open('#workbench');
  await page.getByRole('button', { name: /^Guest: / }).focus();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('dialog', { name: 'Guests' })).toBeVisible();
  // Letters are not the page's while a dialog is open.
  await page.keyboard.press('w');
  await page.getByRole('button', { name: 'New guest' }).focus();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('dialog', { name: 'Guests' })).toBeHidden();
  await showsNewGuest(page);
  await write(page, printing('K'));
  await expect(page.locator('.editor-status')).toContainText(/\d bytes/);
  await page.keyboard.press('Control+Home');
  for (let i = 0; i < 7; i++) await page.keyboard.press('ArrowDown');
  await page.keyboard.press('F9');
  await expect(page.locator('.bp')).toHaveCount(1);
  await page.keyboard.press('Control+Enter');
  await expect(page.getByText('Runs as it stands here')).toBeVisible();
  await expect(stand(page)).toContainText('_start+0x6');
  await page.keyboard.press('Escape');
  await page.keyboard.press('Tab');
  await expect(source(page)).not.toBeFocused();
  await lab.press('c');
  await expect(stand(page)).toContainText('Exited');
  await page.keyboard.press('Control+Shift+Enter');
  await expect(stand(page)).toContainText('Before the first instruction');
  await page.getByRole('separator', { name: 'Width of the editor' }).focus();
  const width = () => page.locator('.editor').evaluate((pane) => pane.clientWidth);
  const before = await width();
  await page.keyboard.press('ArrowRight');
  await expect.poll(width).toBeGreaterThan(before);
});

for (const colorScheme of ['light', 'dark'] as const) {
  test(`the workbench and the library have no known accessibility faults: ${colorScheme}`, async ({
    page,
    lab,
  }) => {
    await page.emulateMedia({ colorScheme });
    await newGuest(page, lab);
    await write(page, '        popf\n        movv eax, 1\n');
    await expect(page.getByRole('region', { name: 'Problems' })).toContainText('movv');
    await page.keyboard.press('Control+Home');
    for (let i = 0; i < 9; i++) await page.keyboard.press('ArrowRight');
    await page.keyboard.press('F1');
    await expect(page.getByRole('status', { name: 'About popf' })).toBeVisible();
    const faults = async (part: string) => {
      const { violations } = await new AxeBuilder({ page }).include(part).analyze();
      return violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target).join(' ')}`);
    };
    expect(await faults('.workbench')).toEqual([]);
    await page.getByRole('button', { name: /^Guest: / }).click();
    await expect(page.getByRole('dialog', { name: 'Guests' })).toBeVisible();
    expect(await faults('.library')).toEqual([]);
  });
}
