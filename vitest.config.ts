/**
 * Unit and property tests run in Node, where iced-x86 loads as it is: none of the page's Vite plugins here.
 */
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['src/**/*.test.{ts,tsx}', 'scripts/**/*.test.ts'],
    // Threads start fast, and machines are only typed arrays: two of them fill a two-core computer.
    pool: 'threads',
    maxWorkers: 2,
    // Property tests run whole guests many times.
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
