// Compares the kernel's syntax with the kernel itself (the verifier's log) and with bpftool (dumps of loaded programs).

import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isOlderThanTables } from '../../test/support/skip-unsupported.ts';
import { assemble } from './assemble.ts';
import * as build from './build.ts';
import { decode, encode } from './codec.ts';
import { disassemble, disassembleLines } from './disassemble.ts';
import type { EbpfRow } from './ebpf-table.ts';
import { ebpfTable, operandForms } from './ebpf-table.ts';
import type { Instruction } from './types.ts';

// Reads a program from standard input, loads it and prints the verifier's log.
const loaderSource = `
#include <bpf/bpf.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
static char text[1 << 24];
static struct bpf_insn program[1 << 16];
int main(void) {
  size_t count = fread(program, sizeof program[0], 1 << 16, stdin);
  LIBBPF_OPTS(bpf_prog_load_opts, options, .log_buf = text, .log_size = sizeof text, .log_level = 2);
  int fd = bpf_prog_load(BPF_PROG_TYPE_SOCKET_FILTER, NULL, "GPL", program, count, &options);
  printf("%s\\n%s", fd < 0 ? strerror(errno) : "loaded", text);
}
`;

const programSource = `
#define SEC(name) __attribute__((section(name), used))
#define __uint(name, val) int (*name)[val]
struct { __uint(type, 2); __uint(key_size, 4); __uint(value_size, 8); __uint(max_entries, 4); } counts SEC(".maps");
static void *(*bpf_map_lookup_elem)(void *, const void *) = (void *)1;
static unsigned long (*bpf_ktime_get_ns)(void) = (void *)5;
int limit = 7;
static __attribute__((noinline)) int sub(unsigned a) { volatile unsigned b = a; return b / 3 + limit; }
SEC("socket") int count(void *skb) {
  unsigned key = bpf_ktime_get_ns() & 3;
  unsigned long *value = bpf_map_lookup_elem(&counts, &key);
  if (value) __sync_fetch_and_add(value, (unsigned long)sub(key));
  return value ? sub(3) : 0;
}
char _license[] SEC("license") = "GPL";
`;

let directory = '';
const pin = `/sys/fs/bpf/tsbpf-disassemble-${process.pid}`;

function run(tool: string, args: readonly string[], input?: Uint8Array): string {
  try {
    return execFileSync(tool, args, {
      encoding: 'utf8',
      maxBuffer: 1 << 26,
      stdio: ['pipe', 'pipe', 'pipe'],
      ...(input ? { input } : {}),
    });
  } catch (cause) {
    throw new Error(`${tool} failed; this test needs root, gcc, libbpf-dev, clang-16 and bpftool`, { cause });
  }
}

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'disassemble-'));
  writeFileSync(join(directory, 'loader.c'), loaderSource);
  run('cc', ['-O1', '-o', join(directory, 'loader'), join(directory, 'loader.c'), '-lbpf']);
});
afterAll(() => {
  rmSync(pin, { force: true });
  rmSync(directory, { recursive: true, force: true });
});

const stackBase = 10;

/** An instruction of the row that does no harm in a straight line with numbers in r0 to r9 and a stack of known words. */
function harmless(row: EbpfRow): Instruction[] {
  const operands: readonly string[] = operandForms[row.form];
  const isMemory = ['load', 'store-imm', 'store-src'].includes(row.form);
  const base = row.form === 'load' ? 'src' : 'dst';
  const fields = {
    dst: operands.includes('dst') ? 1 : 0,
    src: operands.includes('src') ? 2 : 0,
    offset: isMemory ? -8 : 0,
    imm: operands.includes('imm') && row.operation !== 'jump' ? 3 : 0,
    ...(isMemory ? { [base]: stackBase } : {}),
  };
  const restore = [build.mov(0, 5), build.mov(1, 6), build.mov(2, 7), build.store({ register: 10, offset: -8 }, 9, 64)];
  if (row.form === 'load-imm64') return [...build.lddw(1, 0x1234_5678_9abc_def0n), ...restore];
  if (row.form === 'call') return [build.callHelper(5), ...restore];
  return [build.fromRow(row, fields), ...restore];
}

// Needs an arena, a packet, a map, a kernel function, a subprogram; or ends the program.
const left = new Set<string>([
  'addr-space-cast',
  'packet-absolute',
  'packet-indirect',
  'call-kfunc',
  'call-local',
  'call-register',
  'exit',
  'may-goto',
  'lddw-map-fd',
  'lddw-map-value',
  'lddw-btf-id',
  'lddw-function',
  'lddw-map-index',
  'lddw-map-index-value',
]);

describe.skipIf(isOlderThanTables)(
  "disassembler in the kernel's syntax (skipped on kernels older than the tables)",
  () => {
    it("prints what the running kernel's verifier prints", () => {
      const rows = ebpfTable.filter(({ operation }) => !left.has(operation));
      const start = Array.from({ length: 10 }, (_, register) => build.mov(register, register + 1));
      const program = [
        ...start.filter(({ dst }) => dst !== 1),
        build.mov(1, 2),
        build.store({ register: 10, offset: -8 }, 9, 64),
        ...rows.flatMap(harmless),
        build.mov(0, 0),
        build.exit(),
      ];
      const [outcome, ...log] = run(join(directory, 'loader'), [], encode(program)).split('\n');
      expect(outcome, log.slice(-6).join('\n')).toBe('loaded');
      const theirs = new Map<number, string>();
      for (const line of log) {
        const match = /^(\d+): (\([0-9a-f]{2}\) .*?)(?:\s+;.*)?$/.exec(line);
        if (match) theirs.set(Number(match[1]), match[2] ?? '');
      }
      const helperName = (id: number): string | undefined => (id === 5 ? 'bpf_ktime_get_ns' : undefined);
      let compared = 0;
      for (const { slot, text } of disassembleLines(program, { helperName })) {
        const expected = theirs.get(slot);
        if (expected === undefined) continue;
        compared++;
        expect(text).toBe(expected);
      }
      expect(compared).toBeGreaterThan(rows.length * 4);
    });

    it('prints what bpftool prints of a loaded program', () => {
      const source = join(directory, 'count.c');
      const object = join(directory, 'count.o');
      const raw = join(directory, 'count.bin');
      writeFileSync(source, programSource);
      run('clang-16', ['-target', 'bpf', '-mcpu=v3', '-O2', '-g', '-c', source, '-o', object]);
      if (existsSync(pin)) rmSync(pin);
      run('bpftool', ['prog', 'load', object, pin]);
      run('bpftool', ['prog', 'dump', 'xlated', 'pinned', pin, 'file', raw]);
      const listing = run('bpftool', ['prog', 'dump', 'xlated', 'pinned', pin]);
      const theirs = listing.split('\n').filter((line) => /^ *\d+: \(/.test(line));
      const program = decode(new Uint8Array(readFileSync(raw)));
      // Names of calls are symbols that bpftool looks up; the rest of the line is ours to print.
      const anonymous = (line: string): string =>
        line
          .replace(/call (pc[+-]\d+|[\w.-]+)?#.*$/, 'call $1')
          .replace(/call [a-z_]\w*$/, 'call')
          .replace(/call unknown$/, 'call');
      const ours = disassemble(program).trimEnd().split('\n');
      expect(ours.map(anonymous)).toEqual(theirs.map(anonymous));
      expect(theirs.length).toBeGreaterThan(20);
      const plain = program.map((slot) =>
        slot.opcode === 0x85 && slot.src === 1 ? { ...slot, offset: 0, imm: slot.offset } : slot,
      );
      expect(assemble(disassemble(program))).toEqual(plain);
    });
  },
);
