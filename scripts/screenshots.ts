/**
 * The pictures of the README and of docs/, made from the running page: the lesson at the step where its `popf` has been
 * carried out; the workbench in the page-fault handler of hello-rings; tinyos at its prompt. `npm run screenshots`
 * makes them again after the page changed; a part of a file's name chooses some: `npm run screenshots -- tinyos`.
 */
import type { Browser, Page } from '@playwright/test';
import { withSite } from './bench/page';

interface Scene {
  readonly name: string;
  readonly hash: string;
  /** What a person does before the picture is taken. */
  readonly act: (page: Page, idle: () => Promise<void>) => Promise<void>;
}

/** "Step through the callout": a question has been answered, rings, block, cache and both CPUs have much to say. */
const LESSON: Scene = {
  name: 'lesson',
  hash: '#lesson=the-instruction-that-lies&step=5',
  act: async () => {},
};

const WORKBENCH: Scene = {
  name: 'workbench',
  hash: '#workbench',
  async act(page, idle) {
    const tab = async (name: string) => {
      await page.getByRole('tab', { name, exact: true }).click();
      await idle();
    };
    await page.locator('.cm-content').waitFor();
    await tab('Breaks');
    await page.getByLabel('Label or address').fill('page_fault');
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    await idle();
    await page.getByRole('button', { name: 'Continue' }).click();
    await idle();
    await tab('Stack');
    await tab('Paging');
    await page.getByLabel('Walk').fill('0x300000');
    await page.keyboard.press('Enter');
    await page.getByRole('radio', { name: 'Write' }).check();
    await idle();
  },
};

const TINYOS: Scene = {
  name: 'tinyos',
  hash: '#workbench',
  async act(page, idle) {
    await page.locator('.cm-content').waitFor();
    await page.getByRole('button', { name: /^Guest: / }).click();
    await page.getByRole('button', { name: /start tinyos/i }).click();
    await page.getByRole('tab', { name: 'Console', exact: true }).click();
    await page.getByLabel('Speed of play').selectOption({ label: 'Full speed' });
    const play = page.getByRole('button', { name: 'Play', exact: true });
    if (await play.isVisible()) await play.click();
    const screen = page.getByRole('img', { name: /VGA text screen/ });
    const waitFor = (text: string) =>
      page
        .getByRole('img', { name: new RegExp(`VGA text screen[^]*${text}`) })
        .waitFor({ timeout: 60_000 });
    await waitFor('tinyos>');
    await screen.click();
    await page.keyboard.type('help\nps\nrun primes\n', { delay: 60 });
    await waitFor('1229 primes');
    await page.getByRole('button', { name: 'Pause', exact: true }).click();
    // No tip over the picture.
    await page.mouse.move(0, 0);
    await idle();
  },
};

interface Picture {
  readonly scene: Scene;
  readonly file: string;
  readonly width: number;
  readonly height: number;
  readonly theme: 'light' | 'dark';
}

const inEverySize = (scene: Scene): Picture[] =>
  (['light', 'dark'] as const).flatMap((theme) => [
    { scene, file: `${scene.name}-${theme}.png`, width: 1440, height: 900, theme },
    { scene, file: `${scene.name}-1024-${theme}.png`, width: 1024, height: 768, theme },
  ]);

const PICTURES: readonly Picture[] = [
  ...inEverySize(LESSON),
  ...inEverySize(WORKBENCH),
  { scene: TINYOS, file: 'tinyos-light.png', width: 1440, height: 900, theme: 'light' },
];

async function take(browser: Browser, url: string, picture: Picture): Promise<void> {
  const { scene, file, width, height, theme } = picture;
  const page = await browser.newPage({
    viewport: { width, height },
    colorScheme: theme,
    reducedMotion: 'reduce',
  });
  const idle = async () => {
    await page.waitForFunction(() => document.documentElement.dataset.idle === 'true');
  };
  await page.goto(`${url}${scene.hash}`);
  await idle();
  await scene.act(page, idle);
  await page.evaluate(() => document.fonts.ready);
  await page.screenshot({ path: new URL(`../docs/${file}`, import.meta.url).pathname });
  await page.close();
  console.log(`docs/${file}`);
}

const chosen = process.argv.slice(2);

await withSite(async (browser, url) => {
  for (const picture of PICTURES) {
    if (chosen.length > 0 && !chosen.some((part) => picture.file.includes(part))) continue;
    await take(browser, url, picture);
  }
});
