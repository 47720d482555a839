// What a person can do about a failed call: one row per call and errno, the most particular first.

import { existsSync, readFileSync } from 'node:fs';
import { hasCapability } from './capabilities.ts';

type Advice = string | (() => string | undefined);

/** One row: which calls (exact name, or a prefix ending in `*`), which errno, what to do. */
interface HintRow {
  readonly call: string;
  readonly errno: string;
  readonly advice: Advice;
}

function readLine(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return '';
  }
}

/** True when the kernel is locked down for confidentiality or integrity. */
function lockdownMode(): string | undefined {
  return /\[(integrity|confidentiality)\]/.exec(readLine('/sys/kernel/security/lockdown'))?.[1];
}

function mayUseBpf(): boolean {
  return hasCapability('CAP_BPF') || hasCapability('CAP_SYS_ADMIN');
}

function bpfPermission(): string {
  if (!mayUseBpf()) {
    const unprivileged = readLine('/proc/sys/kernel/unprivileged_bpf_disabled');
    const setting =
      unprivileged && unprivileged !== '0' ? ` (kernel.unprivileged_bpf_disabled is ${unprivileged})` : '';
    return `this process lacks CAP_BPF${setting}: run it with sudo, or give it CAP_BPF, CAP_PERFMON and CAP_NET_ADMIN`;
  }
  const lockdown = lockdownMode();
  if (lockdown) return `the kernel is in lockdown mode "${lockdown}", which forbids this even to root`;
  const missing = (['CAP_PERFMON', 'CAP_NET_ADMIN', 'CAP_SYS_RESOURCE'] as const).filter(
    (name) => !hasCapability(name),
  );
  const limit = 'on kernels before 5.11 also raise RLIMIT_MEMLOCK (ulimit -l unlimited)';
  if (missing.length > 0 && !hasCapability('CAP_SYS_ADMIN')) {
    return `this process lacks ${missing.join(', ')}: run it with sudo; ${limit}`;
  }
  return `a security policy (seccomp, LSM, container, user namespace) forbids it; ${limit}`;
}

function perfPermission(): string {
  const paranoid = readLine('/proc/sys/kernel/perf_event_paranoid');
  if (hasCapability('CAP_PERFMON') || hasCapability('CAP_SYS_ADMIN')) {
    const lockdown = lockdownMode();
    return lockdown
      ? `the kernel is in lockdown mode "${lockdown}", which forbids this event even to root`
      : 'a security policy (seccomp, LSM, container) forbids performance events';
  }
  return `this process lacks CAP_PERFMON (kernel.perf_event_paranoid is ${paranoid || 'unknown'}): run it with sudo`;
}

function missingBpf(): string {
  return 'this kernel was built without CONFIG_BPF_SYSCALL, or a seccomp policy hides bpf(2)';
}

function pinDirectory(): string {
  return existsSync('/sys/fs/bpf')
    ? 'the directory must exist on a bpf file system: mount -t bpf bpf /sys/fs/bpf'
    : 'this kernel has no bpf file system (CONFIG_BPF_SYSCALL)';
}

const rows: readonly HintRow[] = [
  { call: 'bpf(*', errno: 'EPERM', advice: bpfPermission },
  { call: 'bpf(*', errno: 'ENOSYS', advice: missingBpf },
  {
    call: 'bpf(BPF_MAP_CREATE)',
    errno: 'EINVAL',
    advice: 'the kernel does not know this map type or a flag, or sizes and flags do not suit the type',
  },
  {
    call: 'bpf(BPF_MAP_CREATE)',
    errno: 'E2BIG',
    advice: 'key size, value size or max_entries is too large for this map type',
  },
  {
    call: 'bpf(BPF_MAP_CREATE)',
    errno: 'ENOMEM',
    advice: 'the kernel could not allocate the map: lower max_entries, or use BPF_F_NO_PREALLOC',
  },
  { call: 'bpf(BPF_MAP_CREATE)', errno: 'ENOTSUPP', advice: 'the BTF types given do not suit this map type' },
  {
    call: 'bpf(BPF_MAP_UPDATE_ELEM)',
    errno: 'E2BIG',
    advice: 'the map is full (max_entries), or the index lies outside the array',
  },
  { call: 'bpf(BPF_MAP_UPDATE_ELEM)', errno: 'EEXIST', advice: 'the key exists already, and the mode was "create"' },
  { call: 'bpf(BPF_MAP_UPDATE_ELEM)', errno: 'ENOENT', advice: 'there is no such key, and the mode was "replace"' },
  { call: 'bpf(BPF_MAP_UPDATE_ELEM)', errno: 'EPERM', advice: 'the map is frozen or was opened read-only' },
  {
    call: 'bpf(BPF_MAP_UPDATE_ELEM)',
    errno: 'EINVAL',
    advice: 'the kernel refuses this value or flag for this map type',
  },
  {
    call: 'bpf(BPF_MAP_UPDATE_ELEM)',
    errno: 'EBADF',
    advice: 'the value must be a descriptor of the kind this map holds',
  },
  {
    call: 'bpf(BPF_MAP_DELETE_ELEM)',
    errno: 'EINVAL',
    advice: 'entries of arrays cannot be deleted; write zeros instead',
  },
  {
    call: 'bpf(BPF_MAP_LOOKUP_ELEM)',
    errno: 'ENOSPC',
    advice: 'sockets in a map can be read, as cookies, only where values have 8 bytes',
  },
  {
    call: 'bpf(BPF_MAP_LOOKUP_ELEM)',
    errno: 'ENOTSUPP',
    advice: 'maps of this type cannot be read by key from user space',
  },
  {
    call: 'bpf(BPF_MAP_LOOKUP_ELEM)',
    errno: 'EOPNOTSUPP',
    advice: 'maps of this type cannot be read by key from user space',
  },
  {
    call: 'bpf(BPF_MAP_GET_NEXT_KEY)',
    errno: 'ENOTSUPP',
    advice: 'maps of this type cannot be listed from user space',
  },
  {
    call: 'bpf(BPF_MAP_GET_NEXT_KEY)',
    errno: 'EOPNOTSUPP',
    advice: 'maps of this type cannot be listed from user space',
  },
  { call: 'bpf(BPF_MAP_FREEZE)', errno: 'EBUSY', advice: 'the map is mapped writable somewhere, or frozen already' },
  {
    call: 'bpf(BPF_PROG_LOAD)',
    errno: 'E2BIG',
    advice: 'the program is too large for this kernel (4096 instructions without CAP_BPF, 1 million explored)',
  },
  {
    call: 'bpf(BPF_PROG_LOAD)',
    errno: 'EINVAL',
    advice: 'the kernel does not know this program type, attach type, flag or instruction',
  },
  {
    call: 'bpf(BPF_PROG_LOAD)',
    errno: 'ENOTSUPP',
    advice: 'the kernel was built without what this program needs (JIT, BTF, trampolines)',
  },
  {
    call: 'bpf(BPF_OBJ_PIN)',
    errno: 'EEXIST',
    advice: 'something is pinned there already: unpin it, or choose another path',
  },
  { call: 'bpf(BPF_OBJ_PIN)', errno: 'ENOENT', advice: pinDirectory },
  {
    call: 'bpf(BPF_OBJ_PIN)',
    errno: 'EPERM',
    advice: 'the path is not on a bpf file system: mount -t bpf bpf /sys/fs/bpf',
  },
  { call: 'bpf(BPF_OBJ_PIN)', errno: 'EINVAL', advice: 'names on the bpf file system must not contain a dot' },
  { call: 'bpf(BPF_OBJ_GET)', errno: 'ENOENT', advice: 'nothing is pinned at this path' },
  { call: 'bpf(BPF_OBJ_GET)', errno: 'EACCES', advice: 'the path is not a pinned map, program or link' },
  { call: 'bpf(BPF_PROG_TEST_RUN)', errno: 'ENOTSUPP', advice: 'the kernel cannot test-run programs of this type' },
  {
    call: 'bpf(BPF_PROG_TEST_RUN)',
    errno: 'EINVAL',
    advice:
      'data, context, repeat or flags do not suit this program type (packet programs need at least 14 bytes of data)',
  },
  {
    call: 'bpf(BPF_RAW_TRACEPOINT_OPEN)',
    errno: 'ENOENT',
    advice: 'there is no such raw tracepoint: see available_events in tracefs',
  },
  {
    call: 'bpf(BPF_LINK_CREATE)',
    errno: 'EINVAL',
    advice: 'the target or attach type does not suit the program, or the kernel lacks this kind of link',
  },
  { call: 'bpf(BPF_LINK_CREATE)', errno: 'EBUSY', advice: 'something is attached there already that does not share' },
  {
    call: 'bpf(BPF_LINK_CREATE)',
    errno: 'ESRCH',
    advice: 'one of the functions does not exist or cannot be probed: see available_filter_functions in tracefs',
  },
  {
    call: 'bpf(BPF_LINK_CREATE)',
    errno: 'EOPNOTSUPP',
    advice: 'the kernel was built without what this attachment needs',
  },
  { call: 'perf_event_open', errno: 'EACCES', advice: perfPermission },
  { call: 'perf_event_open', errno: 'EPERM', advice: perfPermission },
  {
    call: 'perf_event_open',
    errno: 'ENOENT',
    advice: 'this machine has no such event: try a software event such as the CPU clock',
  },
  { call: 'perf_event_open', errno: 'ESRCH', advice: 'no such process' },
  { call: 'perf_event_open', errno: 'EMFILE', advice: 'too many descriptors: raise ulimit -n' },
  {
    call: 'mmap',
    errno: 'EPERM',
    advice: 'locked memory is limited: raise ulimit -l or kernel.perf_event_mlock_kb, or use fewer pages',
  },
  { call: 'mmap', errno: 'ENOMEM', advice: 'not enough memory: use fewer pages' },
  { call: 'mount', errno: 'EPERM', advice: 'mounting needs CAP_SYS_ADMIN: run with sudo' },
  { call: 'mount', errno: 'ENODEV', advice: 'this kernel was built without that file system' },
  { call: 'mount', errno: 'EBUSY', advice: 'something is mounted there already' },
  {
    call: '*',
    errno: 'EMFILE',
    advice: 'too many open descriptors: raise ulimit -n, or close what is no longer needed',
  },
  { call: '*', errno: 'EPERM', advice: 'run with sudo' },
];

function matches(row: HintRow, call: string): boolean {
  return row.call.endsWith('*') ? call.startsWith(row.call.slice(0, -1)) : row.call === call;
}

/** What to do when `call` fails with `errnoName`; undefined where nothing better than the errno's meaning is known. */
export function hintFor(call: string, errnoName: string): string | undefined {
  const isBpf = call.startsWith('bpf(');
  // What the process lacks matters more than what the call may mean by it.
  if (isBpf && errnoName === 'EPERM' && !mayUseBpf()) return bpfPermission();
  const found = rows.filter((row) => row.errno === errnoName && matches(row, call));
  const row = found.find((candidate) => candidate.call === call) ?? found[0];
  if (!row) return undefined;
  return typeof row.advice === 'string' ? row.advice : row.advice();
}
