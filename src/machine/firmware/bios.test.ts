/** What programs see of the firmware: each service called by a boot sector, on the PC and under binary translation. */
import { describe, expect, it } from 'vitest';
import { type BootOptions, type Booted, boot, bootSector, start, TECHNIQUES } from './testing/boot';

const DONE = { kind: 'exited', code: 0 };

describe('power-on', () => {
  it('reaches the boot sector within 10,000 instructions', () => {
    const system = start(bootSector('jmp $'), 'bare');
    system.run(10_000);
    expect(system.guest()).toMatchObject({ eip: 0x7c04, cr0: 0x10 });
  });

  it('prints a sentence and stops where the first sector is no longer bootable', () => {
    const { screen, outcome } = boot(`
      mov word [0x7dfe],0
      mov ax,0x0301
      mov cx,1
      mov dx,0x80
      mov bx,0x7c00
      int 0x13
      int 0x19`);
    expect(outcome.kind).toBe('halted');
    expect(screen[0]).toMatch(/^No bootable disk/);
  });

  it('comes again at INT 19h, a reset of the CPU and Ctrl-Alt-Del', () => {
    // The first sector counts its starts on the disk itself, since RAM is the BIOS's to clear.
    const again = (how: string) => `
      mov al,[count]
      inc byte [count]
      mov [0x600],al
      cmp al,1
      je done
      mov ax,0x0301
      mov cx,1
      mov dx,0x80
      mov bx,0x7c00
      int 0x13
      ${how}
      count: db 0
      done:`;
    expect(boot(again('int 0x19'))).toMatchObject({ outcome: DONE });
    const reset = boot(again('mov al,0xfe\nout 0x64,al\nhlt'));
    expect([reset.outcome, reset.byte(0x600)]).toEqual([DONE, 1]);
    const chords = ['ControlLeft+AltLeft+Delete'];
    const keys = boot(again('sleep: hlt\njmp sleep'), { chords });
    expect([keys.outcome, keys.byte(0x600)]).toEqual([DONE, 1]);
  });
});

/** One call under test: what the sector does, and what must be found then. */
interface Call extends BootOptions {
  readonly name: string;
  readonly body: string;
  readonly found: (booted: Booted) => unknown;
  readonly expected: unknown;
}

const VIDEO: readonly Call[] = [
  {
    name: '00h clears the screen and 0Fh tells the mode',
    body: `mov ax,0x0e41
      int 0x10
      mov ax,0x0003
      int 0x10
      mov ah,0x0f
      int 0x10
      mov [0x600],ax
      mov [0x602],bh`,
    found: ({ screen, word, byte }) => [screen, word(0x600), byte(0x602)],
    expected: [[], 0x5003, 0],
  },
  {
    name: '02h puts the cursor, 03h tells it, and the screen shows it there',
    body: `mov ah,2
      mov bh,0
      mov dx,0x0507
      int 0x10
      mov ah,3
      mov bh,0
      int 0x10
      mov [0x600],dx
      mov [0x602],cx`,
    found: ({ word, system }) => [word(0x600), word(0x602), system.screen().cursor],
    expected: [0x0507, 0x0607, 5 * 80 + 7],
  },
  {
    name: '01h hides the cursor',
    body: 'mov ah,1\nmov cx,0x2607\nint 0x10',
    found: ({ system }) => system.screen().cursor,
    expected: null,
  },
  {
    name: '0Eh types, with return, line feed and backspace, and scrolls at the bottom',
    body: `mov cx,26
    line:
      mov al,'z'+1
      sub al,cl
      mov ah,0x0e
      int 0x10
      mov ax,0x0e2d
      int 0x10
      mov ax,0x0e08
      int 0x10
      mov ax,0x0e2b
      int 0x10
      mov ax,0x0e0d
      int 0x10
      mov ax,0x0e0a
      int 0x10
      loop line`,
    found: ({ screen, system }) => [screen, system.screen().cursor],
    expected: [[...'cdefghijklmnopqrstuvwxyz'].map((letter) => `${letter}+`), 24 * 80],
  },
  {
    name: '0Eh goes on in the next row behind the last column',
    body: `mov cx,81
    more:
      mov ax,0x0e78
      int 0x10
      loop more`,
    found: ({ screen }) => screen.map((row) => row.length),
    expected: [80, 1],
  },
  {
    name: '09h writes characters with an attribute, 0Ah without, 08h reads one back',
    body: `mov ax,0x0923
      mov bx,0x001e
      mov cx,3
      int 0x10
      mov ax,0x0a2a
      mov bx,0
      mov cx,2
      int 0x10
      mov ah,8
      mov bh,0
      int 0x10
      mov [0x600],ax`,
    found: ({ screen, word, attribute }) => [screen, word(0x600), attribute(0, 2), attribute(0, 3)],
    expected: [['**#'], 0x1e2a, 0x1e, 0x07],
  },
  {
    name: '06h and 07h scroll a window and leave what is around it',
    body: `mov di,0
      mov ax,0xb800
      mov es,ax
      mov cx,5
      mov ax,0x0761
    row:
      push cx
      mov cx,6
      rep stosw
      add di,160-12
      pop cx
      inc al
      loop row
      mov ax,0x0601
      mov bh,0x4f
      mov cx,0x0101
      mov dx,0x0304
      int 0x10
      mov ax,0x0702
      mov bh,0x2f
      mov cx,0x0002
      mov dx,0x0203
      int 0x10`,
    found: ({ screen, attribute }) => [screen, attribute(3, 1), attribute(3, 4), attribute(0, 2)],
    expected: [['aa  aa', 'bc  cb', 'cdaadc', 'd    d', 'eeeeee'], 0x4f, 0x4f, 0x2f],
  },
  {
    name: '06h with 0 lines clears the window',
    body: `mov ax,0x0e78
      int 0x10
      mov ax,0x0600
      mov bh,0x17
      mov cx,0
      mov dx,0x184f
      int 0x10`,
    found: ({ screen, attribute }) => [screen, attribute(0, 0), attribute(24, 79)],
    expected: [[], 0x17, 0x17],
  },
  {
    name: '13h writes a string, moves the cursor if asked, and takes attributes from the string',
    body: `mov ax,0x1301
      mov bx,0x000a
      mov cx,5
      mov dx,0x0203
      mov bp,words
      int 0x10
      mov ax,0x1302
      mov bx,0
      mov cx,2
      mov dx,0x0400
      mov bp,pairs
      int 0x10
      mov ah,3
      mov bh,0
      int 0x10
      mov [0x600],dx
      jmp end
      words: db 'hello'
      pairs: db 'A',0x1f,'B',0x2e
      end:`,
    found: ({ screen, word, attribute }) => [
      screen,
      word(0x600),
      attribute(2, 3),
      attribute(4, 0),
      attribute(4, 1),
    ],
    expected: [['', '', '   hello', '', 'AB'], 0x0208, 0x0a, 0x1f, 0x2e],
  },
  {
    name: '05h shows another page',
    body: `mov ax,0x0e31
      mov bx,0
      int 0x10
      mov ax,0x0e32
      mov bx,0x0100
      int 0x10
      mov ax,0x0501
      int 0x10`,
    found: ({ screen, system }) => [screen, system.screen().cursor],
    expected: [['2'], 1],
  },
  {
    name: 'keeps every register it does not answer in, upper halves too',
    body: `mov eax,0x11110e41
      mov ebx,0x22220007
      mov ecx,0x33333333
      mov edx,0x44444444
      mov esi,0x55555555
      mov edi,0x66666666
      mov ebp,0x77777777
      int 0x10
      mov [0x600],eax
      mov [0x604],ebx
      mov [0x608],ecx
      mov [0x60c],edx
      mov [0x610],esi
      mov [0x614],edi
      mov [0x618],ebp`,
    found: ({ dword }) => [0, 4, 8, 12, 16, 20, 24].map((at) => dword(0x600 + at)),
    expected: [0x11110e41, 0x22220007, 0x33333333, 0x44444444, 0x55555555, 0x66666666, 0x77777777],
  },
];

/** Leaves AX at 0x600 and the flags at 0x602. */
const ANSWER = 'pushf\npop word [0x602]\nmov [0x600],ax';
const carry = ({ word }: Booted) => word(0x602) & 1;

const DISK: readonly Call[] = [
  {
    name: '02h reads sectors by cylinder, head and sector',
    sectors: 3000,
    body: `mov ax,0x0203
      mov cx,0x0105
      mov dx,0x0280
      mov bx,0x1000
      int 0x13
      ${ANSWER}`,
    // Cylinder 1, head 2, sector 5 of 16 heads and 63 sectors.
    found: (b) => [b.word(0x600), carry(b), b.byte(0x1000), b.byte(0x1400)],
    expected: [3, 0, (1138 * 7) & 0xff, (1140 * 7) & 0xff],
  },
  {
    name: '02h goes on over the end of a track, and of 64 KiB of the buffer',
    sectors: 200,
    body: `mov ax,0x1000
      mov es,ax
      mov ax,0x0246
      mov cx,0x0002
      mov dx,0x0080
      mov bx,0xff00
      int 0x13
      ${ANSWER}`,
    found: (b) => [b.word(0x600), carry(b), b.byte(0x1ff00), b.byte(0x1ff00 + 69 * 512 + 3)],
    expected: [0x46, 0, 7, (70 * 7 + 3) & 0xff],
  },
  {
    name: '02h fails for a sector that the disk does not have',
    body: `mov ax,0x0201
      mov cx,0x0002
      mov dx,0x0080
      mov bx,0x1000
      int 0x13
      ${ANSWER}
      mov ah,1
      int 0x13
      mov [0x604],ah`,
    found: (b) => [b.word(0x600), carry(b), b.byte(0x604)],
    expected: [0x0100, 1, 1],
  },
  {
    name: '03h writes what 02h reads back; 04h verifies',
    sectors: 50,
    body: `mov si,0x7c00
      mov ax,0x0302
      mov cx,0x0007
      mov dx,0x0080
      mov bx,0x7c00
      int 0x13
      mov ax,0x0202
      mov bx,0x2000
      int 0x13
      ${ANSWER}
      mov ax,0x0402
      int 0x13
      mov [0x604],ax`,
    found: (b) => [b.word(0x600), carry(b), b.word(0x21fe), b.byte(0x2000), b.word(0x604)],
    expected: [2, 0, 0xaa55, 0x89, 2],
  },
  {
    name: '08h and 15h tell the geometry and the size',
    sectors: 3000,
    body: `mov ah,8
      mov dl,0x80
      int 0x13
      mov [0x604],cx
      mov [0x606],dx
      mov ah,0x15
      mov dl,0x80
      int 0x13
      mov [0x608],cx
      mov [0x60a],dx
      ${ANSWER}`,
    found: (b) => [
      ...[b.word(0x604), b.word(0x606), b.byte(0x601), carry(b)],
      ...[b.word(0x608), b.word(0x60a)],
    ],
    expected: [0x023f, 0x0f01, 3, 0, 0, 3000],
  },
  {
    name: 'a drive that is not there is refused, by 15h as an answer',
    body: `mov ax,0x0201
      mov cx,1
      mov dx,0x0081
      mov bx,0x1000
      int 0x13
      ${ANSWER}
      mov ax,0x1500
      mov dl,0x81
      int 0x13
      mov [0x604],ah
      mov ah,8
      mov dl,0
      int 0x13
      mov [0x605],ah`,
    found: (b) => [b.byte(0x601), carry(b), b.byte(0x604), b.byte(0x605)],
    expected: [1, 1, 0, 7],
  },
  {
    name: '41h has the extensions, and 42h reads by sector number',
    sectors: 200,
    body: `mov ah,0x41
      mov bx,0x55aa
      mov dl,0x80
      int 0x13
      mov [0x604],bx
      mov [0x606],cx
      mov ah,0x42
      mov si,packet
      int 0x13
      ${ANSWER}
      jmp end
      packet: db 16,0
      dw 130,0x0000,0x2000
      dq 60
      end:`,
    found: (b) => [
      ...[b.word(0x604), b.word(0x606), b.byte(0x601), carry(b)],
      ...[b.byte(0x20000), b.byte(0x20000 + 129 * 512)],
    ],
    expected: [0xaa55, 1, 0, 0, (60 * 7) & 0xff, (189 * 7) & 0xff],
  },
  {
    name: '43h writes, 44h verifies, 47h seeks, 48h describes',
    sectors: 100,
    body: `mov dl,0x80
      mov si,packet
      mov ax,0x4300
      int 0x13
      mov ah,0x44
      int 0x13
      mov [0x604],ah
      mov ah,0x47
      int 0x13
      mov [0x605],ah
      mov ah,0x42
      mov word [packet+4],0x3000
      int 0x13
      mov word [0x700],26
      mov si,0x700
      mov ah,0x48
      int 0x13
      ${ANSWER}
      jmp end
      packet: db 16,0
      dw 1,0x7c00,0
      dq 99
      end:`,
    found: (b) => [
      ...[b.byte(0x604), b.byte(0x605), b.word(0x31fe), b.byte(0x601), carry(b)],
      ...[b.dword(0x704), b.dword(0x708), b.dword(0x70c), b.dword(0x710), b.word(0x718)],
    ],
    expected: [0, 0, 0xaa55, 0, 0, 1, 16, 63, 100, 512],
  },
  {
    name: '42h is refused behind the end of the disk',
    sectors: 10,
    body: `mov dl,0x80
      mov si,packet
      mov ah,0x42
      int 0x13
      ${ANSWER}
      mov ax,[packet+2]
      mov [0x604],ax
      jmp end
      packet: db 16,0
      dw 4,0x1000,0
      dq 8
      end:`,
    found: (b) => [b.byte(0x601), carry(b), b.word(0x604)],
    expected: [1, 1, 0],
  },
  {
    name: 'a disk of a floppy’s size is drive 00h with its geometry, and 80h as well',
    sectors: 2880,
    body: `mov ah,8
      mov dl,0
      int 0x13
      mov [0x604],cx
      mov [0x606],dx
      mov [0x608],bx
      mov ax,[es:di+4]
      mov [0x60a],al
      xor ax,ax
      mov es,ax
      mov ax,0x0201
      mov cx,0x4f12
      mov dx,0x0100
      mov bx,0x1000
      int 0x13
      ${ANSWER}
      mov ah,0x15
      mov dl,0
      int 0x13
      mov [0x60c],ah
      mov ah,0x41
      mov bx,0x55aa
      mov dl,0
      int 0x13
      mov [0x60d],ah
      mov ax,0x0201
      mov cx,0x0002
      mov dx,0x0080
      mov bx,0x1200
      int 0x13`,
    found: (b) => [
      ...[b.byte(0x5f0), b.word(0x604), b.word(0x606), b.word(0x608), b.byte(0x60a)],
      ...[b.word(0x600), carry(b), b.byte(0x1000), b.byte(0x1200)],
      ...[b.byte(0x60c), b.byte(0x60d)],
    ],
    expected: [0, 0x4f12, 0x0101, 4, 18, 1, 0, (2879 * 7) & 0xff, 7, 1, 1],
  },
];

const SYSTEM: readonly Call[] = [
  {
    name: 'INT 11h and 12h tell equipment and low memory',
    body: 'int 0x11\nmov [0x600],ax\nint 0x12\nmov [0x602],ax',
    found: ({ word }) => [word(0x600), word(0x602)],
    expected: [0x0220, 640],
  },
  {
    name: 'INT 15h AH=88h and AX=E801h tell memory above 1 MiB',
    memoryMiB: 32,
    body: `mov ah,0x88
      int 0x15
      mov [0x604],ax
      mov ax,0xe801
      int 0x15
      mov [0x606],cx
      mov [0x608],dx
      mov [0x60a],bx
      ${ANSWER}`,
    found: (b) => [0x604, 0x600, 0x606, 0x608, 0x60a].map(b.word),
    expected: [31 * 1024, 15 * 1024, 15 * 1024, 256, 256],
  },
  ...[4, 32].map((memoryMiB) => ({
    name: `INT 15h AX=E820h maps ${memoryMiB} MiB`,
    memoryMiB,
    body: `mov di,0x700
      xor ebx,ebx
    entry:
      mov eax,0xe820
      mov ecx,20
      mov edx,0x534d4150
      int 0x15
      jc end
      cmp eax,0x534d4150
      jne end
      inc byte [0x600]
      add di,20
      test ebx,ebx
      jnz entry
    end:`,
    found: (b: Booted) => [
      b.byte(0x600),
      ...[0, 1, 2].map((i) => [0, 8, 16].map((at) => b.dword(0x700 + i * 20 + at))),
    ],
    expected: [3, [0, 0xa0000, 1], [0xf0000, 0x10000, 2], [0x100000, (memoryMiB - 1) << 20, 1]],
  })),
  {
    name: 'INT 15h AH=87h moves memory across 1 MiB',
    body: `mov ah,0x87
      mov cx,256
      mov si,table
      int 0x15
      ${ANSWER}
      mov eax,[0x7c00+510]
      mov word [source],0xffff
      mov word [source+2],0x0000
      mov byte [source+4],0x20
      mov word [target+2],0x1000
      mov byte [target+4],0x00
      mov ah,0x87
      mov si,table
      int 0x15
      jmp end
      align 4
      table: dq 0,0
      source: dw 0xffff,0x7c00
      db 0,0x93,0,0
      target: dw 0xffff,0
      db 0x20,0x93,0,0
      dq 0,0
      end:`,
    found: (b) => [b.byte(0x601), carry(b), b.word(0x2001fe), b.word(0x11fe), b.byte(0x1000)],
    expected: [0, 0, 0xaa55, 0xaa55, 0x89],
  },
  {
    name: 'INT 15h AH=86h waits as long as was asked for',
    body: `mov ah,0
      int 0x1a
      mov [0x600],dx
      mov ah,0x86
      mov cx,0
      mov dx,60000
      int 0x15
      mov ah,0
      int 0x1a
      mov [0x602],dx`,
    // 60,000 microseconds: 1.1 ticks.
    found: ({ word }) => [1, 2].includes(word(0x602) - word(0x600)),
    expected: true,
    limit: 60_000_000,
  },
  {
    name: 'INT 1Ah counts ticks from noon, and tells time and date of the clock',
    body: `mov ah,0
      int 0x1a
      mov [0x600],dx
      mov [0x602],cx
      mov ah,2
      int 0x1a
      mov [0x604],cx
      mov ah,4
      int 0x1a
      mov [0x606],cx
      mov [0x608],dx`,
    found: ({ dword, word }) => [
      dword(0x600) - Math.floor((43200 * 1193182) / 65536) < 3,
      ...[0x604, 0x606, 0x608].map(word),
    ],
    expected: [true, 0x1200, 0x2006, 0x1021],
  },
  {
    name: 'INT 08h ticks and calls INT 1Ch',
    body: `mov word [0x1c*4],tick
      mov word [0x1c*4+2],0
    wait:
      hlt
      cmp byte [0x600],3
      jb wait
      jmp end
    tick:
      inc byte [cs:0x600]
      iret
    end:`,
    found: ({ byte }) => byte(0x600),
    expected: 3,
  },
];

const SERIAL: readonly Call[] = [
  {
    name: '00h sets the line up, 01h sends, 03h tells the state',
    body: `mov ax,0x00e3
      mov dx,0
      int 0x14
      mov [0x600],ax
      mov ax,0x0141
      mov dx,0
      int 0x14
      mov ah,3
      mov dx,0
      int 0x14
      mov [0x602],ax`,
    found: ({ system, word }) => [system.serial(), word(0x600) & 0x6000, word(0x602) & 0x60b0],
    expected: ['A', 0x6000, 0x60b0],
  },
  {
    name: '02h receives',
    body: 'mov ah,2\nmov dx,0\nint 0x14\nmov [0x600],ax',
    serial: [0x5a],
    found: ({ word }) => word(0x600),
    expected: 0x005a,
  },
  {
    name: 'a second port times out',
    body: 'mov ah,1\nmov dx,1\nint 0x14\nmov [0x600],ah',
    found: ({ byte }) => byte(0x600),
    expected: 0x80,
  },
];

/** Reads `count` keys to 0x600 on. */
const read = (count: number, ah = 0) => `mov di,0x600
  mov cx,${count}
key:
  mov ah,${ah}
  int 0x16
  stosw
  loop key`;
const keys = (count: number) => (b: Booted) =>
  Array.from({ length: count }, (_, i) => b.word(0x600 + i * 2));

const KEYBOARD: readonly Call[] = [
  {
    name: '00h waits for keys: characters of both shift states, Enter, Backspace, Escape',
    body: read(7),
    keys: 'aA1!\n\b\x1b',
    found: keys(7),
    expected: [0x1e61, 0x1e41, 0x0231, 0x0221, 0x1c0d, 0x0e08, 0x011b],
  },
  {
    name: '01h looks without taking or waiting; 10h takes as well',
    body: `mov ah,1
      int 0x16
      pushf
      pop word [0x610]
    wait:
      mov ah,0x11
      int 0x16
      jz wait
      mov [0x612],ax
      ${read(1, 0x10)}`,
    keys: 'q',
    found: (b) => [b.word(0x610) & 0x40, b.word(0x612), b.word(0x600)],
    expected: [0x40, 0x1071, 0x1071],
  },
  {
    name: '05h puts a key in, 02h tells the shift keys',
    body: `mov ah,5
      mov cx,0x1234
      int 0x16
      ${read(1)}
      mov ah,2
      int 0x16
      mov [0x604],al`,
    found: (b) => [b.word(0x600), b.byte(0x604)],
    expected: [0x1234, 0],
  },
  {
    name: '00h tells grey keys as the ones they copy, 10h as their own; Ctrl, Alt, Shift and locks count',
    body: `${read(12)}
      mov ah,2
      int 0x16
      mov [0x640],al
      mov ah,0x10
      int 0x16
      mov [0x642],ax`,
    chords: [
      ...['ArrowUp', 'F1', 'ShiftLeft+F1', 'ControlLeft+F1', 'AltLeft+F1', 'F11'],
      ...['ControlLeft+KeyC', 'AltLeft+KeyA', 'NumpadEnter', 'Numpad4'],
      ...['NumLock', 'Numpad4', 'CapsLock', 'KeyQ', 'ArrowLeft'],
    ],
    found: (b) => [...keys(12)(b), b.byte(0x640), b.word(0x642)],
    expected: [
      ...[0x4800, 0x3b00, 0x5400, 0x5e00, 0x6800, 0x8500],
      ...[0x2e03, 0x1e00, 0x1c0d, 0x4b00, 0x4b34, 0x1051],
      ...[0x60, 0x4be0],
    ],
  },
  {
    name: 'keeps all keys of somebody who types while nobody reads: a full buffer lets the keyboard wait',
    body: `mov eax,[0x46c]
      add eax,10
    busy:
      hlt
      cmp [0x46c],eax
      jb busy
      mov bx,[0x41c]
      sub bx,[0x41a]
      mov [0x700],bx
      ${read(20)}`,
    keys: 'abcdefghijklmnopqrst',
    found: (b) => [b.word(0x700), String.fromCharCode(...keys(20)(b).map((key) => key & 0xff))],
    // 15 keys in the buffer, the others still in the keyboard.
    expected: [30, 'abcdefghijklmnopqrst'],
  },
];

describe.each(TECHNIQUES)('under %s', (technique) => {
  const run = ({ found, expected, ...call }: Call) => {
    const booted = boot(call.body, { ...call, technique });
    expect(booted.outcome).toEqual(DONE);
    expect(found(booted)).toEqual(expected);
  };
  it.each(VIDEO)('INT 10h: $name', run, 30_000);
  it.each(DISK)('INT 13h: $name', run, 30_000);
  it.each(SERIAL)('INT 14h: $name', run, 30_000);
  it.each(KEYBOARD)('INT 16h: $name', run, 60_000);
  it.each(SYSTEM)('$name', run, 60_000);
});

describe('what is not there', () => {
  it.each([
    ['graphics', 'mov ax,0x0013\nint 0x10', /INT 10h AH=00h \(video\)/],
    ['VBE', 'mov ax,0x4f00\nint 0x10', /INT 10h AH=4Fh \(video\)/],
    ['formatting', 'mov ax,0x0500\nmov dl,0x80\nint 0x13', /INT 13h AH=05h \(disk\)/],
    ['APM', 'mov ax,0x5300\nint 0x15', /INT 15h AH=53h \(system services\)/],
    ['typematic rate', 'mov ax,0x0305\nint 0x16', /INT 16h AH=03h \(keyboard\)/],
    ['a printer', 'mov ah,0\nint 0x17', /INT 17h AH=00h \(printer\)/],
    ['PCI', 'mov ax,0xb101\nint 0x1a', /INT 1Ah AH=B1h \(time of day\)/],
    ['DOS', 'mov ah,9\nint 0x21', /interrupt 21h \(AH=09h\) has no handler/],
  ])('stops the machine by name: %s', (_name, body, message) => {
    const { outcome } = boot(body);
    expect(outcome.kind === 'stopped' && outcome.message).toMatch(message);
  });
});
