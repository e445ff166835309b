/** Keys typed on the page reach the guest, and belong to its run. */
import { expect, test } from './fixtures';

/** Reads scan codes from the keyboard controller and writes each in hexadecimal to the serial port. */
const ECHO = `
        bits 32
        org 0x100000
        section .text
        dd 0x1badb002, 0, -0x1badb002
        global _start
_start: mov esp, 0x90000
.wait:  in al, 0x64
        test al, 1
        jz .wait
        in al, 0x60
        mov ah, al
        shr al, 4
        call digit
        mov al, ah
        and al, 15
        call digit
        mov al, ' '
        call put
        jmp .wait
digit:  add al, '0'
        cmp al, '9'
        jbe put
        add al, 'a' - '9' - 1
put:    push eax
        mov dx, 0x3f8
        out dx, al
        pop eax
        ret
`;

test('a key typed on the page is read by the guest', async ({ page, lab }) => {
  await lab.open();
  await page
    .locator('input[type=file]')
    .setInputFiles({ name: 'echo.asm', mimeType: 'text/plain', buffer: Buffer.from(ECHO) });
  await expect(page.getByRole('button', { name: 'Guest: echo' })).toBeVisible();
  await lab.waitIdle();
  await page.getByRole('tab', { name: 'Console' }).click();
  await page.getByLabel('Keyboard of the guest').press('a');
  await lab.waitIdle();
  // The keyboard takes modelled time: far more than four steps a second would show.
  await page.getByLabel('Speed of play').selectOption({ label: 'Full speed' });
  await page.getByRole('button', { name: 'Play' }).click();
  // Scan code set 1, as the controller translates it: A pressed and released.
  await expect(page.getByTestId('serial')).toContainText('1e 9e', { timeout: 60_000 });
  await page.keyboard.press('Escape');
});
