import { describe, expect, it } from 'vitest';
import { Clock, CYCLES_PER_SECOND } from '../clock';
import { COSTS } from '../costs';
import { NotImplemented } from '../outcome';
import { PortBus } from '../ports';
import { Ata } from './ata';
import { AtaDisk, SECTOR_BYTES } from './ata-disk';

const DATA = 0x1f0;
const CONTROL = 0x3f6;
const SECTORS = 40;
/** Longer than the disk is ever busy. */
const LONG = Math.round(CYCLES_PER_SECOND / 1000);

/** Byte `i` of sector `n`. */
const byteOf = (n: number, i: number) => (n * 7 + i) & 0xff;
const sectorBytes = (n: number) => Array.from({ length: SECTOR_BYTES }, (_, i) => byteOf(n, i));
const image = (sectors = SECTORS) =>
  Uint8Array.from({ length: sectors * SECTOR_BYTES }, (_, i) =>
    byteOf(Math.floor(i / SECTOR_BYTES), i % SECTOR_BYTES),
  );

function setUp(bytes: Uint8Array = image()) {
  const clock = new Clock(COSTS.modern);
  const bus = new PortBus({ emit: () => {} }, 'physical');
  const line = { high: false, edges: 0 };
  const ata = new Ata(new AtaDisk(bytes), clock, 'disk', bus, (high) => {
    if (high && !line.high) line.edges++;
    line.high = high;
  });
  for (const [first, count] of Ata.ports) bus.register(first, count, ata);
  bus.registerWord(Ata.wordPort, ata);
  const out = (port: number, value: number) => bus.write(port, 1, value);
  const status = () => bus.read(DATA + 7, 1);
  const wait = (cycles = LONG) => {
    clock.charge('idle', cycles);
    clock.onDeadline();
  };
  const command = (code: number, lba = 0, count = 1) => {
    out(DATA + 2, count);
    out(DATA + 3, lba & 0xff);
    out(DATA + 4, (lba >> 8) & 0xff);
    out(DATA + 5, (lba >> 16) & 0xff);
    out(DATA + 6, 0xe0 | ((lba >> 24) & 0x0f));
    out(DATA + 7, code);
  };
  const words = (count = 256) => Array.from({ length: count }, () => bus.read(DATA, 2));
  const bytesRead = () => words().flatMap((word) => [word & 0xff, word >> 8]);
  const writeSector = (content: readonly number[]) => {
    for (let i = 0; i < content.length; i += 2) {
      bus.write(DATA, 2, (content[i] ?? 0) | ((content[i + 1] ?? 0) << 8));
    }
  };
  const registers = () => [2, 3, 4, 5, 6].map((i) => bus.read(DATA + i, 1));
  return {
    ...{ clock, bus, line, ata, out, status, wait, command, words, bytesRead },
    ...{ writeSector, registers },
  };
}

const READY = 0x50;
const DATA_REQUEST = 0x58;
const FAILED = 0x51;
const ABORTED = 0x04;
const NOT_FOUND = 0x10;

describe('READ SECTORS', () => {
  it('is busy, then asks for the host with DRQ and IRQ 14, then gives the sector', () => {
    const disk = setUp();
    disk.command(0x20, 3);
    expect([disk.status(), disk.line.high]).toEqual([0x80, false]);
    disk.wait();
    expect([disk.line.high, disk.bus.read(CONTROL, 1), disk.line.high]).toEqual([
      true,
      DATA_REQUEST,
      true,
    ]);
    expect([disk.status(), disk.line.high]).toEqual([DATA_REQUEST, false]);
    expect(disk.bytesRead()).toEqual(sectorBytes(3));
    expect(disk.status()).toBe(READY);
    disk.wait();
    expect(disk.line.edges).toBe(1);
  });

  it('gives several sectors with one interrupt each, and names the last one', () => {
    const disk = setUp();
    disk.command(0x21, 5, 3);
    for (const sector of [5, 6, 7]) {
      disk.wait();
      expect(disk.status()).toBe(DATA_REQUEST);
      expect(disk.bytesRead()).toEqual(sectorBytes(sector));
    }
    expect(disk.line.edges).toBe(3);
    expect([disk.status(), disk.registers()]).toEqual([READY, [0, 7, 0, 0, 0xe0]]);
  });

  it('is busy between two sectors', () => {
    const disk = setUp();
    disk.command(0x20, 0, 2);
    disk.wait();
    disk.words();
    expect(disk.status()).toBe(0x80);
  });

  it('takes 0 as 256 sectors', () => {
    const disk = setUp(image(300));
    disk.command(0x20, 1, 0);
    for (let sector = 1; sector <= 256; sector++) {
      disk.wait();
      expect(disk.words(256)[0]).toBe(byteOf(sector, 0) | (byteOf(sector, 1) << 8));
    }
    disk.wait();
    expect(disk.status()).toBe(READY);
  });

  it('finds sectors by cylinder, head and sector in the geometry it was told', () => {
    const disk = setUp();
    disk.out(DATA + 2, 4); // sectors of a track
    disk.out(DATA + 6, 0xa0 | 1); // last head
    disk.out(DATA + 7, 0x91);
    disk.wait();
    expect(disk.status()).toBe(READY);
    // Cylinder 2, head 1, sector 3: (2 * 2 + 1) * 4 + 2.
    [1, 3, 2, 0, 0xa0 | 1].forEach((value, i) => {
      disk.out(DATA + 2 + i, value);
    });
    disk.out(DATA + 7, 0x20);
    disk.wait();
    expect(disk.bytesRead()).toEqual(sectorBytes(22));
    // Sector 0 and sector 5 are on no track.
    for (const sector of [0, 5]) {
      disk.out(DATA + 3, sector);
      disk.out(DATA + 7, 0x20);
      disk.wait();
      expect([disk.status(), disk.bus.read(DATA + 1, 1)]).toEqual([FAILED, NOT_FOUND]);
    }
  });

  it('fails behind the last sector, and says which one was not found', () => {
    const disk = setUp();
    disk.command(0x20, SECTORS - 1, 2);
    disk.wait();
    expect(disk.bytesRead()).toEqual(sectorBytes(SECTORS - 1));
    disk.wait();
    expect([disk.status(), disk.bus.read(DATA + 1, 1)]).toEqual([FAILED, NOT_FOUND]);
    expect(disk.registers()[1]).toBe(SECTORS);
    expect(disk.words(1)).toEqual([0xffff]);
  });

  it('reads zeros where the image ends inside a sector', () => {
    const disk = setUp(image(2).slice(0, 512 + 100));
    disk.command(0x20, 1);
    disk.wait();
    const expected = sectorBytes(1).map((byte, i) => (i < 100 ? byte : 0));
    expect(disk.bytesRead()).toEqual(expected);
  });

  it('moves two words with a 32-bit access, and is loud about one of 8 bits', () => {
    const disk = setUp();
    disk.command(0x20, 2);
    disk.wait();
    const [a, b, c, d] = sectorBytes(2) as [number, number, number, number];
    expect(disk.bus.read(DATA, 4)).toBe((a | (b << 8) | (c << 16) | (d << 24)) >>> 0);
    expect(() => disk.bus.read(DATA, 1)).toThrow(NotImplemented);
  });
});

describe('WRITE SECTORS', () => {
  it('asks for the first sector without an interrupt, ends with one, and keeps what was written', () => {
    const disk = setUp();
    const original = image();
    const content = sectorBytes(99);
    disk.command(0x30, 4, 2);
    disk.wait();
    expect([disk.status(), disk.line.edges]).toEqual([DATA_REQUEST, 0]);
    disk.writeSector(content);
    expect(disk.status()).toBe(0x80);
    disk.wait();
    expect([disk.line.edges, disk.status()]).toEqual([1, DATA_REQUEST]);
    disk.writeSector(content.toReversed());
    disk.wait();
    expect([disk.line.edges, disk.status()]).toEqual([2, READY]);
    for (const [sector, expected] of [
      [3, sectorBytes(3)],
      [4, content],
      [5, content.toReversed()],
      [6, sectorBytes(6)],
    ] as const) {
      disk.command(0x20, sector);
      disk.wait();
      expect(disk.bytesRead()).toEqual(expected);
    }
    expect(disk.ata.disk.writtenCount).toBe(2);
    expect(image()).toEqual(original);
  });

  it('fails behind the last sector', () => {
    const disk = setUp();
    disk.command(0x30, SECTORS);
    disk.wait();
    expect([disk.status(), disk.bus.read(DATA + 1, 1)]).toEqual([FAILED, NOT_FOUND]);
    disk.writeSector(sectorBytes(1));
    expect(disk.ata.disk.writtenCount).toBe(0);
  });
});

describe('READ and WRITE MULTIPLE', () => {
  it('are refused until SET MULTIPLE MODE has said how many', () => {
    const disk = setUp();
    for (const code of [0xc4, 0xc5]) {
      disk.command(code);
      disk.wait();
      expect([disk.status(), disk.bus.read(DATA + 1, 1)]).toEqual([FAILED, ABORTED]);
    }
    for (const count of [3, 32]) {
      disk.command(0xc6, 0, count);
      disk.wait();
      expect(disk.status()).toBe(FAILED);
    }
  });

  it('move blocks with one interrupt each, the last one shorter', () => {
    const disk = setUp();
    disk.command(0xc6, 0, 4);
    disk.wait();
    disk.status();
    const before = disk.line.edges;
    disk.command(0xc4, 10, 6);
    const read: number[] = [];
    for (const sectors of [4, 2]) {
      disk.wait();
      expect(disk.status()).toBe(DATA_REQUEST);
      for (let i = 0; i < sectors; i++) read.push(...disk.bytesRead());
    }
    expect(read).toEqual([10, 11, 12, 13, 14, 15].flatMap(sectorBytes));
    expect(disk.line.edges - before).toBe(2);
    disk.command(0xc5, 0, 4);
    disk.wait();
    for (let i = 0; i < 4; i++) disk.writeSector(sectorBytes(50 + i));
    disk.wait();
    expect([disk.status(), disk.ata.disk.writtenCount]).toEqual([READY, 4]);
    expect(Array.from(disk.ata.disk.read(3))).toEqual(sectorBytes(53));
  });
});

describe('IDENTIFY DEVICE', () => {
  it('tells kind, geometry, capacity, name and what is there', () => {
    const disk = setUp(image(3000));
    disk.command(0xec);
    disk.wait();
    const words = disk.words();
    expect([words[0], words[1], words[3], words[6]]).toEqual([0x40, 2, 16, 63]);
    expect([words[49], (words[60] ?? 0) | ((words[61] ?? 0) << 16)]).toEqual([0x200, 3000]);
    const name = words.slice(27, 47).flatMap((word) => [word >> 8, word & 0xff]);
    expect(String.fromCharCode(...name).trimEnd()).toBe('Ringside disk');
    expect(disk.status()).toBe(READY);
  });
});

describe('other commands', () => {
  it.each([
    ['RECALIBRATE', 0x10],
    ['SEEK', 0x70],
    ['READ VERIFY SECTORS', 0x40],
    ['EXECUTE DEVICE DIAGNOSTIC', 0x90],
    ['STANDBY IMMEDIATE', 0xe0],
    ['IDLE IMMEDIATE', 0xe1],
    ['CHECK POWER MODE', 0xe5],
    ['FLUSH CACHE', 0xe7],
  ])('%s ends well, with an interrupt', (_name, code) => {
    const disk = setUp();
    disk.command(code, 1);
    disk.wait();
    expect([disk.line.edges, disk.status()]).toEqual([1, READY]);
  });

  it.each([
    ['PIO mode 4', 0x03, 0x0c, READY],
    ['write cache off', 0x82, 0, READY],
    ['a DMA mode', 0x03, 0x22, FAILED],
    ['something unheard of', 0x77, 0, FAILED],
  ])('SET FEATURES: %s', (_name, feature, count, expected) => {
    const disk = setUp();
    disk.out(DATA + 1, feature);
    disk.command(0xef, 0, count);
    disk.wait();
    expect(disk.status()).toBe(expected);
  });

  it.each([
    ['NOP', 0x00],
    ['DEVICE RESET, for CD drives', 0x08],
    ['READ DMA', 0xc8],
    ['READ SECTORS EXT', 0x24],
    ['IDENTIFY PACKET DEVICE', 0xa1],
    ['a vendor’s own', 0xff],
  ])('%s is aborted, as a disk without it does', (_name, code) => {
    const disk = setUp();
    disk.command(code);
    disk.wait();
    expect([disk.line.high, disk.status(), disk.bus.read(DATA + 1, 1)]).toEqual([
      true,
      FAILED,
      ABORTED,
    ]);
  });

  it('a verify over the end and a seek behind it find nothing', () => {
    const disk = setUp();
    for (const [code, lba, count] of [
      [0x40, SECTORS - 1, 2],
      [0x70, SECTORS, 1],
    ] as const) {
      disk.command(code, lba, count);
      disk.wait();
      expect([disk.status(), disk.bus.read(DATA + 1, 1)]).toEqual([FAILED, NOT_FOUND]);
    }
  });
});

describe('the channel', () => {
  it('answers with status 0 for a second disk, and obeys no command to it', () => {
    const disk = setUp();
    disk.out(DATA + 6, 0xf0);
    expect([disk.status(), disk.bus.read(CONTROL, 1)]).toEqual([0, 0]);
    disk.out(DATA + 7, 0xec);
    disk.wait();
    expect([disk.status(), disk.words(1), disk.line.edges]).toEqual([0, [0xffff], 0]);
    disk.out(DATA + 6, 0xe0);
    expect(disk.status()).toBe(READY);
  });

  it('shows the signature of a disk after a software reset, without interrupt', () => {
    const disk = setUp();
    disk.command(0x20, 0x12);
    disk.out(CONTROL, 0x04);
    expect(disk.status()).toBe(0x80);
    disk.wait();
    expect(disk.status()).toBe(0x80);
    disk.out(CONTROL, 0x00);
    expect(disk.status()).toBe(0x80);
    disk.wait();
    expect([disk.status(), disk.bus.read(DATA + 1, 1)]).toEqual([READY, 1]);
    expect(disk.registers()).toEqual([1, 1, 0, 0, 0xa0]);
    expect([disk.line.edges, disk.words(1)]).toEqual([0, [0xffff]]);
  });

  it('keeps its interrupt to itself under nIEN, and lets it out when the bit falls', () => {
    const disk = setUp();
    disk.out(CONTROL, 0x02);
    disk.command(0x20);
    expect(disk.ata.isAbout).toBe(false);
    disk.wait();
    expect(disk.line.high).toBe(false);
    disk.out(CONTROL, 0x00);
    expect(disk.line.high).toBe(true);
    disk.status();
    expect(disk.line.high).toBe(false);
  });

  it('forgets the transfer of a command when the next one comes', () => {
    const disk = setUp();
    disk.command(0x20, 1, 4);
    disk.wait();
    disk.words(10);
    disk.command(0x20, 9);
    disk.wait();
    expect(disk.bytesRead()).toEqual(sectorBytes(9));
    expect(disk.status()).toBe(READY);
  });

  it('says that the status depends on time, and that nothing else does', () => {
    const disk = setUp();
    const timed: number[] = [];
    disk.bus.onRead = (port, value, depends) => {
      if (depends) timed.push(port);
      return value;
    };
    disk.command(0x20);
    disk.wait();
    disk.registers();
    disk.bus.read(DATA, 2);
    disk.bus.read(CONTROL, 1);
    disk.status();
    expect(timed).toEqual([CONTROL, DATA + 7]);
  });
});

describe('a checkpoint', () => {
  it('in the middle of a write has the same future, and shares the sectors', () => {
    const disk = setUp();
    const half = sectorBytes(77).slice(0, 200);
    disk.command(0x30, 1);
    disk.wait();
    disk.writeSector(sectorBytes(60));
    disk.wait();
    disk.command(0x30, 2);
    disk.wait();
    disk.writeSector(half);
    const saved = { ata: disk.ata.save(), clock: disk.clock.save() };
    const finish = () => {
      disk.writeSector(sectorBytes(77).slice(200));
      disk.wait();
      return [disk.status(), Array.from(disk.ata.disk.read(2)), disk.clock.cycles];
    };
    const first = finish();
    expect(saved.ata.written.size).toBe(1);
    expect(disk.ata.save().written.get(1)).toBe(saved.ata.written.get(1));
    disk.clock.restore(saved.clock);
    disk.ata.restore(structuredClone(saved.ata));
    expect(Array.from(disk.ata.disk.read(2))).toEqual(sectorBytes(2));
    expect(finish()).toEqual(first);
    // Once more from the same checkpoint: nothing has written into it.
    disk.clock.restore(saved.clock);
    disk.ata.restore(saved.ata);
    expect(finish()).toEqual(first);
    expect(saved.ata.written.size).toBe(1);
  });

  it('keeps the disk at a reset of the machine', () => {
    const disk = setUp();
    disk.command(0x30, 1);
    disk.wait();
    disk.writeSector(sectorBytes(60));
    disk.command(0x20, 5, 2);
    disk.ata.reset();
    expect([disk.status(), disk.words(1)]).toEqual([READY, [0xffff]]);
    expect(Array.from(disk.ata.disk.read(1))).toEqual(sectorBytes(60));
  });
});
