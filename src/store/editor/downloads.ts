/** Files to hand over: what a guest is, and what is built from it. */
import type { SourceFiles } from '../../toolchain/api';
import type { Download, DownloadFormat } from './editor-state';
import { stem } from './import-files';

const ENDINGS: Readonly<Record<Exclude<DownloadFormat, 'source'>, readonly [string, string]>> = {
  elf: ['.elf', 'application/octet-stream'],
  flat: ['.bin', 'application/octet-stream'],
  listing: ['.lst', 'text/plain;charset=utf-8'],
};

export function builtDownload(
  main: string,
  format: Exclude<DownloadFormat, 'source'>,
  bytes: Uint8Array,
): Download {
  const [ending, type] = ENDINGS[format];
  return { name: `${stem(main)}${ending}`, bytes, type };
}

export function fileDownload(name: string, content: string | Uint8Array): Download {
  const last = name.split('/').at(-1) ?? name;
  return typeof content === 'string'
    ? { name: last, bytes: new TextEncoder().encode(content), type: 'text/plain;charset=utf-8' }
    : { name: last, bytes: content, type: 'application/octet-stream' };
}

/** Every file of a guest, the main one first. */
export function guestDownloads(main: string, files: SourceFiles): Download[] {
  const names = Object.keys(files).filter((name) => name !== main);
  return [main, ...names].flatMap((name) => {
    const content = files[name];
    return content === undefined ? [] : [fileDownload(name, content)];
  });
}
