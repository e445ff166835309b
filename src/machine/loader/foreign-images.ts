/** Disk images in containers that are not read here, told by their first or last bytes, with what to do about them. */
import type { Result } from '../../base/result';
import { fail, type LoadError } from './load-error';

interface Container {
  readonly name: string;
  /** The bytes stand here; negative: from the end of the file. */
  readonly offset: number;
  readonly magic: string;
  readonly hint: string;
}

const convert = (format: string): string =>
  `Convert it to a raw image: qemu-img convert -f ${format} -O raw FILE disk.img, then open disk.img.`;

const CONTAINERS: readonly Container[] = [
  { name: 'a qcow2 disk image', offset: 0, magic: 'QFI\xfb', hint: convert('qcow2') },
  { name: 'a VMDK disk image', offset: 0, magic: 'KDMV', hint: convert('vmdk') },
  {
    name: 'a VMDK descriptor, the text beside a disk image',
    offset: 0,
    magic: '# Disk DescriptorFile',
    hint: convert('vmdk'),
  },
  { name: 'a VHDX disk image', offset: 0, magic: 'vhdxfile', hint: convert('vhdx') },
  { name: 'a VHD disk image', offset: 0, magic: 'conectix', hint: convert('vpc') },
  { name: 'a VHD disk image', offset: -512, magic: 'conectix', hint: convert('vpc') },
  {
    name: 'a VirtualBox disk image (VDI)',
    offset: 0x40,
    magic: '\x7f\x10\xda\xbe',
    hint: convert('vdi'),
  },
  {
    name: 'a CD image (ISO 9660)',
    offset: 0x8001,
    magic: 'CD001',
    hint: 'This machine has no CD drive. Take a raw disk or floppy image of the same system.',
  },
];

/**
 * Says what the file is if it is a disk image that cannot be read; null: it is none of them. One with a boot signature
 * is a raw disk all the same (a hybrid CD image, a VHD of fixed size with its footer): do not ask about those.
 */
export function foreignImage(bytes: Uint8Array): Result<never, LoadError> | null {
  const found = CONTAINERS.find(({ offset, magic }) => {
    const start = offset < 0 ? bytes.length + offset : offset;
    return [...magic].every((letter, i) => bytes[start + i] === letter.charCodeAt(0));
  });
  return found
    ? fail(`The file is ${found.name}; only raw disk images are read.`, found.hint)
    : null;
}
