/**
 * The pictures of the README and of docs/: the lesson, at the step where its `popf` has been carried out, made from the
 * running page. `npm run screenshots` makes them again after the page changed.
 */
import type { Browser } from '@playwright/test';
import { withSite } from './bench/page';

interface Picture {
  readonly file: string;
  readonly width: number;
  readonly height: number;
  readonly theme: 'light' | 'dark';
}

const PICTURES: readonly Picture[] = [
  { file: 'lesson-light.png', width: 1440, height: 900, theme: 'light' },
  { file: 'lesson-dark.png', width: 1440, height: 900, theme: 'dark' },
  { file: 'lesson-1024-light.png', width: 1024, height: 768, theme: 'light' },
  { file: 'lesson-1024-dark.png', width: 1024, height: 768, theme: 'dark' },
];

/** "Step through the callout": a question has been answered, rings, block, cache and both CPUs have much to say. */
const STEP = '#lesson=the-instruction-that-lies&step=5';

async function take(browser: Browser, url: string, picture: Picture): Promise<void> {
  const { file, width, height, theme } = picture;
  const page = await browser.newPage({
    viewport: { width, height },
    colorScheme: theme,
    reducedMotion: 'reduce',
  });
  const idle = () => page.waitForFunction(() => document.documentElement.dataset.idle === 'true');
  await page.goto(`${url}${STEP}`);
  await idle();
  await page.evaluate(() => document.fonts.ready);
  await page.screenshot({ path: new URL(`../docs/${file}`, import.meta.url).pathname });
  await page.close();
  console.log(`docs/${file}`);
}

await withSite(async (browser, url) => {
  for (const picture of PICTURES) await take(browser, url, picture);
});
