import { defineConfig } from 'vitest/config';

const kernelTests = 'src/**/*.kernel.test.ts';

// unit: anywhere, no privileges. kernel: a real kernel and root; one file at a time, since they share it.
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['src/**/*.test.ts', 'test/unit/**/*.test.ts'],
          exclude: [kernelTests],
          testTimeout: 30_000,
        },
      },
      {
        test: {
          name: 'kernel',
          include: [kernelTests, 'test/kernel/**/*.test.ts'],
          fileParallelism: false,
          pool: 'forks',
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});
