/**
 * A student writes a guest, with a mistake; mends it by the message alone; stops it under a condition; looks at a page
 * walk; changes the page table; sees the guest be fooled; and goes back before the change.
 */
import type { Page } from '@playwright/test';
import { expect, test } from './fixtures';
import type { LabPage } from './lab.page';

/**
 * Prints five times the letter that lies in the page at `WINDOW`. Two frames lie behind it in memory: one full of `A`,
 * one full of `B`. `movv` is the mistake.
 */
const SOURCE = `
        bits 32
        org 0x100000
        align 4
        dd 0x1BADB002, 0, -0x1BADB002

WINDOW    equ 0x400000
FRAME_A   equ 0x200000
FRAME_B   equ 0x201000
DIRECTORY equ 0x300000
LOW       equ 0x301000          ; maps the first 4 MiB onto themselves
HIGH      equ 0x302000          ; maps WINDOW

global _start
_start: mov esp, 0x90000
        cld
        mov edi, FRAME_A
        mov al, 'A'
        mov ecx, 4096
        rep stosb
        mov al, 'B'
        mov ecx, 4096
        rep stosb
        mov edi, LOW
        mov eax, 3
identity:
        stosd
        add eax, 4096
        cmp eax, 0x400003
        jb identity
        mov dword [DIRECTORY], LOW + 3
        mov dword [DIRECTORY + 4], HIGH + 3
        movv dword [HIGH], FRAME_A + 3
        mov eax, DIRECTORY
        mov cr3, eax
        mov eax, cr0
        or eax, 0x80000000
        mov cr0, eax
        mov ecx, 5
letter: mov al, [WINDOW]
        mov dx, 0x3f8
        out dx, al
        loop letter
        mov al, 0x10
        out 0xf4, al
        hlt
`;

const lineOf = (text: string): number =>
  SOURCE.split('\n').findIndex((line) => line.includes(text)) + 1;

async function tab(page: Page, lab: LabPage, name: string): Promise<void> {
  await page.getByRole('tab', { name, exact: true }).click();
  await lab.waitIdle();
}

/** Assembled, loaded and shown again: the machine stands at the start of the program in the editor. */
async function startPaused(page: Page, lab: LabPage): Promise<void> {
  await page.getByRole('button', { name: 'Start paused', exact: true }).click();
  await expect(page.getByText('Runs as it stands here')).toBeVisible();
  await lab.waitIdle();
}

const outcome = (page: Page) =>
  page.getByRole('region', { name: 'Page tables' }).getByRole('status').first();

for (const technique of ['No hypervisor', 'Binary translation']) {
  test(`a guest of one's own, from its first error to an edited page table: ${technique}`, async ({
    page,
    lab,
  }) => {
    await lab.open('#workbench');
    await page.getByText(technique, { exact: true }).click();
    await lab.waitIdle();
    await page.getByRole('button', { name: /^Guest: / }).click();
    await page.getByRole('button', { name: 'New guest' }).click();
    const editor = page.getByRole('textbox', { name: 'Source of guest.asm' });
    await editor.click();
    await page.keyboard.press('Control+A');
    await page.keyboard.insertText(SOURCE.slice(1));

    // The message says where, what, and what to write.
    const problems = page.getByRole('region', { name: 'Problems' });
    const message = problems.getByRole('listitem').first();
    await expect(message).toContainText(`guest.asm:${lineOf('movv') - 1}:`);
    await expect(message).toContainText('movv');
    await page.getByRole('button', { name: 'Run', exact: true }).click();
    await lab.waitIdle();
    const advice = message.getByRole('button', { name: /^Write / });
    await expect(advice).toHaveText('Write mov');
    await advice.click();
    await expect(problems.getByRole('listitem')).toHaveCount(0);
    await startPaused(page, lab);

    // A breakpoint with a condition.
    await tab(page, lab, 'Breaks');
    await page.getByLabel('Label or address').fill('letter');
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    await lab.waitIdle();
    await page.getByLabel('only if').first().fill('ecx == 3');
    await page.keyboard.press('Enter');
    await lab.waitIdle();
    await page.getByRole('button', { name: 'Continue' }).click();
    await lab.waitIdle();
    await expect(page.locator('.debug-stop')).toContainText('ecx == 3');

    // The walk of the window leads to frame A.
    await tab(page, lab, 'Paging');
    await page.getByLabel('Walk').fill('0x400000');
    await page.keyboard.press('Enter');
    await page.getByRole('radio', { name: 'Read' }).check();
    await lab.waitIdle();
    await expect(outcome(page)).toContainText('00200000');

    // Frame B instead: a branch of the run.
    await page.getByRole('button', { name: 'Page-table entry 0' }).first().click();
    await page.getByLabel('Physical address').fill('0x201000');
    await page.getByRole('button', { name: 'Write', exact: true }).click();
    await lab.waitIdle();
    await expect(outcome(page)).toContainText('00201000');
    await tab(page, lab, 'Console');
    await lab.goToEnd();
    await expect(page.getByTestId('serial')).toHaveText('AABBB');

    // Before the change, the old entry; on the other branch, the old future.
    await page.getByRole('button', { name: 'Back', exact: true }).click();
    await lab.waitIdle();
    await expect(outcome(page)).toContainText('00201000');
    await lab.stepBack();
    await expect(outcome(page)).toContainText('00200000');
    await tab(page, lab, 'Branches');
    await page.getByRole('button', { name: /Go there/ }).click();
    await lab.waitIdle();
    await tab(page, lab, 'Console');
    await lab.goToEnd();
    await expect(page.getByTestId('serial')).toHaveText('AAAAA');
  });
}
