/** How the page is served while developing and built for any static host. Tests: `vitest.config.ts`. */
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { icedX86 } from './scripts/vite-plugin-iced.ts';
import { licences } from './scripts/vite-plugin-licences.ts';

export default defineConfig({
  // Relative URLs everywhere: the built site works from any sub-path.
  base: './',
  plugins: [react(), icedX86(), licences()],
  worker: { format: 'es', plugins: () => [icedX86()] },
  build: {
    // Top-level await in the worker, and `new URL(..., import.meta.url)` for its files.
    target: 'es2022',
    // Inlined files would need `data:` URLs, which some hosts' content policies forbid.
    assetsInlineLimit: 0,
  },
  optimizeDeps: {
    // Imported by the worker, where the dependency scan does not look: found late, it would reload the page.
    include: ['comlink'],
  },
});
