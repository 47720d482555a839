// The door to the operating system, against the running kernel.

import { existsSync } from 'node:fs';
import { release } from 'node:os';
import { afterEach, describe, expect, test } from 'vitest';
import { isIdleDuring } from '../../test/support/processor-time.ts';
import { bpf, bpfFd, objectInfo, tryBpf } from './bpf.ts';
import { mapInfoLayout } from './bpf-layouts.ts';
import { hasCapability } from './capabilities.ts';
import { errno } from './errno.ts';
import { callSystem } from './failure.ts';
import { Fd, openDescriptors } from './fd.ts';
import { fileSystemType, findBpffs, findTracefs, isBpffs, mountBpffs, mountTracefs } from './file-systems.ts';
import { kernelRelease, onlineCpus, pageSize, possibleCpus, processStart } from './machine.ts';
import { mapMemory } from './memory.ts';
import { ioctl, perfEventOpen, perfIoctls, perfSoftware, perfTypes } from './perf-event.ts';
import { netlinkRequest, openPacketSocket } from './sockets.ts';
import { systemCalls } from './system-calls.ts';
import { WaitSet } from './wait-set.ts';

afterEach(() => {
  expect(openDescriptors()).toEqual([]);
});

function createArray(flags = 0): Fd {
  return bpfFd(
    'BPF_MAP_CREATE',
    { map_type: 2, key_size: 4, value_size: 8, max_entries: 4, map_flags: flags, map_name: 'sys_test' },
    'map "sys_test"',
  );
}

test('creates a map, writes and reads it, asks for its info', () => {
  const map = createArray();
  const key = new Uint8Array([1, 0, 0, 0]);
  bpf('BPF_MAP_UPDATE_ELEM', { map_fd: map.number, key, value: new Uint8Array([1, 2, 3, 4, 5, 6, 7, 8]) });
  const value = new Uint8Array(8);
  bpf('BPF_MAP_LOOKUP_ELEM', { map_fd: map.number, key, value });
  expect([...value]).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  expect(objectInfo(map.number, mapInfoLayout)).toMatchObject({ type: 2, value_size: 8, name: 'sys_test' });
  map.close();
  map.close();
  expect(() => map.number).toThrow('closed');
});

test('a failure names call, errno and what to do', () => {
  expect(() => createArray(1 << 30)).toThrow('map "sys_test": bpf(BPF_MAP_CREATE): EINVAL');
  expect(tryBpf('BPF_MAP_LOOKUP_ELEM', { map_fd: 1_000_000 }).result).toBe(-errno.EBADF);
});

test('mapped memory is shared, and harmless after it was closed', () => {
  const map = createArray(1 << 10);
  const memory = mapMemory({ fd: map.number, sizeBytes: pageSize(), writable: true, label: 'test' });
  memory.bytes[8] = 77;
  const value = new Uint8Array(8);
  bpf('BPF_MAP_LOOKUP_ELEM', { map_fd: map.number, key: new Uint8Array([1, 0, 0, 0]), value });
  expect(value[0]).toBe(77);
  const held = memory.bytes;
  memory.close();
  memory.close();
  expect(held[8]).toBe(0);
  map.close();
});

describe('waiting', () => {
  function eventFd(): Fd {
    return new Fd(systemCalls().call('eventfd2', 0, 0x80000), 'eventfd');
  }
  function signalFd(fd: Fd): void {
    systemCalls().call('write', fd.number, new Uint8Array([1, 0, 0, 0, 0, 0, 0, 0]), 8);
  }

  test('wakes up when a descriptor becomes readable, many waiters at once', async () => {
    const fds = Array.from({ length: 64 }, eventFd);
    const sets = fds.map((fd) => {
      const set = new WaitSet('test');
      set.add(fd.number, 7);
      return set;
    });
    const waits = sets.flatMap((set) => [set.wait(Number.POSITIVE_INFINITY), set.wait(Number.POSITIVE_INFINITY)]);
    setTimeout(() => fds.forEach(signalFd), 10);
    expect(new Set(await Promise.all(waits))).toEqual(new Set([true]));
    expect(sets[0]?.ready()).toEqual([7]);
    for (const closable of [...sets, ...fds]) closable.close();
  });

  test('ends at the time-out, at an abort and at close', async () => {
    const fd = eventFd();
    const set = new WaitSet('test');
    set.add(fd.number);
    expect(await set.wait(5)).toBe(false);
    const controller = new AbortController();
    const aborted = set.wait(60_000, controller.signal);
    controller.abort();
    expect(await aborted).toBe(false);
    const closed = set.wait(Number.POSITIVE_INFINITY);
    set.close();
    expect(await closed).toBe(false);
    await expect(set.wait(1)).rejects.toThrow('closed');
    fd.close();
  });

  test('takes no processor time while waiting', async () => {
    const fd = eventFd();
    const set = new WaitSet('test');
    set.add(fd.number);
    expect(await isIdleDuring(() => set.wait(100))).toBe(true);
    set.close();
    fd.close();
  });
});

describe('sockets and events', () => {
  test('a netlink request is answered; a refused one names what it was for', () => {
    const getLink = 18;
    const loopback = new Uint8Array(16);
    new DataView(loopback.buffer).setInt32(4, 1, true);
    const answers = netlinkRequest({ protocol: 0, type: getLink, payload: loopback, label: 'ask for lo' });
    expect(answers).toHaveLength(1);
    expect(Buffer.from(answers[0] ?? []).toString('latin1')).toContain('lo\0');
    new DataView(loopback.buffer).setInt32(4, 0x7ffffff0, true);
    expect(() => netlinkRequest({ protocol: 0, type: getLink, payload: loopback, label: 'ask for nothing' })).toThrow(
      'ask for nothing: netlink: ENODEV',
    );
  });

  test('a packet socket on the loopback interface', () => {
    openPacketSocket(1, 'packets').close();
    expect(() => openPacketSocket(0x7ffffff0, 'packets')).toThrow('packets: bind: ENODEV');
  });

  test('a software event counts', () => {
    const attribute = { type: perfTypes.software, config: perfSoftware.taskClock };
    const event = perfEventOpen({ attribute, pid: 0, cpu: -1, label: 'clock' });
    const start = performance.now();
    while (performance.now() - start < 2) {
      // The clock runs while this process does.
    }
    const count = new Uint8Array(8);
    expect(callSystem('read', [event.number, count, 8])).toBe(8);
    expect(new DataView(count.buffer).getBigUint64(0, true)).toBeGreaterThan(0n);
    ioctl(event.number, perfIoctls.disable, 0);
    event.close();
    expect(() => perfEventOpen({ attribute: { type: 77 }, pid: 0, cpu: -1, label: 'no such event' })).toThrow(
      'no such event: perf_event_open: ENOENT',
    );
  });
});

describe('the machine', () => {
  test('file systems are found, or mounted', () => {
    const tracing = mountTracefs();
    expect(existsSync(`${tracing}/events`)).toBe(true);
    expect(findTracefs()).toBe(tracing);
    const pins = mountBpffs();
    expect(isBpffs(pins)).toBe(true);
    expect(findBpffs()).toBeDefined();
    expect(isBpffs('/proc')).toBe(false);
    expect(fileSystemType('/no/such/path')).toBeUndefined();
  });

  test('facts agree with Node', () => {
    expect(kernelRelease().text).toBe(release());
    expect(possibleCpus()).toBeGreaterThanOrEqual(onlineCpus().length);
    expect(pageSize() % 4096).toBe(0);
    expect(hasCapability('CAP_SYS_ADMIN')).toBe(true);
    expect(processStart(process.pid)).toBeGreaterThan(0n);
    expect(processStart(0x3fffffff)).toBeUndefined();
  });
});
