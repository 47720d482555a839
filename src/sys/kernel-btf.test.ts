// The running kernel's types read bit by bit. Needs no privileges.

import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { kernelBtfPath, openKernelBtf } from './kernel-btf.ts';

const path = kernelBtfPath('vmlinux');

describe.runIf(existsSync(path))("the kernel's types", () => {
  test('are there once they are fetched, and not before', () => {
    const all = readFileSync(path);
    const unread = openKernelBtf();
    expect(unread?.bytes.length).toBe(all.length);
    if (!unread) return;
    const { bytes, fetch } = unread;
    const zeros = (start: number, end: number): boolean => bytes.subarray(start, end).every((byte) => byte === 0);
    expect(zeros(0, 24)).toBe(true);
    fetch(0, 24);
    expect(bytes.subarray(0, 4096)).toEqual(new Uint8Array(all.subarray(0, 4096)));
    expect(zeros(4096, bytes.length)).toBe(true);
    fetch(100_000, 110_000);
    expect(bytes.subarray(100_000, 110_000)).toEqual(new Uint8Array(all.subarray(100_000, 110_000)));
    expect(zeros(4096, 98_304)).toBe(true);
    fetch(0, bytes.length);
    expect(Buffer.compare(bytes, all)).toBe(0);
  });

  test('do not count as memory that garbage collection could free', () => {
    const before = process.memoryUsage().external;
    const unread = openKernelBtf();
    const counted = process.memoryUsage().external - before;
    expect(counted).toBeLessThan((unread?.bytes.length ?? 0) / 10);
  });
});
