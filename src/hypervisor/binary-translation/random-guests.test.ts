/**
 * Random guest kernels under the binary translator, held against bare hardware at every guest instruction.
 * `RANDOM_GUESTS=first:count npx vitest run src/hypervisor/binary-translation/random-guests.test.ts` tries other seeds.
 */
import { describe, expect, it } from 'vitest';
import { compareOn, imageOf, shrink } from '../testing/random-guest/compare';
import { guestOf, randomGuest } from '../testing/random-guest/generate';

const SMALL_CACHE = 2048;
const [first, count] = (process.env.RANDOM_GUESTS ?? '1:25').split(':').map(Number) as [
  number,
  number,
];

/** Null, or what is wrong and the fewest parts of the guest that show it. */
function failureOf(seed: number, cacheBytes?: number): string | null {
  const guest = randomGuest(seed);
  const { failure } = compareOn(imageOf(guest.source(guest.parts)), cacheBytes);
  if (failure === null) return null;
  const parts = shrink(
    guest,
    (fewer) => compareOn(imageOf(guest.source(fewer)), cacheBytes).failure !== null,
  );
  const shrunk = compareOn(imageOf(guest.source(parts)), cacheBytes);
  const bodies = parts.map(
    (part) => `; ${part.what}\n${part.kernel}${part.subroutine}${part.user}`,
  );
  return `seed ${seed}: ${failure}\nshrunk: ${shrunk.failure}\n${bodies.join('\n')}`;
}

describe('random guests under binary translation', () => {
  for (let seed = first; seed < first + count; seed++) {
    it(`seed ${seed} is as on bare hardware`, () => {
      expect(failureOf(seed)).toBeNull();
      expect(failureOf(seed, SMALL_CACHE)).toBeNull();
    });
  }
});

/** What random guests have found, each as the smallest body that shows it. */
const FOUND: Readonly<Record<string, Parameters<typeof guestOf>[0]>> = {
  'a 16-bit kernel stack keeps the upper half of ESP': {
    kernel: `cli
        mov eax, 0x80
        mov ss, eax
        mov esp, 0x12340800
        push eax
        pushf
        pop ecx
        mov ebx, esp
        nop`,
  },
  'a 16-bit user stack keeps the upper half of ESP': {
    user: `mov eax, 0xbb
        mov ss, eax
        mov esp, 0x12340ff0
        push eax
        mov ebx, esp
        in al, 0x21`,
  },
  'NT set by the kernel does not make a task switch of an IRET of the monitor': {
    kernel: `push dword 0x4002
        popf
        in al, 0x21
        sti
        mov eax, ds
        mov ds, eax
        push dword 2
        popf`,
  },
  'POPF does not load RF, and an interrupt right behind it saves none': {
    kernel: `mov ecx, 200
.loop:  push dword 0x10202
        popf
        loop .loop`,
  },
  'an interrupt behind a hidden fault saves RF as the guest has it': {
    kernel: `sti
        mov ecx, 60
.loop:  mov eax, cr3
        mov cr3, eax
        inc dword [scratch]
        loop .loop`,
  },
  'an interrupt behind a hidden fault finds accessed and dirty bits as they were': {
    kernel: `sti
        mov ecx, 60
        mov dword [low_table + 0x208*4], 0x208003
        mov dword [low_table + 0x209*4], 0x209003
.loop:  and dword [low_table + 0x208*4], ~0x60
        mov eax, cr3
        mov cr3, eax
        inc dword [0x208fff]
        loop .loop`,
  },
  'a near call beyond the limit of its code segment pushes nothing': {
    kernel: `jmp 0x48:.limited
.limited:
        mov eax, 0x500000
        call eax`,
  },
  'a direct jump beyond the limit of its code segment faults where it stands': {
    kernel: `jmp 0x48:.limited
.limited:
        jmp 0x500000`,
  },
  'a call to an absent page is a moment of its own': {
    kernel: `mov eax, 0x500000
        call eax`,
  },
  'a jump to an absent page is a moment of its own': { kernel: 'jmp 0x500000' },
  'ring 1 is seen between any two instructions': {
    kernel: `mov [cont_esp], esp
        mov dword [cont], .back
        mov dword [uresume], .leave
        push dword 0xa9
        push dword ring1_stack_top
        push dword 0xa1
        push dword .one
        retf
.one:   mov eax, cs
        inc eax
.leave: mov eax, 0xc0de
        int 0x80
.back:  nop`,
  },
  'the instruction in the shadow of STI is a moment of its own': {
    kernel: `mov ecx, 100
.loop:  cli
        in al, 0x21
        in al, 0x21
        sti
        inc eax
        inc eax
        loop .loop`,
  },
  "an interrupt that waits while the guest faults comes behind the handler's first instruction": {
    kernel: `mov ecx, 35
        sti
.loop:  mov dword [resume], .next
        ud2
.next:  mov ebx, 0x500000
        mov dword [resume], .again
        mov [ebx], eax
.again: loop .loop`,
  },
  'user code sees its IOPL in PUSHF': {
    user: 'pushf\n        pop eax\n        inc eax',
    userFlags: 0x1202,
  },
  'user code may single-step itself': {
    user: `pushf
        or dword [esp], 0x100
        popf
        inc eax
        mov ecx, [0x801000]
        inc eax
        inc eax
        inc eax`,
  },
  'user code may lie where the monitor is': {
    kernel: `mov dword [high_table], 0x200027
        mov dword [0x200020], 0xc3404040`,
    user: 'mov eax, 0xffc00020\n        call eax\n        inc eax',
  },
  'a segment register that user code loads and loads back, with a hidden fault between': {
    kernel: `mov dword [window_a], 0x200027
        mov eax, cr3
        mov cr3, eax`,
    user: `mov eax, 0xbb
        mov es, eax
        mov ecx, [0x800000]
        mov eax, UDATA
        mov es, eax
        int 0x42
        mov ecx, es
        in al, 0x21`,
  },
  'a patch reaches code that was retranslated and is entered by its forwarding jump': {
    kernel: `mov edx, 7
.outer: mov ecx, 1
        jmp .loop
.loop:  add eax, 0x1234567
        mov [k0_data], ecx
        loop .loop
        xor dword [.loop + 1], 0x55
        dec edx
        jnz .outer`,
    subroutine: 'k0_data: dd 0',
  },
  'INT1 in user code goes to the handler once': {
    user: 'inc eax\n        db 0xf1\n        inc eax',
  },
};

describe('what random guests have found', () => {
  for (const [name, body] of Object.entries(FOUND)) {
    it(name, () => {
      const image = imageOf(guestOf(body));
      const { failure, outcome } = compareOn(image);
      expect(failure).toBeNull();
      expect(outcome).toEqual({ kind: 'exited', code: 0x10 });
      expect(compareOn(image, SMALL_CACHE).failure).toBeNull();
    });
  }
});
