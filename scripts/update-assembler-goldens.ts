/**
 * Writes `src/assembler/__goldens__/*.hex` from NASM, never from our own assembler: `npx tsx scripts/update-assembler-goldens.ts`.
 * Needs `nasm` (Debian package `nasm`).
 */
import { writeFileSync } from 'node:fs';
import { CORPUS, corpusPath, goldenPath, toHexLines } from '../src/assembler/testing/corpus';
import { nasm } from '../src/assembler/testing/nasm';

for (const name of CORPUS) writeFileSync(goldenPath(name), toHexLines(nasm(corpusPath(name))));
