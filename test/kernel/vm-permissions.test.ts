// The embedded machine refuses the helpers that the kernel refuses, by program type and attach type.

import { expect, test } from 'vitest';
import type { Host } from '../../src/host/index.ts';
import { kernelHost } from '../../src/kernel/index.ts';
import { helpers } from '../../src/spec/index.ts';
import { vm } from '../../src/vm/index.ts';
import { type CallerKind, callerOf } from '../hosts/caller-object.ts';
import { isOlderThanTables } from '../support/skip-unsupported.ts';

const kinds: readonly CallerKind[] = [
  { type: 'tracing', section: 'tp_btf/sched_switch', attachType: 'trace_raw_tp', attachBtf: 'sched_switch' },
  { type: 'tracing', section: 'iter/task', attachType: 'trace_iter', attachBtf: 'task' },
  { type: 'cgroup_sock_addr', section: 'cgroup/connect4', attachType: 'cgroup_inet4_connect' },
  { type: 'cgroup_sock_addr', section: 'cgroup/bind6', attachType: 'cgroup_inet6_bind' },
  { type: 'cgroup_sock_addr', section: 'cgroup/sendmsg4', attachType: 'cgroup_udp4_sendmsg' },
  { type: 'cgroup_sock_addr', section: 'cgroup/getpeername4', attachType: 'cgroup_inet4_getpeername' },
  { type: 'cgroup_sock_addr', section: 'cgroup/recvmsg6', attachType: 'cgroup_udp6_recvmsg' },
  { type: 'cgroup_sockopt', section: 'cgroup/getsockopt', attachType: 'cgroup_getsockopt' },
  { type: 'cgroup_sockopt', section: 'cgroup/setsockopt', attachType: 'cgroup_setsockopt' },
  { type: 'xdp', section: 'xdp', attachType: 'xdp' },
];
/** Helpers whose presence depends on the attach type, and some that do not. */
const names: readonly string[] = [
  'seq_printf',
  'seq_write',
  'get_func_arg',
  'get_func_ret',
  'get_func_arg_cnt',
  'get_attach_cookie',
  'bind',
  'get_retval',
  'set_retval',
  'getsockopt',
  'setsockopt',
  'redirect',
  'ktime_get_ns',
];

async function refuses(host: Host, id: number, kind: CallerKind): Promise<boolean> {
  try {
    (await host.load(callerOf(id, kind)))[Symbol.dispose]();
    return false;
  } catch (error) {
    return `${error}${(error as { log?: string }).log}`.includes('cannot use helper');
  }
}

// The table is that of 6.18.
test.skipIf(isOlderThanTables).each(kinds)('$section', async (kind) => {
  const tried = helpers.filter(({ name }) => names.includes(name));
  expect(tried).toHaveLength(names.length);
  for (const { id, name } of tried) {
    const expected = await refuses(kernelHost(), id, kind);
    expect(await refuses(vm(), id, kind), name).toBe(expected);
  }
});
