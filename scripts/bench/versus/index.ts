/** What `npm run bench` prints of the contest. */
import { NODE_NAME, type Row } from '../table';
import { contestInChromium, sessionBytes, withContestPage } from './chromium';
import { WORK_NAMES, WORKS, type Work } from './guest';
import { contestInNode } from './node';
import { type Contest, DEFAULT_CONTEST, type Standing } from './rounds';

const MEBIBYTE = 1024 * 1024;
/** Our speed, history on, in units of v86's interpreter. */
const TARGET_RATIO = 1;
const TARGET_MEMORY_BYTES = 64 * MEBIBYTE;

export interface Measured {
  readonly rows: readonly Row[];
  /** By place and work: every number the rows were made of. */
  readonly numbers: Readonly<Record<string, unknown>>;
}

export async function measureAgainstV86(contest: Contest = DEFAULT_CONTEST): Promise<Measured> {
  const rows: Row[] = [];
  const numbers: Record<string, unknown> = {};
  const note = (place: string, work: Work, standings: readonly Standing[]): void => {
    numbers[`${place}, ${work}`] = standings;
    rows.push(...rowsOf(`${place}: ${WORK_NAMES[work]}`, standings));
  };
  for (const work of WORKS) note(NODE_NAME, work, await contestInNode(work, contest));
  await withContestPage(async (page) => {
    const place = `Chromium ${page.context().browser()?.version().split('.')[0] ?? ''} worker`;
    for (const work of WORKS) note(place, work, await contestInChromium(page, work, contest));
    for (const technique of ['bare', 'binary-translation'] as const) {
      const bytes = await sessionBytes(page, technique);
      numbers[`worker memory, ${technique}`] = bytes;
      rows.push({
        what: `worker memory, 16 MiB guest, ${technique}`,
        value: `${(bytes / MEBIBYTE).toFixed(1)} MiB`,
        detail: 'a loaded session before history, over the code alone',
        target: `< ${TARGET_MEMORY_BYTES / MEBIBYTE} MiB`,
        met: bytes < TARGET_MEMORY_BYTES,
      });
    }
  });
  return { rows, numbers };
}

function rowsOf(where: string, standings: readonly Standing[]): Row[] {
  return standings.map((standing, index) => {
    const speed = `${millions(standing.perSecond)} M instructions/s`;
    const spread = `${millions(standing.slowest)} to ${millions(standing.fastest)}`;
    if (index === 0) return { what: `${where}, ${standing.name}`, value: speed, detail: spread };
    const { name, ratio, leastRatio, mostRatio } = standing;
    const row: Row = {
      what: `  ${name}`,
      value: speed,
      detail: `${spread}; we are ${ratio.toFixed(2)} of it (${leastRatio.toFixed(2)} to ${mostRatio.toFixed(2)})`,
    };
    if (name !== 'v86 interpreter') return row;
    return { ...row, target: `>= ${TARGET_RATIO.toFixed(1)} of it`, met: ratio >= TARGET_RATIO };
  });
}

const millions = (value: number): string => (value / 1e6).toFixed(1);
