/** A whole disk: loaded by the BIOS, driven by its own kernel, the same on every machine, and in time both ways. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { BareSystem } from '../../hypervisor/bare/bare-system';
import { BinaryTranslationSystem } from '../../hypervisor/binary-translation/system';
import type { System } from '../../hypervisor/core/system';
import { firstDivergence, runToEnd } from '../../hypervisor/testing/equivalence';
import { fingerprintOf } from '../../session/fingerprint';
import { openWorld } from '../../session/run';
import { DEFAULT_WORLD } from '../../session/world';
import { AtaDisk } from '../devices/ata-disk';
import { bootSector, diskOf, start, TECHNIQUES } from './testing/boot';
import { diskWithKernel, EXPECTED_EXIT, EXPECTED_SERIAL, WRITTEN } from './testing/disk-kernel';

const LIMIT = 20_000_000;
const QEMU = 'qemu-system-i386';
const hasQemu = spawnSync(QEMU, ['--version']).status === 0;

const diskOfSystem = (system: System) => {
  if (!system.disk) throw new Error('the system has a disk');
  return system.disk;
};

describe.each(TECHNIQUES)('under %s', (technique) => {
  it('a kernel is loaded by INT 13h and reads and writes on by itself, with IRQ 14', () => {
    const system = start(diskWithKernel(), technique);
    expect(system.run(LIMIT)).toEqual({ kind: 'exited', code: EXPECTED_EXIT });
    expect(system.serial()).toBe(EXPECTED_SERIAL);
    const written = diskOfSystem(system).read(WRITTEN);
    expect([written[0], written[1], written[510], written[511]]).toEqual([0xff, 0x40, 0, 0x40]);
  });

  it('the system says where the firmware hands over, and gets there', () => {
    const system = start(diskWithKernel(), technique);
    expect(system.handover).toBe(0x7c00);
    while (system.guest().eip !== system.handover || system.guest().segments[1]?.base !== 0) {
      expect(system.run(system.moment + 1).kind).toBe('budget');
      expect(system.guestRetired).toBeLessThan(10_000);
    }
    expect(system.guest().gpr[2]).toBe(0x80);
  }, 30_000);

  it('a written sector changes the fingerprint, if only that', () => {
    const system = start(diskWithKernel(), technique);
    const before = fingerprintOf(system);
    if (!(system.disk instanceof AtaDisk)) throw new Error('the disk is writable');
    system.disk.write(3, new Uint8Array(512).fill(1));
    expect(fingerprintOf(system)).not.toBe(before);
  });

  it('the file that was opened stays as it was', () => {
    const image = diskWithKernel();
    start(image, technique).run(LIMIT);
    expect(Buffer.compare(image, diskWithKernel())).toBe(0);
  });

  it('writes are undone by steps back and done again by steps forward', () => {
    const opened = openWorld({
      ...DEFAULT_WORLD,
      technique,
      guest: { kind: 'image', name: 'disk.img', bytes: diskWithKernel() },
    });
    if (!opened.ok) throw new Error(opened.error.message);
    const { cursor, recording } = opened.value;
    recording.extend(LIMIT);
    const end = recording.end!;
    cursor.goTo(end);
    const disk = diskOfSystem(cursor.machine);
    const look = () => [fingerprintOf(cursor.machine), Array.from(disk.read(WRITTEN))];
    const after = look();
    expect(disk.writtenCount).toBe(1);
    // The last moment at which nothing was written yet.
    let [low, high] = [0, end];
    while (high - low > 1) {
      const middle = (low + high) >>> 1;
      cursor.goTo(middle);
      if (disk.writtenCount === 0) low = middle;
      else high = middle;
    }
    cursor.goTo(low);
    const before = look();
    expect([disk.writtenCount, disk.read(WRITTEN)[0]]).toEqual([0, 0]);
    cursor.goTo(high);
    expect([disk.writtenCount, disk.read(WRITTEN)[0]]).toEqual([1, 0xff]);
    cursor.goTo(low);
    expect(look()).toEqual(before);
    cursor.goTo(end);
    expect(look()).toEqual(after);
    const fresh = start(diskWithKernel(), technique, 8);
    fresh.run(end);
    expect(fingerprintOf(fresh)).toBe(after[0]);
  }, 120_000);
});

describe('binary translation', () => {
  it('shows the guest what bare shows it before each instruction, firmware and all', () => {
    const recorded = start(diskWithKernel(), 'binary-translation');
    const outcome = runToEnd(recorded, LIMIT);
    const facts = recorded.timedFacts();
    const technique = start(diskWithKernel(), 'binary-translation');
    const bare = start(diskWithKernel(), 'bare');
    if (!(bare instanceof BareSystem && technique instanceof BinaryTranslationSystem)) {
      throw new Error('the systems are what was asked for');
    }
    const replay = bare.replay(facts);
    const interrupted = facts.filter((fact) => fact.kind === 'interrupt');
    const divergence = firstDivergence(
      { system: technique, guestFrame: (page) => technique.pmap.guestFrame(page) },
      { system: bare, guestFrame: (page) => page },
      LIMIT,
    );
    expect(divergence).toBe(null);
    expect([replay.divergence, replay.remaining]).toEqual([null, { interrupts: 0, reads: 0 }]);
    expect(outcome).toEqual({ kind: 'exited', code: EXPECTED_EXIT });
    expect(interrupted.length).toBeGreaterThanOrEqual(6);
    expect(bare.guestRetired).toBe(recorded.guestRetired);
    const written = [bare, technique].map((system) => Array.from(system.disk?.read(WRITTEN) ?? []));
    expect(written[0]).toEqual(written[1]);
    expect(fingerprintOf(technique)).toBe(fingerprintOf(recorded));
  }, 120_000);
});

describe.skipIf(!hasQemu)(`on QEMU${hasQemu ? '' : ` [SKIPPED: ${QEMU} is not installed]`}`, () => {
  /** Runs a disk there. Its code comes back as twice itself and one. */
  function onQemu(image: Uint8Array, drive: 'ide' | 'floppy') {
    const folder = mkdtempSync(join(tmpdir(), 'ringside-disk-'));
    try {
      const file = join(folder, 'disk.img');
      const serial = join(folder, 'serial.txt');
      writeFileSync(file, image);
      const run = spawnSync(
        QEMU,
        [
          ...['-drive', `format=raw,file=${file},if=${drive}`, '-serial', `file:${serial}`],
          ...['-device', 'isa-debug-exit,iobase=0xf4,iosize=0x04'],
          ...['-display', 'none', '-nodefaults', '-no-reboot', '-m', '32'],
        ],
        { timeout: 50_000 },
      );
      return {
        exit: run.status,
        serial: readFileSync(serial, 'latin1'),
        image: readFileSync(file),
      };
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }

  it('the same disk prints the same and ends with the same bytes on it', () => {
    const there = onQemu(diskWithKernel(), 'ide');
    const here = start(diskWithKernel(), 'bare');
    here.run(LIMIT);
    expect(there.serial).toBe(here.serial());
    expect(there.exit).toBe(EXPECTED_EXIT * 2 + 1);
    const disk = diskOfSystem(here);
    for (let sector = 0; sector < disk.sectors; sector++) {
      const bytes = there.image.subarray(sector * 512, sector * 512 + 512);
      expect(Buffer.compare(bytes, disk.read(sector)), `sector ${sector}`).toBe(0);
    }
  }, 60_000);

  /** Prints AX and then exits; for what INT 13h and 15h answer. */
  const PRINT = `
    jmp begin
    hex: ; AX
      pushad
      mov cx,4
    .digit:
      rol ax,4
      push ax
      and al,15
      cmp al,10
      sbb al,0x69
      das
      mov dx,0x3f8
      out dx,al
      pop ax
      loop .digit
      mov al,' '
      out dx,al
      popad
      ret
    begin:
      xor ax,ax
      mov ds,ax
      mov es,ax
      mov ss,ax
      mov sp,0x7c00
      mov dl,[0x5f0]`;

  it('a floppy image is drive 00h there as here, with the same geometry and errors', () => {
    const body = `${PRINT}
      mov ah,8
      int 0x13
      mov ax,cx
      call hex
      mov ax,dx
      call hex
      movzx ax,bl
      call hex
      xor ax,ax
      mov es,ax
      mov ax,0x0202
      mov cx,0x0112
      mov dx,0x0000
      mov bx,0x1000
      int 0x13
      call hex
      mov ax,[0x1000]
      call hex
      mov ax,[0x1200]
      call hex
      mov ah,0x15
      mov dl,0
      int 0x13
      movzx ax,ah
      call hex`;
    const sector = bootSector(body.replace('mov dl,[0x5f0]', ''));
    const there = onQemu(diskOf(sector, 2880), 'floppy');
    const here = start(diskOf(sector, 2880), 'bare');
    expect(here.run(LIMIT).kind).toBe('exited');
    expect(here.serial()).toMatch(/^4F12 0101 0004 0002 /);
    // AH=15h: SeaBIOS says the drive could tell that its disk was changed; ours cannot.
    expect(there.serial.replace(/0002 $/, '0001 ')).toBe(here.serial());
  }, 60_000);
});
