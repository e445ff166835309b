/**
 * The npm package `v86`, compiler on or off, run by its own main loop. It starts Multiboot images without a BIOS.
 *
 * Its instruction counter has 32 bits: it is read after every round and added up.
 */
import { V86 } from 'v86';
import type { Contestant } from './contestant';
import type { SpeedGuest } from './guest';
import { MEMORY_BYTES } from './world';

export interface TheirOptions {
  readonly compiler: boolean;
  /** Path (Node) or URL of `v86.wasm`. */
  readonly wasm: string;
}

export async function theirs(guest: SpeedGuest, options: TheirOptions): Promise<Contestant> {
  const emulator = new V86({
    wasm_path: options.wasm,
    disable_jit: !options.compiler,
    memory_size: MEMORY_BYTES,
    vga_memory_size: 1024 * 1024,
    multiboot: { buffer: guest.image.slice().buffer },
    autostart: false,
    disable_speaker: true,
    log_level: 0,
  });
  await new Promise<void>((resolve) => emulator.add_listener('emulator-loaded', () => resolve()));
  let counter = emulator.get_instruction_counter();
  let total = 0;
  return {
    name: `v86 ${options.compiler ? 'compiler' : 'interpreter'}`,
    async run(milliseconds) {
      await emulator.run();
      await new Promise((resolve) => setTimeout(resolve, milliseconds));
      await emulator.stop();
      const now = emulator.get_instruction_counter();
      total += (now - counter) >>> 0;
      counter = now;
    },
    instructions: () => total,
    iterations() {
      const bytes = emulator.read_memory(guest.iterationsAt, 4);
      return new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0, true);
    },
    close: () => emulator.destroy(),
  };
}
