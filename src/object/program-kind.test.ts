// Section names: every row of the table, targets of every kind, and names that say nothing.

import { expect, test } from 'vitest';
import { UsageError } from '../base/index.ts';
import { sections } from '../spec/index.ts';
import { findSectionRow, programKind, requireProgramType } from './program-kind.ts';
import type { ProgramSpec } from './types.ts';

test.each(sections.map((row) => [row.name, row] as const))('%s is found by its own name', (name, row) => {
  expect(findSectionRow(name)?.type).toBe(row.type);
  const kind = programKind(`?${name}`);
  expect(kind).toMatchObject({ type: row.type, autoload: false, section: name });
  expect((kind.flags & 16) !== 0).toBe('sleepable' in row);
});

const targets: readonly (readonly [section: string, target: object | undefined])[] = [
  ['kprobe/do_unlinkat', { kind: 'kprobe', function: 'do_unlinkat' }],
  ['kprobe/do_unlinkat+0x10', { kind: 'kprobe', function: 'do_unlinkat', offset: 16 }],
  ['kprobe/do_unlinkat+', undefined],
  ['kretprobe/do_unlinkat', { kind: 'kprobe', function: 'do_unlinkat', return: true }],
  ['kretprobe/do_unlinkat+4', undefined],
  ['kprobe', undefined],
  ['kprobe.multi/tcp_*', { kind: 'kprobe-multi', pattern: 'tcp_*' }],
  ['kretprobe.multi/tcp_*', { kind: 'kprobe-multi', pattern: 'tcp_*', return: true }],
  ['kprobe.session/tcp_*', { kind: 'kprobe-multi', pattern: 'tcp_*', session: true }],
  ['ksyscall/openat', { kind: 'ksyscall', function: 'openat' }],
  ['kretsyscall/openat', { kind: 'ksyscall', function: 'openat', return: true }],
  ['uprobe//bin/bash:readline', { kind: 'uprobe', path: '/bin/bash', symbol: 'readline', offset: 0 }],
  ['uprobe/libc.so.6:malloc+8', { kind: 'uprobe', path: 'libc.so.6', symbol: 'malloc', offset: 8 }],
  ['uprobe//bin/bash:0x1234', { kind: 'uprobe', path: '/bin/bash', offset: 0x1234 }],
  [
    'uretprobe.s//bin/bash:readline',
    { kind: 'uprobe', path: '/bin/bash', symbol: 'readline', offset: 0, return: true },
  ],
  ['uprobe//bin/bash', undefined],
  ['uprobe.multi/libc.so.6:str*', { kind: 'uprobe-multi', path: 'libc.so.6', pattern: 'str*' }],
  [
    'usdt//usr/lib/libc.so.6:libc:setjmp',
    { kind: 'usdt', path: '/usr/lib/libc.so.6', provider: 'libc', name: 'setjmp' },
  ],
  ['usdt/libc:setjmp', undefined],
  ['tp/syscalls/sys_enter_openat', { kind: 'tracepoint', category: 'syscalls', name: 'sys_enter_openat' }],
  ['tracepoint/syscalls', undefined],
  ['raw_tp/sched_switch', { kind: 'raw-tracepoint', name: 'sched_switch' }],
  ['raw_tracepoint.w/nbd_send_request', { kind: 'raw-tracepoint', name: 'nbd_send_request' }],
  ['tp_btf/sched_switch', { kind: 'tracing', function: 'sched_switch' }],
  ['fentry.s/do_unlinkat', { kind: 'tracing', function: 'do_unlinkat' }],
  ['lsm/file_open', { kind: 'tracing', function: 'file_open' }],
  ['iter/task', { kind: 'iterator', target: 'task' }],
  ['lsm_cgroup/socket_bind', undefined],
  ['xdp', undefined],
];

test.each(targets)('%s', (section, target) => {
  const kind = programKind(section);
  expect(kind.type).toBeDefined();
  expect(kind.attach).toEqual(target);
});

test('what the load names by BTF id', () => {
  expect(programKind('fexit/do_unlinkat').attachBtf).toBe('do_unlinkat');
  expect(programKind('lsm_cgroup/socket_bind').attachBtf).toBe('socket_bind');
  expect(programKind('iter.s/task')).toMatchObject({ attachBtf: 'task', attachType: 'trace_iter', flags: 16 });
  expect(programKind('freplace/other').attachBtf).toBe('other');
  expect(programKind('fentry').attachBtf).toBeUndefined();
  expect(programKind('kprobe/x').attachBtf).toBeUndefined();
});

test('flags and attach types', () => {
  expect(programKind('xdp.frags')).toMatchObject({ type: 'xdp', attachType: 'xdp', flags: 32 });
  expect(programKind('xdp/devmap')).toMatchObject({ attachType: 'xdp_devmap', flags: 0 });
  expect(programKind('cgroup/connect4')).toMatchObject({
    attachType: 'cgroup_inet4_connect',
    attachTypeOptional: false,
  });
  expect(programKind('cgroup_skb/ingress')).toMatchObject({ attachTypeOptional: true });
  expect(programKind('syscall').flags).toBe(16);
});

test.each(['xdpfoo', 'kprobefoo/x', 'maps', '.text', 'socket/x', 'cgroup/unknown'])('%j says nothing', (section) => {
  const { type, attach, attachType } = programKind(section);
  expect([type, attach, attachType]).toEqual([undefined, undefined, undefined]);
  const program = { name: 'p', section, type } as ProgramSpec;
  expect(() => requireProgramType(program)).toThrow(UsageError);
  expect(() => requireProgramType(program)).toThrow(section);
});
