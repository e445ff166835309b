/** Files to hand over: one of a guest's, and what is built from it. All of them: `archive.ts`. */
import type { Download, DownloadFormat } from './editor-state';
import { stem } from './import-files';

type BuiltFormat = Exclude<DownloadFormat, 'source' | 'archive'>;

const ENDINGS: Readonly<Record<BuiltFormat, readonly [string, string]>> = {
  elf: ['.elf', 'application/octet-stream'],
  flat: ['.bin', 'application/octet-stream'],
  listing: ['.lst', 'text/plain;charset=utf-8'],
};

export function builtDownload(main: string, format: BuiltFormat, bytes: Uint8Array): Download {
  const [ending, type] = ENDINGS[format];
  return { name: `${stem(main)}${ending}`, bytes, type };
}

export function fileDownload(name: string, content: string | Uint8Array): Download {
  const last = name.split('/').at(-1) ?? name;
  return typeof content === 'string'
    ? { name: last, bytes: new TextEncoder().encode(content), type: 'text/plain;charset=utf-8' }
    : { name: last, bytes: content, type: 'application/octet-stream' };
}
