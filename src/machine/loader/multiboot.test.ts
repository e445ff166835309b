import { describe, expect, it } from 'vitest';
import { loadImage } from './load-image';
import type { ImageOptions } from './machine-image';
import { parseMultiboot } from './multiboot';
import { concat, elf32, flatImage, multibootHeader, words } from './testing/images';

const MEBIBYTE = 0x100000;

function loadMultiboot(
  image: Uint8Array,
  ram: Parameters<typeof loadImage>[1],
  options: ImageOptions = {},
) {
  const loaded = loadImage(image, ram, { format: 'multiboot', ...options });
  if (!loaded.ok) return loaded;
  return { ok: true as const, value: { ...loaded.value, infoAddress: loaded.value.state.ebx } };
}

function memory(size = 4 * MEBIBYTE) {
  const bytes = new Uint8Array(size).fill(0xee);
  const view = new DataView(bytes.buffer);
  return {
    size,
    bytes,
    writeBytes: (at: number, data: Uint8Array) => bytes.set(data, at),
    word: (at: number) => view.getUint32(at, true),
    text: (at: number) => {
      let end = at;
      while (bytes[end] !== 0) end++;
      return String.fromCharCode(...bytes.subarray(at, end));
    },
  };
}

const CODE = Uint8Array.of(0xfa, 0xf4, 0xeb, 0xfd);
const kernel = (overrides: Partial<Parameters<typeof elf32>[0]> = {}) =>
  elf32({
    entry: MEBIBYTE + 12,
    parts: [
      {
        virtual: MEBIBYTE,
        physical: MEBIBYTE,
        bytes: concat(multibootHeader(0x3), CODE),
        memoryBytes: 0x100,
      },
    ],
    ...overrides,
  });

const errorOf = (image: Uint8Array, size?: number): string => {
  const result = loadMultiboot(image, memory(size));
  return result.ok ? 'it loaded' : `${result.error.message} ${result.error.hint}`;
};

describe('Multiboot loader', () => {
  it('loads the segments of an ELF32 kernel and clears their bss', () => {
    const ram = memory();
    const loaded = loadMultiboot(kernel(), ram);
    expect(loaded.ok && loaded.value.entry).toBe(MEBIBYTE + 12);
    expect(ram.word(MEBIBYTE)).toBe(0x1badb002);
    expect(Array.from(ram.bytes.subarray(MEBIBYTE + 12, MEBIBYTE + 18))).toEqual([...CODE, 0, 0]);
    expect([ram.bytes[MEBIBYTE + 0xff], ram.bytes[MEBIBYTE + 0x100]]).toEqual([0, 0xee]);
  });

  it('enters the kernel as the specification says', () => {
    const loaded = loadMultiboot(kernel(), memory());
    if (!loaded.ok) throw new Error(loaded.error.message);
    const { state, infoAddress } = loaded.value;
    expect(state).toEqual({
      eip: MEBIBYTE + 12,
      eax: 0x2badb002,
      ebx: infoAddress,
      eflags: 0x2,
      cr0: 0x11,
      code: { selector: 0x08, base: 0, limit: 0xffffffff, rights: 0xc09b },
      data: { selector: 0x10, base: 0, limit: 0xffffffff, rights: 0xc093 },
    });
  });

  it('gives memory size, command line, memory map and loader name in the information structure', () => {
    const ram = memory();
    const loaded = loadMultiboot(kernel(), ram, { commandLine: 'kernel quiet' });
    const at = loaded.ok ? loaded.value.infoAddress : 0;
    expect(ram.word(at)).toBe(0b1001000101);
    expect([ram.word(at + 4), ram.word(at + 8)]).toEqual([640, 3 * 1024]);
    expect(ram.text(ram.word(at + 16))).toBe('kernel quiet');
    expect(ram.text(ram.word(at + 64))).toBe('Ringside');
    const areas = [];
    const map = ram.word(at + 48);
    for (let entry = map; entry < map + ram.word(at + 44); entry += ram.word(entry) + 4) {
      areas.push([ram.word(entry + 4), ram.word(entry + 12), ram.word(entry + 20)]);
    }
    expect(areas).toEqual([
      [0, 0xa0000, 1],
      [0xa0000, 0x60000, 2],
      [MEBIBYTE, 3 * MEBIBYTE, 1],
    ]);
  });

  it('tells a kernel that asks for a video mode that it is in text mode', () => {
    const ram = memory();
    const header = multibootHeader(0x10004, MEBIBYTE, MEBIBYTE, 0, 0, MEBIBYTE + 48, 1, 80, 25, 0);
    const loaded = loadMultiboot(concat(header, CODE), ram, { commandLine: 'text' });
    if (!loaded.ok) throw new Error(loaded.error.message);
    const at = loaded.value.infoAddress;
    expect(ram.word(at) & (1 << 12)).not.toBe(0);
    expect([88, 92, 96, 100, 104].map((field) => ram.word(at + field))).toEqual([
      ...[0xb8000, 0, 160, 80, 25],
    ]);
    expect([ram.bytes[at + 108], ram.bytes[at + 109]]).toEqual([16, 2]);
    expect(ram.text(ram.word(at + 16))).toBe('text');
    const plain = loadMultiboot(kernel(), ram);
    expect(plain.ok && ram.word(plain.value.infoAddress) & (1 << 12)).toBe(0);
  });

  it('passes the command line as UTF-8', () => {
    const ram = memory();
    const loaded = loadMultiboot(kernel(), ram, { commandLine: 'é€ 1' });
    if (!loaded.ok) throw new Error(loaded.error.message);
    const at = ram.word(loaded.value.infoAddress + 16);
    const text = new TextDecoder().decode(ram.bytes.subarray(at, at + 7));
    expect(text).toBe('é€ 1');
    expect(ram.bytes[at + 7]).toBe(0);
  });

  it('puts the information structure where the image is not', () => {
    const ram = memory();
    const low = flatImage(CODE, 0x1000, 0x2800);
    const loaded = loadMultiboot(low, ram);
    expect(loaded.ok && loaded.value.infoAddress).toBe(0x4000);
    expect(ram.word(0x1000)).toBe(0x1badb002);
  });

  it('finds the header at any 4-byte boundary of the first 8 KiB', () => {
    const header = multibootHeader(0x10000, 0x200000 + 8180 - 32, 0x200000, 0, 0, 0x200000);
    const image = concat(new Uint8Array(8148), header, CODE);
    const loaded = parseMultiboot(image);
    expect(loaded.ok && loaded.value.header.offset).toBe(8148);
  });

  it('takes the address fields before the ELF headers', () => {
    const parsed = parseMultiboot(flatImage(CODE, 0x200000, 16));
    if (!parsed.ok) throw new Error(parsed.error.message);
    expect(parsed.value.entry).toBe(0x200020);
    expect(parsed.value.segments[0]).toMatchObject({ address: 0x200000, memoryBytes: 32 + 4 + 16 });
  });

  it('starts a kernel linked high at its physical entry', () => {
    const parts = [
      { virtual: 0xc0100000, physical: MEBIBYTE, bytes: concat(multibootHeader(0), CODE) },
    ];
    for (const entry of [0xc010000c, MEBIBYTE + 12]) {
      const parsed = parseMultiboot(elf32({ entry, parts }));
      expect(parsed.ok && parsed.value.entry).toBe(MEBIBYTE + 12);
    }
  });

  it('reads the names of places from the symbol table, by address', () => {
    const parsed = parseMultiboot(
      kernel({
        symbols: [
          { name: 'halt', address: MEBIBYTE + 13 },
          { name: 'start', address: MEBIBYTE + 12, type: 0 },
          { name: 'kernel.asm', address: 0, type: 4, section: 0xfff1 },
          { name: 'PAGE_SIZE', address: 4096, type: 0, section: 0xfff1 },
          { name: 'elsewhere', address: 0, type: 0, section: 0 },
        ],
      }),
    );
    expect(parsed.ok && parsed.value.symbols).toEqual([
      { name: 'start', address: MEBIBYTE + 12 },
      { name: 'halt', address: MEBIBYTE + 13 },
    ]);
  });

  it('loads the same image from the middle of a larger buffer', () => {
    const image = kernel();
    const larger = concat(new Uint8Array(7), image);
    expect(loadMultiboot(larger.subarray(7), memory()).ok).toBe(true);
  });

  describe('says precisely what is wrong with', () => {
    const patched = (offset: number, ...bytes: number[]) => {
      const image = kernel();
      image.set(bytes, offset);
      return image;
    };
    it.each([
      ['an empty file', new Uint8Array(0), /No Multiboot header.*first 0 bytes.*Accepted/],
      ['a text file', new TextEncoder().encode('mov eax, cr0\nhlt\n'), /No Multiboot header/],
      [
        'a bad checksum',
        concat(words(0x1badb002, 3, 1)),
        /offset 0x00000000.*checksum is 0xe4524ffb/,
      ],
      [
        'a misaligned header',
        concat(new Uint8Array(2), multibootHeader(0)),
        /offset 0x00000002 is not 4-byte aligned/,
      ],
      [
        'a header too far in',
        concat(new Uint8Array(8192), multibootHeader(0)),
        /0x00002000 lies outside the first 8 KiB/,
      ],
      ['an unknown requirement', multibootHeader(0x8), /flag bits 3/],
      ['graphics', multibootHeader(0x4, 0, 0, 0, 0, 0, 0, 640, 480, 32), /type 0, 640 x 480/],
      ['a header alone', multibootHeader(0), /not ELF.*flag 16 is 0/],
      ['address fields cut off', multibootHeader(0x10000, 1), /cut off before its address fields/],
      [
        'an ELF file cut off',
        kernel().subarray(0, 90),
        /ends at offset 0x0000005a, inside the Multiboot header at 0x00000054/,
      ],
      [
        'an ELF file without header',
        kernel().fill(0, 84, 88),
        /of the ELF file.*Add a Multiboot header/,
      ],
      [
        'a Multiboot 2 kernel',
        words(0, 0, 0xe85250d6, 0, 24, -(0xe85250d6 + 24), 0, 8),
        /Multiboot 2 header \(file offset 0x00000008\).*Add a Multiboot 1 header/,
      ],
      [
        'segments on top of each other',
        kernel({
          parts: [
            { virtual: MEBIBYTE, physical: MEBIBYTE, bytes: concat(multibootHeader(0), CODE) },
            { virtual: 0xc0000000, physical: MEBIBYTE + 8, bytes: CODE },
          ],
        }),
        /Program header 1 \(file offset 0x00000054\) puts 4 bytes at 0x00100008, over the 16 bytes.*0x00100000/,
      ],
      [
        'a kernel linked high without physical addresses',
        kernel({
          entry: 0xc010000c,
          parts: [
            { virtual: 0xc0100000, physical: 0xc0100000, bytes: concat(multibootHeader(0), CODE) },
          ],
        }),
        /memory from 0xc0100000.*AT\(/,
      ],
      ['a 64-bit ELF file', patched(4, 2), /64-bit \(class byte at file offset 4/],
      ['a big-endian ELF file', patched(5, 2), /big-endian/],
      ['another processor', patched(18, 40), /machine number 40/],
      ['an object file', patched(16, 1), /relocatable object.*not an executable/],
      ['a shared object', patched(16, 3), /position-independent/],
      [
        'a segment beyond the file',
        patched(52 + 16, 0xff),
        /Program header 0 \(file offset 0x00000034\) wants 255 bytes/,
      ],
      ['a truncated program header table', patched(44, 200), /200 entries of 32 bytes/],
      ['no segment', patched(52, 4), /no segment to load/],
      ['dynamic linking', patched(52, 2), /dynamic linking/],
      ['an entry point elsewhere', kernel({ entry: 0x300000 }), /entry point 0x00300000/],
      [
        'a load end beyond the file',
        multibootHeader(0x10000, 0x1000, 0x1000, 0x9000, 0, 0x1000),
        /load_end_addr 0x00009000 \(file offset 0x00000014\)/,
      ],
      [
        'an image before the file',
        multibootHeader(0x10000, 0x2000, 0x1000, 0, 0, 0x1000),
        /begin before the file/,
      ],
      [
        'an entry outside a flat image',
        multibootHeader(0x10000, 0x1000, 0x1000, 0, 0, 0x9000),
        /entry_addr 0x00009000/,
      ],
      [
        'a bss that ends early',
        multibootHeader(0x10000, 0x1000, 0x1000, 0, 0x1001, 0x1000),
        /bss_end_addr/,
      ],
      ['an image in video memory', flatImage(CODE, 0x9fff0), /video memory and ROMs/],
      [
        'an image beyond memory',
        flatImage(CODE, 0x3fffff0),
        /0x03fffff0 to 0x04000014; the guest has 4096 KiB/,
      ],
      [
        'no room below 640 KiB',
        flatImage(CODE, 0x100, 0x9ff00 - 36),
        /no room for the boot information/,
      ],
    ])('%s', (_name, image, message) => {
      expect(errorOf(image)).toMatch(message);
    });

    it('a command line that is too long', () => {
      const result = loadMultiboot(kernel(), memory(), { commandLine: 'x'.repeat(2000) });
      expect(result.ok).toBe(false);
    });
  });

  it('writes nothing when the image does not fit', () => {
    const ram = memory(MEBIBYTE);
    const image = kernel();
    expect(loadMultiboot(image, ram).ok).toBe(false);
    expect(ram.bytes.every((byte) => byte === 0xee)).toBe(true);
  });
});
