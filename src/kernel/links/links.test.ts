// Attaching against a kernel made of handlers: what kernels do that no machine here has, and what is left behind.

import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { SyscallError, UnsupportedError } from '../../base/index.ts';
import type { AttachTarget, BpfObject, ProgramSpec } from '../../object/index.ts';
import {
  errno,
  type FakeBpfCall,
  type FakeBpfHandler,
  FakeSystemCalls,
  Fd,
  openDescriptors,
  replaceSystemCalls,
  type SystemCallArgument,
} from '../../sys/index.ts';
import type { LoadedProgram } from '../types.ts';
import { attachProgram } from './index.ts';
import { CompositeLink, disposeAll } from './link.ts';
import { checkedCookies } from './multi-cookies.ts';
import { definition } from './probe-event.ts';

let undo: Disposable | undefined;
let before: number;

beforeEach(() => {
  before = openDescriptors().length;
});
afterEach(() => {
  undo?.[Symbol.dispose]();
  undo = undefined;
  expect(openDescriptors()).toHaveLength(before);
});

type CallHandlers = ConstructorParameters<typeof FakeSystemCalls>[1];

function fake(bpf: Record<string, FakeBpfHandler>, calls: CallHandlers = {}): FakeSystemCalls {
  const system = new FakeSystemCalls(bpf, calls);
  undo = replaceSystemCalls(system);
  return system;
}

function program(type: ProgramSpec['type'], expectedAttachType = 0): LoadedProgram & Disposable {
  const fd = new Fd(7, 'program "p"');
  const spec = { name: 'p', type, section: 'x', attach: undefined } as unknown as ProgramSpec;
  const loaded = { fd, spec, expectedAttachType, attachBtfId: 0, object: {} as BpfObject, maps: new Map() };
  return { ...loaded, [Symbol.dispose]: (): void => fd.close() };
}

const words = (bytes: Uint8Array): bigint[] => [...new BigUint64Array(bytes.slice().buffer)];

const sampling: AttachTarget = { kind: 'perf-event', frequencyHz: 99, cpu: 0 };

describe('perf events', () => {
  test('a kernel without link objects holds the program by the event', () => {
    const ioctls: number[] = [];
    let nextFd = 50;
    const system = fake(
      { BPF_LINK_CREATE: () => -errno.EINVAL },
      {
        perf_event_open: () => nextFd++,
        ioctl: (_fd: SystemCallArgument, request: SystemCallArgument) => {
          ioctls.push(Number(request));
          return 0;
        },
      },
    );
    using one = program('perf_event');
    const link = attachProgram(one, sampling);
    expect(ioctls).toEqual([0x40042408, 0x2400]); // SET_BPF, ENABLE
    expect(() => link.pin?.('/sys/fs/bpf/x')).toThrow(UnsupportedError);
    link[Symbol.dispose]();
    expect(ioctls.at(-1)).toBe(0x2401); // DISABLE
    expect(system.closed).toEqual([50]);
  });

  test('a link that cannot be made leaves no event open', () => {
    let nextFd = 50;
    const system = fake({ BPF_LINK_CREATE: () => -errno.EPERM }, { perf_event_open: () => nextFd++ });
    using one = program('perf_event');
    expect(() => attachProgram(one, sampling)).toThrow(SyscallError);
    expect(system.closed).toEqual([50]);
  });

  test('an event that cannot be enabled leaves nothing open', () => {
    const system = fake({ BPF_LINK_CREATE: () => 60 }, { perf_event_open: () => 50, ioctl: () => -errno.EINVAL });
    using one = program('perf_event');
    expect(() => attachProgram(one, sampling)).toThrow(SyscallError);
    expect(system.closed.sort()).toEqual([50, 60]);
  });

  test('the event lives as long as its link', () => {
    const system = fake({ BPF_LINK_CREATE: () => 60 }, { perf_event_open: () => 50, ioctl: () => 0 });
    using one = program('perf_event');
    attachProgram(one, sampling)[Symbol.dispose]();
    expect(system.closed).toEqual([60, 50]);
  });
});

describe('kprobe-multi', () => {
  test('names, cookies and flags are passed as the kernel reads them', () => {
    const calls: FakeBpfCall[] = [];
    const system = fake({
      BPF_LINK_CREATE: (call) => {
        calls.push(call);
        return 60;
      },
    });
    const passed: bigint[][] = [];
    const address = system.address.bind(system);
    system.address = (bytes): bigint => {
      if (bytes.byteLength === 16) passed.push(words(bytes));
      return address(bytes);
    };
    using one = program('kprobe', 42);
    const target: AttachTarget = {
      kind: 'kprobe-multi',
      functions: ['vfs_read', 'vfs_write'],
      cookies: [3n, 5n],
      return: true,
    };
    using link = attachProgram(one, target);
    expect(link.target).toBe(target);
    expect(calls[0]?.fields).toMatchObject({ prog_fd: 7, attach_type: 42 });
    const [names, cookies] = passed;
    expect(cookies).toEqual([3n, 5n]);
    expect(names).toHaveLength(2);
    expect(new Set(names).size).toBe(2);
  });

  test('a session is not imitated by single probes', () => {
    fake({ BPF_LINK_CREATE: () => -errno.EINVAL });
    using one = program('kprobe', 56);
    const target: AttachTarget = { kind: 'kprobe-multi', functions: ['vfs_read'], session: true };
    expect(() => attachProgram(one, target)).toThrow(expect.objectContaining({ since: '6.10' }));
  });

  test('cookies must be as many as functions', () => {
    fake({});
    using one = program('kprobe', 42);
    const target: AttachTarget = { kind: 'kprobe-multi', functions: ['vfs_read'], cookies: [1n, 2n] };
    expect(() => attachProgram(one, target)).toThrow('2 cookies for 1 places');
    expect(checkedCookies(undefined, 9)).toBeUndefined();
  });
});

test('a raw tracepoint refused for other reasons than its name', () => {
  fake({ BPF_RAW_TRACEPOINT_OPEN: () => -errno.EPERM });
  using one = program('raw_tracepoint');
  const attach = (): unknown => attachProgram(one, { kind: 'raw-tracepoint', name: 'sys_enter' });
  expect(attach).toThrow(expect.objectContaining({ errno: 'EPERM', call: 'bpf(BPF_RAW_TRACEPOINT_OPEN)' }));
});

describe('links of several parts', () => {
  test('every part is let go of, even when one fails', () => {
    const gone: number[] = [];
    const part = (number: number, fails = false): Disposable => ({
      [Symbol.dispose]: (): void => {
        gone.push(number);
        if (fails) throw new Error(`part ${number}`);
      },
    });
    expect(() => disposeAll([part(1), part(2, true), part(3)])).toThrow('part 2');
    expect(gone).toEqual([1, 2, 3]);
  });

  test('cannot be pinned', () => {
    const link = new CompositeLink({ kind: 'perf-event' }, []);
    expect(() => link.pin()).toThrow(UnsupportedError);
  });
});

test('probes as tracefs wants them defined', () => {
  const place = { kind: 'kprobe', where: 'vfs_read', offset: 0, atReturn: false, pid: -1, label: '' } as const;
  expect(definition(place, 'g/e')).toBe('p:g/e vfs_read');
  expect(definition({ ...place, offset: 4 }, 'g/e')).toBe('p:g/e vfs_read+4');
  expect(definition({ ...place, atReturn: true }, 'g/e')).toBe('r:g/e vfs_read');
  const user = { ...place, kind: 'uprobe', where: '/bin/x', offset: 0x1139 } as const;
  expect(definition(user, 'g/e')).toBe('p:g/e /bin/x:0x1139');
  expect(definition({ ...user, atReturn: true, refCounterOffset: 16 }, 'g/e')).toBe('r:g/e /bin/x:0x1139(0x10)');
});
