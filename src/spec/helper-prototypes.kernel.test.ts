// Checks the argument kinds of the helper table against the running kernel's verifier: a call made as the table says must
// load; with one argument wrong, null or of size zero it must load or fail as the table says.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isOlderThanTables } from '../../test/support/skip-unsupported.ts';
import type { HelperArgument, HelperRow, MapTypeName, ProgramTypeName } from './index.ts';
import { attachTypes, helperGroups, helpers, mapTypes, programHelpers, programTypes } from './index.ts';

// Reads programs (label, program type, attach type, flags, number of instructions, then code dst src offset imm of each; the
// immediate of a map load is the map's type); prints the label and whether the program loads, or why not.
const loaderSource = `
#include <bpf/bpf.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
static char text[1 << 16];
static int maps[64];
static int map_of(int type) {
  if (maps[type]) return maps[type];
  int key = 4, value = 8, entries = 4;
  if (type == 27 || type == 31) key = 0, value = 0, entries = 4096;
  if (type == 22) key = 0;
  if (type == 3 || type == 4 || type == 8 || type == 14 || type == 15 || type == 18 || type == 20) value = 4;
  return maps[type] = bpf_map_create(type, "map", key, value, entries, NULL);
}
int main(void) {
  char label[128];
  int type, attach, flags, count;
  while (scanf("%127s %d %d %d %d", label, &type, &attach, &flags, &count) == 5) {
    struct bpf_insn program[256];
    for (int i = 0; i < count; i++) {
      int code, dst, src, offset, imm;
      if (scanf("%d %d %d %d %d", &code, &dst, &src, &offset, &imm) != 5) return 1;
      if (code == 0x18 && src == 1) imm = map_of(imm);
      program[i] = (struct bpf_insn){.code = code, .dst_reg = dst, .src_reg = src, .off = offset, .imm = imm};
    }
    LIBBPF_OPTS(bpf_prog_load_opts, options, .expected_attach_type = attach, .prog_flags = flags, .log_buf = text,
                .log_size = sizeof text, .log_level = 1);
    text[0] = 0;
    int fd = bpf_prog_load(type, NULL, "GPL", program, count, &options);
    if (fd >= 0) { close(fd); printf("%s loaded\\n", label); continue; }
    char *reason = "";
    for (char *line = strtok(text, "\\n"); line; line = strtok(NULL, "\\n"))
      if (strncmp(line, "processed", 9)) reason = line;
    printf("%s %s\\n", label, reason);
  }
}
`;

type Slot = readonly [code: number, dst: number, src: number, offset: number, imm: number];

const rows: readonly HelperRow[] = helpers;
const mapFor: Readonly<Record<string, MapTypeName>> = {
  sk_redirect_map: 'sockmap', msg_redirect_map: 'sockmap', sock_map_update: 'sockmap', sock_hash_update: 'sockhash',
  msg_redirect_hash: 'sockhash', sk_redirect_hash: 'sockhash', redirect_map: 'devmap', tail_call: 'prog_array',
  perf_event_output: 'perf_event_array', perf_event_read: 'perf_event_array', perf_event_read_value: 'perf_event_array',
  get_stackid: 'stack_trace', skb_under_cgroup: 'cgroup_array', current_task_under_cgroup: 'cgroup_array',
  map_push_elem: 'queue', map_pop_elem: 'queue', map_peek_elem: 'queue', ringbuf_output: 'ringbuf', ringbuf_query: 'ringbuf',
  sk_select_reuseport: 'reuseport_sockarray', map_lookup_percpu_elem: 'percpu_array',
};
// These want a structure of a certain size.
const sizeFor: Readonly<Record<string, number>> = { fib_lookup: 64, bind: 16 };
// Where an attach type or flag is wanted; the other types load with 0.
const programFor: readonly (readonly [ProgramTypeName, attach?: string, flags?: number])[] = [
  ['socket_filter'], ['kprobe'], ['sched_cls'], ['xdp', 'xdp'], ['perf_event'], ['sock_ops', 'cgroup_sock_ops'],
  ['cgroup_sock_addr', 'cgroup_inet4_connect'], ['sk_skb'], ['sk_msg', 'sk_msg_verdict'], ['lwt_in'], ['lwt_xmit'],
  ['lwt_seg6local'], ['sk_reuseport', 'sk_reuseport_select'], ['cgroup_sysctl', 'cgroup_sysctl'], ['syscall', '', 0x10],
  ['cgroup_device', 'cgroup_device'],
];
// In these two, and with `acquires`, the bare call cannot load: a reference would leak; the storage needs a cgroup's map.
const untried = new Set(['get_local_storage', 'probe_write_user', 'override_return']);

const isMemory = (kind: HelperArgument): boolean => /memory|map-key|map-value|stack-or-null/.test(kind);
const isSize = (kind: HelperArgument): boolean => kind === 'size' || kind === 'size-or-zero';

/** Puts what the table asks for into the registers; undefined where that takes more than a straight line. */
function argumentSlots(row: HelperRow): Slot[] | undefined {
  const slots: Slot[] = [];
  let stack = 0;
  for (const [index, kind] of row.arguments.entries()) {
    const register = index + 1;
    if (kind === 'ctx' || kind === 'ctx-or-null') slots.push([0xbf, register, 6, 0, 0]);
    else if (kind === 'map') {
      const type = mapTypes.find(({ name }) => name === (mapFor[row.name] ?? 'hash'))?.value ?? 1;
      slots.push([0x18, register, 1, 0, type], [0, 0, 0, 0, 0]);
    } else if (kind === 'scalar') slots.push([0xb7, register, 0, 0, 0]);
    else if (isSize(kind)) slots.push([0xb7, register, 0, 0, sizeFor[row.name] ?? 8]);
    else if (isMemory(kind) && kind !== 'ringbuf-memory') {
      stack -= 64;
      slots.push([0xbf, register, 10, 0, 0], [0x07, register, 0, 0, stack]);
    } else return undefined;
  }
  return slots;
}

const prologue: readonly Slot[] = [
  [0xbf, 6, 1, 0, 0],
  ...Array.from({ length: 32 }, (_, index): Slot => [0x7a, 10, 0, -8 * (index + 1), 0]),
];

function programOf(row: HelperRow, slots: readonly Slot[], last: readonly Slot[] = []): Slot[] {
  return [...prologue, ...slots, ...last, [0x85, 0, 0, 0, row.id], [0xb7, 0, 0, 0, 0], [0x95, 0, 0, 0, 0]];
}

/** A register's value that the kind forbids. */
function wrongSlots(register: number, kind: HelperArgument): Slot[] | undefined {
  if (kind === 'scalar') return undefined;
  if (isSize(kind)) return [[0xbf, register, 10, 0, 0]];
  return [[0xb7, register, 0, 0, 77_777]];
}

/** Null for a pointer with, where it has one, size zero; or size zero for a size. */
function emptySlots(row: HelperRow, index: number): Slot[] | undefined {
  const kind = row.arguments[index];
  if (kind === undefined) return undefined;
  const zero = (at: number): Slot => [0xb7, at + 1, 0, 0, 0];
  if (isSize(kind)) return [zero(index)];
  if (!isMemory(kind)) return undefined;
  return row.arguments[index + 1] === 'size-or-zero' ? [zero(index), zero(index + 1)] : [zero(index)];
}

interface Case {
  readonly helper: string;
  readonly program: readonly Slot[];
  readonly type: (typeof programFor)[number];
  /** `call`: as the table says; else the kind tried and whether it should load. */
  readonly expected: 'loaded' | 'refused' | 'call';
  readonly what: string;
}

function offers(type: ProgramTypeName, helper: string): boolean {
  const { groups, helpers: own } = programHelpers[type];
  return own.some((name) => name === helper) || groups.some((group) => helperGroups[group].some((name) => name === helper));
}

function casesOf(row: HelperRow): Case[] {
  const slots = argumentSlots(row);
  if (!slots || row.acquires || row.sleeps || untried.has(row.name)) return [];
  const types = programFor.filter(([type]) => offers(type, row.name));
  const [first] = types;
  if (!first) return [];
  const cases: Case[] = types.map((type) => ({ helper: row.name, program: programOf(row, slots), type, expected: 'call', what: type[0] }));
  for (const [index, kind] of row.arguments.entries()) {
    const wrong = wrongSlots(index + 1, kind);
    if (wrong && !(kind === 'ctx' && row.name === 'get_cgroup_classid')) {
      cases.push({ helper: row.name, program: programOf(row, slots, wrong), type: first, expected: 'refused', what: `wrong-${index}-${kind}` });
    }
    const empty = emptySlots(row, index);
    const allowsEmpty = kind.endsWith('-or-null') || kind === 'size-or-zero';
    if (empty && !(row.name in sizeFor)) {
      const expected = allowsEmpty ? 'loaded' : 'refused';
      cases.push({ helper: row.name, program: programOf(row, slots, empty), type: first, expected, what: `empty-${index}-${kind}` });
    }
  }
  return cases;
}

let directory = '';
const cases = rows.flatMap(casesOf);
let outcomes: string[] = [];

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'prototypes-'));
  writeFileSync(join(directory, 'loader.c'), loaderSource);
  try {
    execFileSync('cc', ['-O1', '-o', join(directory, 'loader'), join(directory, 'loader.c'), '-lbpf'], { stdio: 'pipe' });
  } catch (cause) {
    throw new Error('this test needs a C compiler and libbpf-dev (apt-get install gcc libbpf-dev)', { cause });
  }
  const input = cases.map(({ helper, what, type: [type, attach = '', flags = 0], program }) => {
    const typeValue = programTypes.find(({ name }) => name === type)?.value ?? 0;
    const attachValue = attachTypes.find(({ name }) => name === attach)?.value ?? 0;
    const head = `${helper}/${what} ${typeValue} ${attachValue} ${flags} ${program.length}`;
    return [head, ...program.map((slot) => slot.join(' '))].join('\n');
  });
  const output = execFileSync(join(directory, 'loader'), { input: input.join('\n'), encoding: 'utf8', maxBuffer: 1 << 24 });
  outcomes = output.trimEnd().split('\n').map((line) => line.slice(line.indexOf(' ') + 1));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

describe.skipIf(isOlderThanTables)('argument kinds on the running kernel (skipped on kernels older than the tables)', () => {
  it('let a call load that is made as the table says', () => {
    expect(outcomes).toHaveLength(cases.length);
    const called = new Map<string, string[]>();
    for (const [index, { helper, expected }] of cases.entries()) {
      if (expected === 'call') called.set(helper, [...(called.get(helper) ?? []), outcomes[index] ?? '']);
    }
    // One program type is enough: some take a context of another kind.
    for (const [helper, results] of called) expect(results, helper).toContain('loaded');
    expect(called.size).toBeGreaterThan(125);
  });

  it('are refused when wrong, null or empty exactly where the table says', () => {
    let tried = 0;
    for (const [index, { helper, what, expected }] of cases.entries()) {
      if (expected === 'call') continue;
      tried++;
      const outcome = outcomes[index] ?? '';
      expect(outcome === 'loaded' ? 'loaded' : 'refused', `${helper} ${what}: ${outcome}`).toBe(expected);
    }
    expect(tried).toBeGreaterThan(300);
  });
});
