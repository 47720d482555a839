// A test of a tracepoint program, the same for both hosts. The embedded machine is told what happens; on the kernel (as root,
// with TSBPF_HOST=kernel) it really happens.

import { closeSync, openSync } from 'node:fs';
import { type Host, kernelHost, load, openObject, VmHost, vm } from 'tsbpf';
import { beforeAll, describe, expect, test } from 'vitest';

const host: Host = process.env.TSBPF_HOST === 'kernel' ? kernelHost() : vm();
const path = '/etc/hostname';

/** Opens the file `path` on the host, as this process. */
function openFile(): void {
  if (!(host instanceof VmHost)) {
    closeSync(openSync(path, 'r'));
    return;
  }
  host.environment.task = { ...host.environment.task, pid: process.pid, tgid: process.pid, comm: 'tester' };
  const name = host.place('file name', new TextEncoder().encode(`${path}\0`));
  host.trigger({ kind: 'tracepoint', name: 'sys_enter_openat' }, { id: 257, args: [0, name.address, 0, 0, 0, 0] });
  host.trigger({ kind: 'tracepoint', name: 'sys_exit_openat' }, { id: 257, ret: 3n });
  name.free();
}

describe(`opensnoop on the ${host.kind}`, () => {
  let object: Awaited<ReturnType<typeof openObject>>;
  beforeAll(async () => {
    object = await openObject(new URL('./opensnoop.bpf.c', import.meta.url));
  }, 300_000);

  test('reports the file, the process and the descriptor', async () => {
    await using session = await load(object, { host, globals: { target_pid: process.pid } });
    const events = session.events('events');
    session.attach();
    openFile();
    const [event] = events.take().filter(({ fname }) => fname === path);
    expect(event).toMatchObject({ pid: process.pid, fname: path, flags: expect.any(Number) });
    expect(event.ret).toBeGreaterThan(2);
  });

  test('leaves other processes alone', async () => {
    await using session = await load(object, { host, globals: { target_pid: process.pid + 1 } });
    const events = session.events('events');
    session.attach();
    openFile();
    expect(events.take().filter(({ fname }) => fname === path)).toEqual([]);
  });
});
