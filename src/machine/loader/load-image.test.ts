import { describe, expect, it } from 'vitest';
import { detectFormat, loadImage, readImage } from './load-image';
import type { ImageOptions } from './machine-image';
import { concat, elf32, flatImage, multibootHeader } from './testing/images';

const MEBIBYTE = 0x100000;
const CODE = Uint8Array.of(0xf4);

function sector(bytes = 512): Uint8Array {
  const image = new Uint8Array(bytes);
  image.set([0xeb, 0xfe]);
  image.set([0x55, 0xaa], 510);
  return image;
}

function rom(bytes = 0x10000): Uint8Array {
  const image = new Uint8Array(bytes).fill(0xff);
  image.set([0xea, 0, 0, 0, 0xf0], bytes - 16);
  return image;
}

const errorOf = (image: Uint8Array, options: ImageOptions = {}, memory = 4 * MEBIBYTE): string => {
  const read = readImage(image, memory, options);
  return read.ok ? 'it was read' : `${read.error.message} ${read.error.hint}`;
};

describe('the format of a file', () => {
  it.each([
    ['an ELF file', elf32({ entry: 0, parts: [] }), 'multiboot'],
    ['a flat file with a Multiboot header', flatImage(CODE), 'multiboot'],
    ['512 bytes with the boot signature', sector(), 'boot-sector'],
    ['a floppy image', sector(1440 * 1024), 'boot-sector'],
    ['64 KiB that end in a reset vector', rom(), 'rom'],
    [
      '128 KiB with both a jump at the end and a boot signature',
      withSignature(rom(0x20000)),
      'rom',
    ],
    ['64 KiB with a boot signature and no jump', sector(0x10000), 'boot-sector'],
    ['a header with a wrong checksum', badChecksum(), 'multiboot'],
    ['a disk image with a Multiboot kernel on it', diskWith(multibootHeader(0)), 'boot-sector'],
    ['64 KiB that end in zeros', new Uint8Array(0x10000), null],
    ['an erased chip of 64 KiB', new Uint8Array(0x10000).fill(0xff), null],
    ['text', new TextEncoder().encode('la la la'), null],
  ])('is found by its bytes: %s', (_name, image, format) => {
    expect(detectFormat(image)).toBe(format);
  });

  it('is what was asked for, whatever the bytes look like', () => {
    const read = readImage(sector(), 4 * MEBIBYTE, { format: 'flat' });
    expect(read.ok && read.value.format).toBe('flat');
  });
});

function withSignature(image: Uint8Array): Uint8Array {
  image.set([0x55, 0xaa], 510);
  return image;
}

/** The second sector on holds `bytes`. */
function diskWith(bytes: Uint8Array): Uint8Array {
  const image = sector(4096);
  image.set(bytes, 512);
  return image;
}

function badChecksum(): Uint8Array {
  const image = concat(multibootHeader(0), CODE);
  image[8] = (image[8] ?? 0) ^ 1;
  return image;
}

describe('a flat binary', () => {
  it('starts at its address in flat protected mode, with a stack in low memory', () => {
    const read = readImage(CODE, 4 * MEBIBYTE, { format: 'flat', loadAddress: 0x200000 });
    expect(read.ok && read.value).toMatchObject({
      entry: 0x200000,
      state: { eip: 0x200000, cr0: 0x11, esp: 0x9fc00, code: { base: 0, limit: 0xffffffff } },
    });
  });

  it('starts in real mode in the segment its address lies in', () => {
    const options = { format: 'flat', bits: 16, loadAddress: 0x21234 } as const;
    const read = readImage(CODE, 4 * MEBIBYTE, options);
    expect(read.ok && read.value.state).toMatchObject({
      eip: 0x1234,
      cr0: 0x10,
      code: { selector: 0x2000, base: 0x20000, limit: 0xffff },
      idtr: { base: 0, limit: 0x3ff },
    });
  });
});

describe('a boot sector', () => {
  it('starts in the firmware at the reset vector, with the whole file as the disk', () => {
    const file = sector(3 * 512);
    const disk = readImage(file, 4 * MEBIBYTE);
    expect(disk.ok && disk.value).toMatchObject({
      entry: 0xffff0,
      handover: 0x7c00,
      romBytes: 0x10000,
      segments: [{ address: 0xf0000, memoryBytes: 0x10000 }],
      state: { eip: 0xfff0, eflags: 2, code: { selector: 0xf000, base: 0xffff0000 } },
    });
    expect(disk.ok && disk.value.disk).toBe(file);
  });

  it('puts the firmware into memory, with stubs and a reset vector, and nothing of the disk', () => {
    const bytes = new Uint8Array(4 * MEBIBYTE);
    const ram = {
      size: bytes.length,
      writeBytes: (at: number, data: Uint8Array) => bytes.set(data, at),
    };
    expect(loadImage(sector(1024), ram).ok).toBe(true);
    // The stub of INT 13h at F000:004C is an OUT; a far jump stands at F000:FFF0.
    expect([bytes[0xf004c], bytes[0xffff0]]).toEqual([0xe6, 0xea]);
    expect(bytes.subarray(0, 0xf0000).every((byte) => byte === 0)).toBe(true);
  });
});

describe('a ROM image', () => {
  it('ends at 1 MiB and starts at the reset vector', () => {
    const read = readImage(rom(0x20000), 4 * MEBIBYTE);
    expect(read.ok && read.value).toMatchObject({
      entry: 0xffff0,
      romBytes: 0x20000,
      segments: [{ address: 0xe0000 }],
      state: { eip: 0xfff0, code: { selector: 0xf000, base: 0xffff0000 } },
    });
  });
});

/** Bytes of `size` with a text at an offset. */
function holding(size: number, offset: number, text: string): Uint8Array {
  const image = new Uint8Array(size);
  image.set(
    Array.from(text, (letter) => letter.charCodeAt(0)),
    offset,
  );
  return image;
}

it('an image that ends above 4 GiB is refused with the address as it is', () => {
  const options = { format: 'flat', loadAddress: 0xfffffffe } as const;
  expect(errorOf(new Uint8Array(4), options)).toMatch(/from 0xfffffffe to 0x100000002/);
});

it('a ROM without a reset vector is refused, with the place', () => {
  const image = new Uint8Array(0x10000).fill(0xff);
  expect(errorOf(image)).toMatch(/size of a ROM.*no reset vector/);
  expect(errorOf(image, { format: 'rom' })).toMatch(
    /file offset 0x0000fff0 on, are all 0xff.*jump/,
  );
});

describe('a disk image in a container', () => {
  it.each([
    ['qcow2', holding(4096, 0, 'QFI\xfb'), /qcow2.*raw.*qemu-img convert -f qcow2 -O raw/],
    ['VMDK', holding(4096, 0, 'KDMV'), /VMDK.*qemu-img convert -f vmdk -O raw/],
    ['VHD', holding(4096, 3584, 'conectix'), /VHD.*qemu-img convert -f vpc -O raw/],
    ['VHDX', holding(4096, 0, 'vhdxfile'), /VHDX.*qemu-img convert -f vhdx -O raw/],
    ['VDI', holding(4096, 0x40, '\x7f\x10\xda\xbe'), /VDI.*qemu-img convert -f vdi -O raw/],
    ['ISO 9660', holding(0x9000, 0x8001, 'CD001'), /ISO 9660.*no CD drive/],
  ])('is named and refused, with what to do: %s', (_name, image, expected) => {
    expect(errorOf(image)).toMatch(expected);
    expect(errorOf(image, { format: 'boot-sector' })).toMatch(expected);
  });

  it('that boots as a disk as it is, is read as one: a hybrid CD image', () => {
    const hybrid = withSignature(holding(0x9000, 0x8001, 'CD001'));
    expect(errorOf(hybrid)).toBe('it was read');
  });
});

describe('a bad image is refused with what, where, and what would do', () => {
  it.each([
    [
      'no known format',
      new Uint8Array(600),
      {},
      /no boot signature 0x55 0xaa at file offset 0x000001fe.*600 bytes.*Accepted/,
    ],
    [
      'no signature',
      new Uint8Array(512),
      { format: 'boot-sector' },
      /offset 0x000001fe holds 0x00 0x00, not 0x55 0xaa.*flat/,
    ],
    [
      'a short sector',
      new Uint8Array(100),
      { format: 'boot-sector' },
      /512 bytes; the file has 100/,
    ],
    [
      'a ROM of an odd size',
      new Uint8Array(1000),
      { format: 'rom' },
      /65536 or 131072 bytes; the file has 1000/,
    ],
    ['an empty file', new Uint8Array(0), { format: 'flat' }, /empty/],
    [
      'an entry outside',
      CODE,
      { format: 'flat', entry: 5 },
      /entry point 0x00000005 lies outside.*--entry/,
    ],
    [
      'flat across video memory',
      new Uint8Array(9),
      { format: 'flat', loadAddress: 0x9fffc },
      /video memory/,
    ],
    [
      'flat beyond memory',
      CODE,
      { format: 'flat', loadAddress: 0x400000 },
      /needs memory.*4096 KiB/,
    ],
    [
      'real mode above 1 MiB',
      CODE,
      { format: 'flat', bits: 16, loadAddress: 0x100000 },
      /1 MiB.*--bits 32/,
    ],
    [
      'an address for a sector',
      sector(),
      { loadAddress: 0x7c00 },
      /load address can only be given for the format flat.*boot-sector/,
    ],
    ['a command line for a ROM', rom(), { commandLine: 'x' }, /command line.*multiboot.*rom/],
  ] as const)('%s', (_name, image, options, words) => {
    expect(errorOf(image, options)).toMatch(words);
  });
});

describe('Multiboot modules', () => {
  it('lie on pages of their own above the kernel and are listed with their strings', () => {
    const bytes = new Uint8Array(4 * MEBIBYTE);
    const ram = {
      size: bytes.length,
      writeBytes: (at: number, data: Uint8Array) => bytes.set(data, at),
    };
    const loaded = loadImage(flatImage(CODE), ram, {
      modules: [
        { text: 'first', bytes: new Uint8Array(5000).fill(0x11) },
        { text: 'second file', bytes: Uint8Array.of(0x22) },
      ],
    });
    if (!loaded.ok) throw new Error(loaded.error.message);
    const view = new DataView(bytes.buffer);
    const word = (at: number) => view.getUint32(at, true);
    const info = loaded.value.state.ebx;
    expect([word(info) & 8, word(info + 20)]).toEqual([8, 2]);
    const rows = word(info + 24);
    const text = (at: number) => String.fromCharCode(...bytes.subarray(at, bytes.indexOf(0, at)));
    expect([word(rows), word(rows + 4), text(word(rows + 8))]).toEqual([
      0x101000,
      0x101000 + 5000,
      'first',
    ]);
    expect([word(rows + 16), word(rows + 20), text(word(rows + 24))]).toEqual([
      0x103000,
      0x103001,
      'second file',
    ]);
    expect([bytes[0x101000], bytes[0x103000]]).toEqual([0x11, 0x22]);
  });

  it('that do not fit are named', () => {
    const modules = [{ text: 'huge.bin', bytes: new Uint8Array(8 * MEBIBYTE) }];
    expect(errorOf(flatImage(CODE), { modules })).toMatch(/'huge.bin' needs memory up to/);
  });
});
