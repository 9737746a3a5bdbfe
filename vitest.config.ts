import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/one-folder.ts'],
    testTimeout: 180_000,
    hookTimeout: 240_000,
  },
});
