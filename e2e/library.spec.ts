/** Guests of one's own and shipped ones: kept, named, taken away, brought back, opened from files, started. */
import type { Page } from '@playwright/test';
import { expect, test } from './fixtures';
import type { LabPage } from './lab.page';

const library = (page: Page) => page.getByRole('dialog', { name: 'Guests' });
const own = (page: Page) => library(page).locator('.own-guest strong');

async function openLibrary(page: Page): Promise<void> {
  await page.getByRole('button', { name: /^Guest: / }).click();
  await expect(library(page)).toBeVisible();
}

async function openFile(page: Page, name: string, bytes: Uint8Array): Promise<void> {
  const file = { name, mimeType: 'application/octet-stream', buffer: Buffer.from(bytes) };
  await page.getByTestId('guest-file').setInputFiles(file);
}

async function expectPrinted(page: Page, lab: LabPage, text: string): Promise<void> {
  await page.getByRole('tab', { name: 'Console', exact: true }).click();
  await lab.goToEnd();
  await expect(page.getByTestId('serial')).toHaveText(text);
}

/** Machine code that prints a letter and ends: `mov al, letter; mov dx, 0x3f8; out dx, al; mov al, 0x10; out 0xf4, al; hlt`. */
const printing = (letter: string, bits: 16 | 32): number[] => [
  ...[0xb0, letter.charCodeAt(0)],
  ...(bits === 32 ? [0x66] : []),
  ...[0xba, 0xf8, 0x03, 0xee, 0xb0, 0x10, 0xe6, 0xf4, 0xf4],
];

function bootSector(letter: string, size = 512): Uint8Array {
  const bytes = new Uint8Array(size);
  bytes.set(printing(letter, 16));
  bytes.set([0x55, 0xaa], 510);
  return bytes;
}

function rom(letter: string): Uint8Array {
  const bytes = new Uint8Array(0x10000);
  bytes.set(printing(letter, 16));
  // At the reset vector: jmp 0xf000:0.
  bytes.set([0xea, 0x00, 0x00, 0x00, 0xf0], 0xfff0);
  return bytes;
}

/** ELF32, one segment at 1 MiB with the Multiboot header before the code. */
function elf(letter: string): Uint8Array {
  const bytes = new Uint8Array(0x200);
  const view = new DataView(bytes.buffer);
  bytes.set([0x7f, 0x45, 0x4c, 0x46, 1, 1, 1]);
  const half: [number, number][] = [
    [16, 2],
    [18, 3],
    [40, 52],
    [42, 32],
    [44, 1],
  ];
  for (const [at, value] of half) view.setUint16(at, value, true);
  const code = [0x1badb002, 0, -0x1badb002];
  const words: [number, number][] = [
    [20, 1],
    [24, 0x10000c],
    [28, 52],
  ];
  // Program header: load 0x100 bytes from 0x100 to 1 MiB, read and execute.
  const segment = [1, 0x100, 0x100000, 0x100000, 0x100, 0x100, 5, 0x1000];
  segment.forEach((value, i) => {
    words.push([52 + 4 * i, value]);
  });
  code.forEach((value, i) => {
    words.push([0x100 + 4 * i, value]);
  });
  for (const [at, value] of words) view.setUint32(at, value, true);
  bytes.set(printing(letter, 32), 0x10c);
  return bytes;
}

test('a guest is renamed, duplicated, deleted and brought back', async ({ page, lab }) => {
  await lab.open('#workbench');
  await openLibrary(page);
  await page.getByRole('button', { name: 'New guest' }).click();
  await openLibrary(page);
  await page.getByRole('button', { name: 'Rename My guest' }).click();
  await page.getByLabel('New name of My guest').fill('Traps');
  await page.keyboard.press('Enter');
  await expect(own(page)).toHaveText(['Traps']);
  await page.getByRole('button', { name: 'Duplicate Traps' }).click();
  await expect(own(page)).toHaveText(['Traps copy', 'Traps']);
  await page.getByRole('button', { name: 'Delete Traps copy' }).click();
  await expect(own(page)).toHaveText(['Traps']);
  await page.getByRole('button', { name: 'Delete Traps', exact: true }).click();
  await expect(own(page)).toHaveCount(0);
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(own(page)).toHaveText(['Traps']);
  await page.reload();
  await lab.waitIdle();
  await openLibrary(page);
  await expect(own(page)).toHaveText(['Traps']);
});

test('each kind of file is opened and runs', async ({ page, lab }) => {
  await lab.open('#workbench');
  const say = `        bits 32\n        org 0x100000\nstart:  db ${printing('A', 32)}\n`;
  const files: readonly [string, Uint8Array, string][] = [
    ['source.asm', Buffer.from(say), 'A'],
    ['kernel.elf', elf('E'), 'E'],
    ['boot.bin', bootSector('B'), 'B'],
    ['disk.img', bootSector('D', 64 * 512), 'D'],
    ['bios.rom', rom('R'), 'R'],
  ];
  for (const [name, bytes, letter] of files) {
    await openFile(page, name, bytes);
    // A program of one's own has the name it has in the list.
    const shown = name.replace('.asm', '');
    await expect(page.getByRole('button', { name: `Guest: ${shown}`, exact: true })).toBeVisible();
    await expect(page.getByText('Runs as it stands here')).toBeVisible();
    await expectPrinted(page, lab, letter);
  }
  // Bare bytes do not say what they are: a person does.
  await openFile(page, 'bare.bin', Uint8Array.from(printing('F', 32)));
  const question = page.getByRole('dialog', { name: 'How is this image loaded?' });
  await expect(question.getByLabel('Load address')).toHaveValue('0x00100000');
  await question.getByRole('button', { name: 'Start' }).click();
  await expect(page.getByRole('button', { name: 'Guest: bare.bin' })).toBeVisible();
  await expectPrinted(page, lab, 'F');
  await openLibrary(page);
  await expect(own(page)).toHaveText(['bare', 'bios', 'disk', 'boot', 'kernel', 'source']);
});

test('storage that refuses is told, and told where the guests are', async ({ page, lab }) => {
  await page.addInitScript(() => {
    indexedDB.open = () => {
      throw new DOMException('forbidden', 'SecurityError');
    };
  });
  await lab.open('#workbench');
  await expect(page.getByRole('alert')).toContainText('keeps nothing for this page');
  await openLibrary(page);
  await page.getByRole('button', { name: 'New guest' }).click();
  await openLibrary(page);
  await expect(own(page)).toHaveText(['My guest']);
  await expect(library(page)).toContainText('keeps nothing for this page');
});

test('records that nobody understands do not keep the page from opening', async ({ page, lab }) => {
  await lab.open('#workbench');
  await openLibrary(page);
  await page.getByRole('button', { name: 'New guest' }).click();
  await page.evaluate(async () => {
    const opening = indexedDB.open('ringside');
    const database = await new Promise<IDBDatabase>((resolve) => {
      opening.onsuccess = () => resolve(opening.result);
    });
    const change = database.transaction(['guests', 'contents', 'settings'], 'readwrite');
    const guests = change.objectStore('guests');
    guests.put({ id: 'a' });
    guests.put({ id: 'b', name: 5, kind: 'source', main: 'b.asm', modified: 'late' });
    guests.put({ id: 7, name: 'number' });
    change.objectStore('contents').put({ id: 'b', files: 'none' });
    change.objectStore('settings').put('b', 'last-open');
    await new Promise((resolve) => {
      change.oncomplete = resolve;
    });
    database.close();
    localStorage.setItem('ringside-draft', '{"id":5}');
  });
  await page.reload();
  await lab.waitIdle();
  await openLibrary(page);
  await expect(own(page)).toHaveText(['My guest', 'b.asm']);
  await page.getByRole('button', { name: /^b\.asm/ }).click();
  await expect(page.getByRole('alert')).toContainText('contents are damaged');
  await page.getByRole('button', { name: 'Delete b.asm' }).click();
  await expect(own(page)).toHaveText(['My guest']);
});

test('what cannot be loaded is refused with a reason, and what was open stays', async ({
  page,
  lab,
}) => {
  await lab.open('#workbench');
  await openFile(page, 'good.bin', bootSector('G'));
  await expect(page.getByRole('button', { name: 'Guest: good.bin' })).toBeVisible();
  const question = page.getByRole('dialog', { name: 'How is this image loaded?' });
  const bad: readonly [string, number[], RegExp][] = [
    ['picture.png', [0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10, 0, 0, 0, 13], /no known format/],
    ['disk.qcow2', [0x51, 0x46, 0x49, 0xfb, 0, 0, 0, 3, 0, 0, 0, 0], /qcow2.*qemu-img convert/],
    ['cut.elf', [...elf('E').subarray(0, 70)], /ELF/],
  ];
  for (const [name, bytes, reason] of bad) {
    await openFile(page, name, Uint8Array.from(bytes));
    await expect(question.getByRole('status')).toHaveText(reason);
    await page.keyboard.press('Escape');
    await expect(question).toBeHidden();
  }
  await openFile(page, 'empty.bin', new Uint8Array());
  await expect(page.getByRole('alert')).toContainText('empty.bin is empty');
  await expect(page.getByRole('button', { name: 'Guest: good.bin' })).toBeVisible();
  await expectPrinted(page, lab, 'G');
  await openLibrary(page);
  await expect(own(page)).toHaveText(['good']);
});

for (const technique of ['No hypervisor', 'Binary translation']) {
  test(`tinyos is one click from a prompt that answers: ${technique} @smoke`, async ({
    page,
    lab,
  }) => {
    await lab.open('#workbench');
    await page.getByText(technique, { exact: true }).click();
    await lab.waitIdle();
    await openLibrary(page);
    await page.getByRole('button', { name: 'Start tinyos' }).click();
    const serial = page.getByTestId('serial');
    await expect(serial).toContainText('tinyos>', { timeout: 20_000 });
    await expect(page.getByLabel('Keyboard of the guest')).toBeFocused();
    await page.keyboard.type('mem');
    await page.keyboard.press('Enter');
    await expect(serial).toContainText('programs killed', { timeout: 20_000 });
    await page.getByRole('button', { name: 'Pause', exact: true }).click();
    await lab.waitIdle();
  });
}

test('a copy of a shipped guest types what that guest types', async ({ page, lab }) => {
  await lab.open('#workbench');
  await openLibrary(page);
  await page.getByRole('button', { name: 'Edit a copy of From key to character' }).click();
  await expect(page.locator('.editor-typed')).toContainText('Hello 386');
  await page.getByRole('button', { name: 'Run', exact: true }).click();
  await expect(page.getByText('Runs as it stands here')).toBeVisible();
  await page.getByRole('tab', { name: 'Console', exact: true }).click();
  await lab.goToEnd();
  await expect(page.getByTestId('serial')).toContainText('Hello 386');
});

test('a lesson opened from the workbench and back again leaves the work alone', async ({
  page,
  lab,
}) => {
  await lab.open('#workbench');
  await openLibrary(page);
  await page.getByRole('button', { name: 'New guest' }).click();
  await expect(page.getByText('My guest', { exact: true })).toBeVisible();
  await page.getByText('Stage', { exact: true }).click();
  await lab.waitIdle();
  await expect(page).not.toHaveURL(/#workbench/);
  await page.getByLabel('Lesson', { exact: true }).selectOption({ index: 0 });
  await lab.waitIdle();
  await expect(page).toHaveURL(/#lesson=/);
  await page.getByText('Workbench', { exact: true }).click();
  await lab.waitIdle();
  await expect(page).toHaveURL(/#workbench/);
  await expect(page.getByText('My guest', { exact: true })).toBeVisible();
});
