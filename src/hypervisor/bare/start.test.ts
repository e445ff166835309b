/** Whole machines started from every format but Multiboot, and what only those can show: A20, reset, ROM, keys. */
import { describe, expect, it } from 'vitest';
import { assemble, toFlat } from '../../assembler';
import { strokesOf } from '../../machine/devices/keys';
import type { System } from '../core/system';
import { bareOn, translatedOn } from '../testing/systems';

const LIMIT = 2_000_000;

function bytesOf(source: string): Uint8Array {
  const assembled = assemble(source, { name: 'test.asm' });
  if (!assembled.ok) throw new Error(JSON.stringify(assembled.error));
  return toFlat(assembled.value);
}

const sectorOf = (body: string) =>
  bytesOf(`bits 16\norg 0x7c00\n${body}\ntimes 510-($-$$) db 0\ndw 0xaa55\n`);

/** Prints AL on COM1 and goes on. */
const PRINT = 'mov dx,0x3f8\nout dx,al';
const EXIT = 'out 0xf4,al\nhlt';

describe('a boot sector', () => {
  const HELLO = sectorOf(`
    mov bl,dl
    mov si,text
  next:
    lodsb
    test al,al
    jz done
    ${PRINT}
    jmp next
  done:
    mov al,bl
    ${EXIT}
  text: db 'real mode',0`);

  it('is started by the firmware from the reset vector, with the drive in DL', () => {
    const system = bareOn(HELLO);
    expect(system.guest()).toMatchObject({ eip: 0xfff0, cr0: 0x60000010 });
    expect(system.run(LIMIT)).toEqual({ kind: 'exited', code: 0x80 });
    expect(system.serial()).toBe('real mode');
  });

  it('runs under the monitor too, interpreted', () => {
    const system = translatedOn(HELLO);
    expect(system.run(LIMIT)).toEqual({ kind: 'exited', code: 0x80 });
    expect(system.serial()).toBe('real mode');
  });

  it('stops at a BIOS call that the firmware does not offer, and names the service', () => {
    const outcome = bareOn(sectorOf('mov ax,0x0501\nmov dl,0x80\nint 0x13')).run(LIMIT);
    expect(outcome.kind === 'stopped' && outcome.message).toMatch(
      /^BIOS service INT 13h AH=05h \(disk\) is not there: this machine's BIOS does not offer it/,
    );
  });

  it('stops at an exception it has no handler for, and names the vector', () => {
    const outcome = bareOn(sectorOf('xor cx,cx\ndiv cx')).run(LIMIT);
    expect(outcome.kind === 'stopped' && outcome.message).toMatch(/^interrupt 00h .*no handler/);
  });

  it.each([
    ['#GP, which shares its vector with IRQ 5', 'mov al,[0xffff]\nmov ax,[0xffff]', '0D'],
    ['#UD', 'ud2', '06'],
  ])('stops at %s, named', (_name, body, vector) => {
    const outcome = bareOn(sectorOf(body)).run(LIMIT);
    expect(outcome.kind === 'stopped' && outcome.message).toContain(`interrupt ${vector}h`);
  });

  it('may set its own vectors', () => {
    const image = sectorOf(`
      mov word [0x21*4],handler
      mov word [0x21*4+2],0
      int 0x21
    handler:
      mov al,7
      ${EXIT}`);
    expect(bareOn(image).run(LIMIT)).toEqual({ kind: 'exited', code: 7 });
  });
});

describe('a flat binary', () => {
  it('in real mode has no BIOS below it: a call stops and names the service', () => {
    const image = bytesOf('bits 16\norg 0x7c00\nmov ax,0x0201\nint 0x13');
    const outcome = bareOn(image, { format: 'flat', bits: 16 }).run(LIMIT);
    expect(outcome.kind === 'stopped' && outcome.message).toMatch(
      /^BIOS service INT 13h AH=02h \(disk\) is not there: this machine has no BIOS/,
    );
  });

  it('runs at its address in 32-bit protected mode', () => {
    const image = bytesOf(`bits 32\norg 0x300000\ncall next\nnext: pop eax\nshr eax,16\n${EXIT}`);
    expect(bareOn(image, { format: 'flat', loadAddress: 0x300000 }).run(LIMIT)).toEqual({
      kind: 'exited',
      code: 0x30,
    });
  });
});

describe('the log port', () => {
  it('prints bytes of a port that has no device, and of one that has', () => {
    const image = bytesOf(
      `bits 32\nmov al,'a'\nmov dx,0xe9\nout dx,al\nmov al,'b'\nout 0x80,al\nin al,0x80\n${EXIT}`,
    );
    expect(bareOn(image, { format: 'flat', logPort: 0x80 }).run(LIMIT).kind).toBe('stopped');
    const open = bareOn(image, { format: 'flat', logPort: 0xe9 });
    expect(open.run(LIMIT)).toEqual({ kind: 'exited', code: 'b'.charCodeAt(0) });
    expect(open.serial()).toBe('a');
    const post = bytesOf(`bits 32\nmov al,'b'\nout 0x80,al\nin al,0x80\n${EXIT}`);
    const both = bareOn(post, { format: 'flat', logPort: 0x80 });
    expect(both.run(LIMIT)).toEqual({ kind: 'exited', code: 'b'.charCodeAt(0) });
    expect(both.serial()).toBe('b');
  });
});

/** 64 KiB with code at F000:0000 and a far jump at the reset vector. */
const romOf = (body: string) =>
  bytesOf(
    `bits 16\norg 0\n${body}\ntimes 0xfff0-($-$$) db 0xff\nbits 16\njmp 0xf000:0\ntimes 0x10000-($-$$) db 0xff\n`,
  );

describe('a ROM image', () => {
  it('starts at the reset vector, first in the copy below 4 GiB', () => {
    const system = bareOn(romOf(`mov al,9\n${EXIT}`));
    expect(system.real().segments[1]).toMatchObject({ selector: 0xf000, base: 0xffff0000 });
    expect(Array.from(system.readReal(0xfffffff0, 1) ?? [])).toEqual([0xea]);
    expect(system.readGuest(0xfffffff0, 1)).toEqual(system.readReal(0xffff0, 1));
    system.run(1);
    expect(system.real().segments[1]).toMatchObject({ selector: 0xf000, base: 0xf0000 });
    expect(system.run(LIMIT)).toEqual({ kind: 'exited', code: 9 });
  });

  it.each([
    'mov [cs:0x8000],al',
    'mov [cs:0x8000],ax',
    'mov [cs:0x8000],eax',
    'inc byte [cs:0x8000]',
  ])('loses writes: %s', (write) => {
    const image = romOf(`mov eax,0x11223344\n${write}\nmov al,[cs:0x8000]\n${EXIT}`);
    expect(bareOn(image).run(LIMIT)).toEqual({ kind: 'exited', code: 0xff });
  });

  it.each([
    ['port 0x92', 'in al,0x92\nor al,1\nout 0x92,al'],
    ['the keyboard controller', 'mov al,0xfe\nout 0x64,al'],
    ['port 0xCF9', 'mov dx,0xcf9\nmov al,2\nout dx,al\nmov al,6\nout dx,al'],
  ])('is started again by a CPU reset through %s', (_name, reset) => {
    // RAM keeps its bytes: the second time round the counter is 1.
    const system = bareOn(
      romOf(
        `xor ax,ax\nmov ds,ax\nmov al,[0x500]\ninc byte [0x500]\ncmp al,1\nje again\n${reset}\nhlt\nagain:\n${EXIT}`,
      ),
    );
    expect(system.run(LIMIT)).toEqual({ kind: 'exited', code: 1 });
    // The count of what retired goes on.
    const one = bareOn(romOf(`xor ax,ax\nmov al,1\n${EXIT}`));
    one.run(LIMIT);
    expect(system.retired).toBeGreaterThan(one.retired + 8);
  });

  it.each([
    ['real mode', ''],
    [
      'translated protected mode',
      `lgdt [cs:gdtr]
       mov eax,cr0
       or al,1
       mov cr0,eax
       jmp dword 8:0xf0000+flat
       bits 32
     flat:
       mov cx,16
       mov ds,cx
       mov ss,cx
       mov esp,0x7000
       mov byte [0xf8000],5
       mov al,[0xf8000]`,
    ],
  ])('runs under the monitor too, which loses its writes: %s', (_name, mode) => {
    const image = romOf(
      `jmp start
       gdt: dq 0,0x00cf9b000000ffff,0x00cf93000000ffff
       gdtr: dw 23
       dd 0xf0000+gdt
       start:
       mov al,3
       mov [cs:0x8000],al
       mov al,[cs:0x8000]
       ${mode}
       ${EXIT}`,
    );
    const system = translatedOn(image);
    expect(Array.from(system.readGuest(0xfffffff0, 1) ?? [])).toEqual([0xea]);
    expect(system.run(LIMIT)).toEqual({ kind: 'exited', code: 0xff });
    const hits = system.counts()['trace-hit'] ?? 0;
    expect(hits > 0).toBe(mode !== '');
  });
});

describe('a CPU reset without firmware', () => {
  it('ends the run and says why', () => {
    const outcome = bareOn(bytesOf('bits 32\nmov al,0xfe\nout 0x64,al\nhlt'), {
      format: 'flat',
    }).run(LIMIT);
    expect(outcome.kind === 'stopped' && outcome.message).toMatch(
      /reset the CPU \(the keyboard controller\).*no firmware/,
    );
  });
});

describe('the A20 gate', () => {
  /** Writes 1 at 0x500 and 2 one MiB above, with the gate as `setup` leaves it. */
  const probe = (setup: string) =>
    bytesOf(`bits 32
      mov byte [0x500],1
      mov al,[0x100500]
      ${setup}
      mov byte [0x100500],2
      mov al,[0x500]
      ${EXIT}`);
  const close = 'in al,0x92\nand al,0xfd\nout 0x92,al';
  const at = { format: 'flat', loadAddress: 0x20000 } as const;

  it.each([
    ['open', '', 1],
    ['closed by port 0x92', close, 2],
    ['closed by the keyboard controller', 'mov al,0xdd\nout 0x64,al', 2],
    ['closed and opened again', `${close}\nor al,2\nout 0x92,al`, 1],
  ])('%s: an odd megabyte is itself, or the one below', (_name, setup, expected) => {
    expect(bareOn(probe(setup), at).run(LIMIT)).toEqual({ kind: 'exited', code: expected });
  });

  it('shows to a debugger as to the CPU, and comes back from a checkpoint', () => {
    const system = bareOn(probe(close), at);
    system.run(5);
    const saved = structuredClone(system.save());
    const pages = [{ page: 0, bytes: system.memory.u8.slice(0, 4096) }];
    system.run(6);
    expect(system.readGuest(0x100500, 1)?.[0]).toBe(2);
    system.memory.restorePages(pages);
    system.restore(saved);
    expect(system.readGuest(0x100500, 1)?.[0]).toBe(1);
    expect(system.run(LIMIT)).toEqual({ kind: 'exited', code: 2 });
  });

  it('costs the fast path nothing: a page is asked about once', () => {
    const loop = bytesOf(`bits 32\nmov ecx,10000\nnext: add [0x500],ecx\nloop next\n${EXIT}`);
    const system = bareOn(loop, at);
    let asked = 0;
    const onBus = system.pc.onBus.bind(system.pc);
    system.pc.onBus = (physical) => {
      asked++;
      return onBus(physical);
    };
    system.run(LIMIT);
    expect(asked).toBeGreaterThan(0);
    expect(asked).toBeLessThan(10);
  });
});

/** Echoes what is typed, as characters of set 1 make codes, until the escape key; polls. */
const POLLING = bytesOf(`bits 32
  wait:
    in al,0x64
    test al,1
    jz wait
    in al,0x60
    cmp al,1
    je done
    test al,0x80
    jnz wait
    mov dx,0x3f8
    out dx,al
    jmp wait
  done:
    ${EXIT}`);

const type = (system: System, text: string) => {
  const typed = strokesOf(text);
  if ('untypable' in typed) throw new Error(typed.untypable);
  system.receive({ keys: typed.strokes });
};

describe('input from outside', () => {
  const systems: [string, () => System][] = [
    ['bare', () => bareOn(POLLING, { format: 'flat' })],
    ['binary-translation', () => translatedOn(POLLING, { format: 'flat' })],
  ];

  it.each(systems)('reaches a polling guest key by key on %s', (_name, make) => {
    const system = make();
    type(system, 'Hi\x1b');
    expect(system.run(20_000_000).kind).toBe('exited');
    // Shift, H, I.
    expect(Array.from(system.serial(), (c) => c.charCodeAt(0))).toEqual([0x2a, 0x23, 0x17]);
  });

  it('waits for a guest that has not used the keyboard yet', () => {
    const system = bareOn(bytesOf('bits 32\nmov ecx,100000\nnext: loop next\nhlt'), {
      format: 'flat',
    });
    type(system, 'x');
    expect(system.run(LIMIT).kind).toBe('halted');
    expect(system.pc.board.typist.left).toBe(2);
  });

  it('reaches a guest that reads the serial line', () => {
    const image = bytesOf(`bits 32
      mov dx,0x3fd
    wait:
      in al,dx
      test al,1
      jz wait
      mov dx,0x3f8
      in al,dx
      ${EXIT}`);
    const system = bareOn(image, { format: 'flat' });
    system.receive({ serial: [0x5a] });
    expect(system.run(20_000_000)).toEqual({ kind: 'exited', code: 0x5a });
  });
});
