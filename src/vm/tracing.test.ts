// Contexts by name, memory elsewhere, surroundings, kernel functions: in both engines.

import { beforeAll, describe, expect, test } from 'vitest';
import { compileC } from '../../test/support/compile-c.ts';
import type { HostObject } from '../host/index.ts';
import type { BpfObject } from '../object/index.ts';
import { readObject } from '../object/index.ts';
import { type VmHost, vm } from './vm.ts';

let object: BpfObject;
beforeAll(async () => {
  object = readObject(await compileC('src/vm/fixtures/tracing.bpf.c'), { name: 'tracing.bpf.o' });
});

const format = `name: sched_process_exec
	field:unsigned short common_type;	offset:0;	size:2;	signed:0;
	field:int common_pid;	offset:4;	size:4;	signed:1;

	field:__data_loc char[] filename;	offset:8;	size:4;	signed:0;
	field:pid_t pid;	offset:12;	size:4;	signed:1;
	field:pid_t old_pid;	offset:16;	size:4;	signed:1;
`;

describe.each(['interpreter', 'wasm'] as const)('%s', (engine) => {
  let host: VmHost;
  let loaded: HostObject;
  const printed: string[] = [];
  beforeAll(() => {
    host = vm({ engine, cpuCount: 4, print: (line) => printed.push(line) });
    loaded = host.loadNow(object);
  });

  const bss = (): { text: string; values: readonly bigint[] } => {
    const variables = object.maps.find(({ name }) => name === 'tracing.bss')?.data?.variables ?? [];
    const bytes = loaded.maps.get('tracing.bss')?.lookup(new Uint8Array(4)) ?? new Uint8Array(0);
    const at = (name: string): number => variables.find((variable) => variable.name === name)?.offset ?? 0;
    const view = new DataView(bytes.buffer, bytes.byteOffset + at('values'));
    const text = Buffer.from(bytes.subarray(at('text'), at('text') + 32))
      .toString('latin1')
      .replace(/\0.*/s, '');
    return { text, values: Array.from({ length: 8 }, (_, index) => view.getBigUint64(index * 8, true)) };
  };

  test('probes get their arguments in registers and read memory the test supplies', () => {
    host.supplyMemory(0xffff_8880_0000_1000n, new TextEncoder().encode('/etc/passwd\0'));
    const result = host.run('on_open', { args: [3, 0xffff_8880_0000_1000n], cookie: 77n });
    expect(result.returnValue).toBe(12);
    expect(bss().text).toBe('/etc/passwd');
    expect(bss().values.slice(0, 3)).toEqual([3n, 0xffff_8880_0000_1000n, 77n]);
    expect(host.run('on_return', { result: -2 }).returnValue).toBe(0xffff_fffe);
  });

  test('tracepoint records by their format', () => {
    expect(host.run('on_exec', { format, filename: '/bin/true', pid: 42 }).returnValue).toBe(42);
    expect(bss().text).toBe('/bin/true');
    expect(() => host.run('on_exec', { format, fliename: 'x' })).toThrow('context.fliename: no such field');
  });

  test('raw tracepoints get 64-bit arguments', () => {
    expect(host.run('on_switch', { args: [4, 0, 2] }).returnValue).toBe(42);
  });

  test('surroundings can be set', () => {
    host.environment.task = { ...host.environment.task, pid: 8, tgid: 7, uid: 1000, gid: 100, comm: 'tester' };
    host.run('surroundings', { args: [], context: new Uint8Array(64), cpu: 3 });
    expect(bss()).toMatchObject({ text: 'tester' });
    const minusEfault = BigInt.asUintN(64, -14n);
    expect(bss().values.slice(0, 6)).toEqual([(7n << 32n) | 8n, (100n << 32n) | 1000n, 1n, 3n, minusEfault, 0n]);
    expect(printed.at(-1)).toBe('pid 8 of tester');
  });

  test('iterators over numbers', () => {
    expect(host.run('iterate', { args: [] }).returnValue).toBe(3456);
  });

  test('sysctl, socket addresses and socket look-ups', () => {
    const sysctl = { name: 'net/ipv4/ip_forward', current: '0', written: '1' };
    expect(host.run('on_sysctl', { write: 1, sysctl }).returnValue).toBe(1);
    expect(bss().text).toBe('ip_forward');
    const connected = host.run('on_connect', { user_ip4: 0x0100007f, user_port: 1 });
    expect(connected.returnValue).toBe(1);
    expect(new DataView(connected.context?.slice().buffer ?? new ArrayBuffer(28)).getUint32(24, true)).toBe(0x5000);
    expect(host.run('on_lookup', { local_port: 80, protocol: 6 }).returnValue).toBe(1);
    expect(() => host.run('on_lookup', { locla_port: 80 })).toThrow('no such field');
  });

  test('storage of tasks is kept by thread id', () => {
    const storage = loaded.maps.get('per_task');
    for (const pid of [11, 12, 11]) {
      host.environment.task = { ...host.environment.task, pid };
      host.run('count_task', { args: [] });
    }
    const counts = [11, 12, 13].map((pid) => storage?.lookup(new Uint8Array(new Uint32Array([pid]).buffer))?.[0]);
    expect(counts).toEqual([2, 1, undefined]);
  });

  test('a helper the machine does not have is named', () => {
    expect(() => host.run('not_here', { args: [] })).toThrow('bpf_get_branch_snapshot is not available');
  });
});
