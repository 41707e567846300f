import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: {
    // Tests run from the sources, so that no build is needed before them.
    alias: {
      '@selfsame/verify': fileURLToPath(new URL('packages/verify/src/index.ts', import.meta.url)),
    },
  },
  test: {
    include: ['packages/*/src/**/*.test.ts', '{tools,conformance}/**/*.test.ts'],
    globalSetup: 'tools/tests/run-directory.ts',
    setupFiles: 'tools/tests/file-directory.ts',
    // Bounds for what hangs, far beyond what anything takes: a busy machine fails no test.
    testTimeout: 240_000,
    hookTimeout: 240_000,
    expect: { poll: { timeout: 120_000, interval: 20 } },
    maxWorkers: 2,
    // CI reads the counts from the file.
    ...(process.env['CI'] && {
      reporters: ['default', 'json'],
      outputFile: { json: 'out/test-results.json' },
    }),
  },
});
