import { defineConfig } from 'vitest/config';

const kernelTests = 'src/**/*.kernel.test.ts';

// Only what never ends is to run into these: a machine may be slow, or have other work.
const limits = {
  testTimeout: 300_000,
  hookTimeout: 300_000,
  teardownTimeout: 60_000,
  expect: { poll: { timeout: 120_000 } },
};

// unit: anywhere, no privileges. kernel: a real kernel and root; one file at a time, since they share it.
// `tsbpf` is this package; tests import its sources.
const alias = [
  { find: /^tsbpf$/, replacement: new URL('./src/api/index.ts', import.meta.url).pathname },
  { find: /^tsbpf\/([a-z]+)$/, replacement: new URL('./src/$1/index.ts', import.meta.url).pathname },
];

export default defineConfig({
  test: {
    projects: [
      {
        resolve: { alias },
        test: {
          name: 'unit',
          include: ['src/**/*.test.ts', 'test/unit/**/*.test.ts', 'examples/*.test.ts'],
          exclude: [kernelTests],
          ...limits,
        },
      },
      {
        resolve: { alias },
        test: {
          name: 'kernel',
          include: [kernelTests, 'test/kernel/**/*.test.ts', 'examples/*.test.ts'],
          env: { TSBPF_HOST: 'kernel' },
          fileParallelism: false,
          pool: 'forks',
          ...limits,
        },
      },
    ],
  },
});
