// The parts of sys that need no kernel.

import { afterEach, describe, expect, test } from 'vitest';
import { FormatError, SyscallError, UnsupportedError, UsageError } from '../base/index.ts';
import { commands } from '../spec/index.ts';
import { bpf, bpfFd, objectInfo, tryBpf } from './bpf.ts';
import { bpfCommands, mapInfoLayout } from './bpf-layouts.ts';
import { errno, errnoMeaning, errnoName, errnos } from './errno.ts';
import { FakeSystemCalls } from './fake.ts';
import { Fd, openDescriptors } from './fd.ts';
import { hintFor } from './hints.ts';
import { kernelAtLeast, parseCpuList, parseRelease } from './machine.ts';
import { systemCallNumber } from './numbers.ts';
import { StructLayout } from './struct-layout.ts';
import { replaceSystemCalls } from './system-calls.ts';
import { WaitSet } from './wait-set.ts';

const undo: Disposable[] = [];

function use(fake: FakeSystemCalls): FakeSystemCalls {
  undo.push(replaceSystemCalls(fake));
  return fake;
}

afterEach(() => {
  for (const replacement of undo.splice(0).reverse()) replacement[Symbol.dispose]();
  expect(openDescriptors()).toEqual([]);
});

describe('tables', () => {
  test('errno numbers and names are unique, and Node agrees', async () => {
    expect(new Set(errnos.map(({ value }) => value)).size).toBe(errnos.length);
    expect(new Set(errnos.map(({ name }) => name)).size).toBe(errnos.length);
    const { constants } = await import('node:os');
    for (const { name, value } of errnos) {
      const theirs = (constants.errno as Record<string, number | undefined>)[name];
      if (theirs !== undefined && process.platform === 'linux') expect([name, value]).toEqual([name, theirs]);
    }
    expect(errnoName(2)).toBe('ENOENT');
    expect(errnoName(4242)).toBe('errno 4242');
    expect(errnoMeaning(4242)).toBe('unknown error');
  });

  test('commands of bpf(2) are those of the specification', () => {
    for (const { kernelName, value } of commands) {
      expect([kernelName, bpfCommands[kernelName]?.number]).toEqual([kernelName, value]);
    }
    expect(Object.keys(bpfCommands)).toHaveLength(commands.length);
  });

  test('system call numbers: an unknown architecture says so', () => {
    expect(systemCallNumber('bpf', 'x64')).toBe(321);
    expect(systemCallNumber('bpf', 'arm64')).toBe(280);
    expect(() => systemCallNumber('bpf', 'mips')).toThrow(UnsupportedError);
  });
});

describe('struct layouts', () => {
  const layout = new StructLayout('sample', {
    a: 'u8',
    b: 'u32',
    c: 'u64',
    alias: { at: 'c', type: 'u32' },
    d: 'u16',
    name: 'char16',
  });

  test('follow C’s alignment', () => {
    expect(['a', 'b', 'c', 'alias', 'd', 'name'].map((name) => layout.offsetOf(name as 'a'))).toEqual([
      0, 4, 8, 8, 16, 18,
    ]);
    expect(layout.size).toBe(40);
  });

  test('decode what they encode; names are cut and terminated', () => {
    const { bytes, usedBytes } = layout.encode({ a: 1, b: 2, c: 3n, name: 'a name that is too long' });
    expect(layout.decode(bytes)).toMatchObject({ a: 1, b: 2, c: 3n, d: 0, name: 'a name that is ' });
    expect(usedBytes).toBe(34);
    expect(layout.encode({ b: 1, d: 0, name: '' }).usedBytes).toBe(8);
  });

  test('what an older kernel does not fill reads as zero', () => {
    expect(layout.decode(new Uint8Array([9]))).toMatchObject({ a: 9, c: 0n });
  });

  test('extensions start where they are aligned', () => {
    const extended = new StructLayout('base', { a: 'u32' }).extend('more', { b: 'u64' }, 8);
    expect([extended.offsetOf('b'), extended.size]).toEqual([8, 16]);
  });
});

describe('bpf(2)', () => {
  test('passes no more of the attribute than holds something', () => {
    const fake = use(new FakeSystemCalls({ BPF_MAP_CREATE: () => fake.newFd() }));
    const fd = bpfFd('BPF_MAP_CREATE', { map_type: 1, key_size: 4, max_entries: 2, map_extra: 0n }, 'map');
    expect(fake.calls[0]).toMatchObject({ command: 'BPF_MAP_CREATE', size: 16, fields: { map_type: 1, key_size: 4 } });
    fd.close();
    expect(fake.closed).toEqual([1000]);
  });

  test('reads what the kernel wrote, and memory pointed to', () => {
    use(
      new FakeSystemCalls({
        BPF_MAP_GET_NEXT_ID: (call) => {
          call.write('next_id', Number(call.fields.id) + 1);
          return 0;
        },
        BPF_OBJ_GET_INFO_BY_FD: (call) => {
          mapInfoLayout.set(call.memory('info'), 'max_entries', 17);
          return 0;
        },
      }),
    );
    expect(tryBpf('BPF_MAP_GET_NEXT_ID', { id: 4 }).attribute().next_id).toBe(5);
    expect(objectInfo(3, mapInfoLayout).max_entries).toBe(17);
  });

  test('errors name call, errno, context and what to do', () => {
    use(new FakeSystemCalls({ BPF_MAP_UPDATE_ELEM: () => -errno.E2BIG }));
    try {
      bpf('BPF_MAP_UPDATE_ELEM', { map_fd: 3 }, 'map "counts"');
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(SyscallError);
      expect(error).toMatchObject({
        message: 'map "counts": bpf(BPF_MAP_UPDATE_ELEM): E2BIG',
        errno: 'E2BIG',
        hint: expect.stringContaining('max_entries'),
      });
    }
  });
});

describe('hints', () => {
  test('the most particular one is given, else none', () => {
    expect(hintFor('bpf(BPF_OBJ_GET)', 'ENOENT')).toContain('nothing is pinned');
    expect(hintFor('bpf(BPF_LINK_UPDATE)', 'EPERM')).toMatch(/CAP_BPF|security policy|lockdown|lacks/);
    expect(hintFor('perf_event_open', 'EACCES')).toMatch(/CAP_PERFMON|security policy|lockdown/);
    expect(hintFor('socket', 'EMFILE')).toContain('ulimit -n');
    expect(hintFor('socket', 'EDOM')).toBeUndefined();
  });
});

describe('descriptors', () => {
  test('close once, count while open, cannot be used afterwards', () => {
    const fake = use(new FakeSystemCalls());
    const fd = new Fd(7, 'thing');
    expect(openDescriptors()).toEqual(['thing']);
    fd[Symbol.dispose]();
    fd.close();
    expect(fake.closed).toEqual([7]);
    expect(() => fd.number).toThrow(UsageError);
    expect(fd.closed).toBe(true);
  });

  test('released ones stay open', () => {
    const fake = use(new FakeSystemCalls());
    const fd = new Fd(8, 'thing');
    expect(fd.release()).toBe(8);
    fd.close();
    expect(fake.closed).toEqual([]);
  });
});

describe('waiting', () => {
  test('a set whose descriptor is ready at once does not wait', async () => {
    const fake = use(
      new FakeSystemCalls({}, { epoll_create1: () => fake.newFd(), epoll_ctl: () => 0, epoll_pwait: () => 1 }),
    );
    const set = new WaitSet('test');
    set.add(3);
    expect(await set.wait(1000)).toBe(true);
    set.close();
  });

  test('an aborted signal or no time at all ends it at once', async () => {
    const fake = use(
      new FakeSystemCalls({}, { epoll_create1: () => fake.newFd(), epoll_ctl: () => 0, epoll_pwait: () => 0 }),
    );
    const set = new WaitSet('test');
    expect(await set.wait(1000, AbortSignal.abort())).toBe(false);
    expect(await set.wait(0)).toBe(false);
    set.close();
  });
});

describe('facts about the machine', () => {
  test('CPU lists', () => {
    expect(parseCpuList('0-3,5\n')).toEqual([0, 1, 2, 3, 5]);
    expect(parseCpuList('0')).toEqual([0]);
    for (const bad of ['a', '3-1', '-', '1-', '0-99999999']) expect(() => parseCpuList(bad)).toThrow(FormatError);
  });

  test('releases', () => {
    expect(parseRelease('6.1.0-13-amd64')).toMatchObject({ major: 6, minor: 1, patch: 0 });
    expect(parseRelease('7.0')).toMatchObject({ major: 7, minor: 0, patch: 0 });
    expect(() => parseRelease('linux')).toThrow(FormatError);
    const running = parseRelease('5.10.7');
    expect(['5.10', '5.9', '4.19', '5.10.7'].map((release) => kernelAtLeast(release, running))).toEqual([
      true,
      true,
      true,
      true,
    ]);
    expect(['5.11', '6.0', '5.10.8'].map((release) => kernelAtLeast(release, running))).toEqual([false, false, false]);
  });
});
