// The example of docs/bcc.md, as printed.

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it, vi } from 'vitest';

const isOwnChild = ([line]: readonly unknown[]): boolean =>
  new RegExp(`^sh \\d+ of ${process.pid}: \\d+ us$`).test(String(line));

const page = fileURLToPath(new URL('../../docs/bcc.md', import.meta.url));

it.skipIf(process.env.TSBPF_QEMU === '1')(
  'runs as printed (the virtual machine has no compiler of TypeScript)',
  async () => {
    const [, code = ''] = /```ts\n([\s\S]*?)```/.exec(readFileSync(page, 'utf8')) ?? [];
    const directory = mkdtempSync(join(tmpdir(), 'tsbpf-docs-'));
    const file = join(directory, 'example.ts');
    const api = fileURLToPath(new URL('../../src/api/index.ts', import.meta.url));
    writeFileSync(file, code.replace("'tsbpf'", JSON.stringify(api)));
    const log = vi.spyOn(console, 'log').mockImplementation(() => {});
    // Its two seconds are over when it has seen a child, however long that takes here.
    const clock = vi.spyOn(Date, 'now').mockImplementation(() => (log.mock.calls.some(isOwnChild) ? 2000 : 0));
    const children = setInterval(() => spawnSync('/bin/sh', ['-c', ':']), 200);
    try {
      await import(/* @vite-ignore */ file);
      const lines = log.mock.calls.map(([line]) => String(line));
      expect(lines.at(-1)).toMatch(/^ +usecs +: count {5}distribution\n/);
    } finally {
      clearInterval(children);
      clock.mockRestore();
      log.mockRestore();
      rmSync(directory, { recursive: true });
    }
  },
);
