// Members and types of the kernel that programs know by an older name: for hints where a name is not found.

import { suggest } from '../../base/index.ts';

/** A member that was renamed, moved or removed. */
export interface RenamedMember {
  readonly struct: string;
  readonly before: string;
  /** How it is reached now; undefined: it is gone. */
  readonly now: string | undefined;
  /** First release with the change. */
  readonly since: string;
  /** Title of the commit, for `git log --grep`. */
  readonly source: string;
}

export const renamedMembers: readonly RenamedMember[] = [
  { struct: 'task_struct', before: 'state', now: '__state', since: '5.14', source: 'sched: Change task_struct::state' },
  {
    struct: 'task_struct',
    before: 'real_start_time',
    now: 'start_boottime',
    since: '5.5',
    source: 'time: Rename tsk->real_start_time to ->start_boottime',
  },
  {
    struct: 'task_struct',
    before: 'cpu',
    now: 'thread_info.cpu',
    since: '5.16',
    source: 'sched: move CPU field back into thread_info if THREAD_INFO_IN_TASK=y',
  },
  {
    struct: 'task_struct',
    before: 'pids',
    now: 'thread_pid',
    since: '4.19',
    source: 'pids: Move the pgrp and session pid pointers from task_struct to signal_struct',
  },
  {
    struct: 'sched_entity',
    before: 'statistics',
    now: undefined,
    since: '5.16',
    source: 'sched: Make struct sched_statistics independent of fair sched class',
  },
  {
    struct: 'request',
    before: 'rq_disk',
    now: 'q->disk',
    since: '5.17',
    source: 'block: remove the ->rq_disk field in struct request',
  },
  {
    struct: 'bio',
    before: 'bi_disk',
    now: 'bi_bdev->bd_disk',
    since: '5.12',
    source: 'block: store a block_device pointer in struct bio',
  },
  { struct: 'bio', before: 'bi_rw', now: 'bi_opf', since: '4.8', source: 'block: rename bio bi_rw to bi_opf' },
  {
    struct: 'inode',
    before: 'i_atime',
    now: 'i_atime_sec',
    since: '6.11',
    source: 'fs: switch timespec64 fields in inode to discrete integers',
  },
  {
    struct: 'inode',
    before: 'i_mtime',
    now: 'i_mtime_sec',
    since: '6.11',
    source: 'fs: switch timespec64 fields in inode to discrete integers',
  },
  {
    struct: 'inode',
    before: 'i_ctime',
    now: 'i_ctime_sec',
    since: '6.11',
    source: 'fs: switch timespec64 fields in inode to discrete integers',
  },
  { struct: 'mm_struct', before: 'mmap', now: 'mm_mt', since: '6.1', source: 'mm: remove the vma linked list' },
  {
    struct: 'vm_area_struct',
    before: 'vm_next',
    now: undefined,
    since: '6.1',
    source: 'mm: remove the vma linked list',
  },
  { struct: 'file', before: 'f_count', now: 'f_ref', since: '6.13', source: 'fs: port files to file_ref' },
  { struct: 'file', before: 'f_dentry', now: 'f_path.dentry', since: '3.19', source: 'kill f_dentry macro' },
  {
    struct: 'nsproxy',
    before: 'pid_ns',
    now: 'pid_ns_for_children',
    since: '3.11',
    source: 'nsproxy: make nsproxy->pid_ns name more clear',
  },
  {
    struct: 'dentry',
    before: 'd_iname',
    now: 'd_shortname.string',
    since: '6.14',
    source: 'dcache: back inline names with a struct-wrapped array of unsigned long',
  },
  {
    struct: 'sk_buff',
    before: 'mono_delivery_time',
    now: 'tstamp_type',
    since: '6.11',
    source: 'net: Rename mono_delivery_time to tstamp_type for scalabilty',
  },
  { struct: 'sk_buff', before: 'vlan_present', now: 'vlan_all', since: '6.2', source: 'net: remove skb->vlan_present' },
  {
    struct: 'kernfs_node',
    before: 'parent',
    now: '__parent',
    since: '6.15',
    source: 'kernfs: Use RCU to access kernfs_node::parent.',
  },
  {
    struct: 'tcp_sock',
    before: 'srtt',
    now: 'srtt_us',
    since: '3.15',
    source: 'tcp: switch rtt estimations to usec resolution',
  },
  {
    struct: 'inet_sock',
    before: 'is_icsk',
    now: 'inet_flags',
    since: '6.6',
    source: 'inet: move inet->is_icsk to inet->inet_flags',
  },
  {
    struct: 'inet_sock',
    before: 'freebind',
    now: 'inet_flags',
    since: '6.6',
    source: 'inet: move inet->freebind to inet->inet_flags',
  },
  {
    struct: 'iov_iter',
    before: 'type',
    now: 'iter_type',
    since: '5.14',
    source: 'iov_iter: separate direction from flavour',
  },
  {
    struct: 'iov_iter',
    before: 'iov',
    now: '__iov',
    since: '6.4',
    source: 'iov_iter: overlay struct iovec and ubuf/len',
  },
  { struct: 'msghdr', before: 'msg_iov', now: 'msg_iter', since: '3.19', source: 'put iov_iter into msghdr' },
  {
    struct: 'timer_list',
    before: 'data',
    now: undefined,
    since: '4.15',
    source: 'timer: Remove redundant __setup_timer*() macros',
  },
  { struct: 'cgroup', before: 'id', now: 'kn->id', since: '5.5', source: 'cgroup: use cgrp->kn->id as the cgroup ID' },
  {
    struct: 'net',
    before: 'proc_inum',
    now: 'ns.inum',
    since: '3.19',
    source: 'common object embedded into various struct ....ns',
  },
];

/** A struct that has another name now. */
export interface RenamedStruct {
  readonly before: string;
  readonly now: string;
  readonly since: string;
  readonly source: string;
}

export const renamedStructs: readonly RenamedStruct[] = [
  {
    before: 'trace_event_raw_block_rq_complete',
    now: 'trace_event_raw_block_rq_completion',
    since: '5.18',
    source: 'block: introduce block_rq_error tracepoint',
  },
  {
    before: 'trace_event_raw_kmem_alloc',
    now: 'trace_event_raw_kmalloc',
    since: '6.1',
    source: 'mm/slab_common: drop kmem_alloc & avoid dereferencing fields when not using',
  },
  {
    before: 'bpf_lpm_trie_key',
    now: 'bpf_lpm_trie_key_u8',
    since: '6.9',
    source: 'bpf: Replace bpf_lpm_trie_key 0-length array with flexible array',
  },
  {
    before: 'timespec',
    now: '__kernel_old_timespec',
    since: '5.6',
    source: 'y2038: hide timeval/timespec/itimerval/itimerspec types',
  },
  {
    before: 'hd_struct',
    now: 'block_device',
    since: '5.11',
    source: 'block: merge struct block_device and struct hd_struct',
  },
];

/** What to say where a member is not found: the nearest name, also of those it had before. */
export function memberHint(tag: string | undefined, name: string, names: readonly string[]): string | undefined {
  const struct = tag?.replace(/___.*$/, '');
  const rows = renamedMembers.filter((row) => row.struct === struct && !names.includes(row.before));
  const gone = rows.find(({ before, now }) => before === name && now === undefined);
  if (gone) return `'${name}' is gone since Linux ${gone.since} ("${gone.source}")`;
  const renamed = rows.filter(({ now }) => now !== undefined && names.includes(firstMember(now)));
  const old = renamed.map(({ before }) => before);
  const begun = old.filter((before) => before.startsWith(name));
  const near = suggest(name, [...begun, ...names, ...old]);
  const row = renamed.find(({ before }) => before === near);
  if (row) return `did you mean '${row.now}' (renamed in ${row.since})?`;
  const earlier = renamedMembers.find(
    (later) =>
      later.struct === struct &&
      later.now !== undefined &&
      firstMember(later.now) === name &&
      names.includes(later.before),
  );
  if (earlier) return `did you mean '${earlier.before}' (it is '${earlier.now}' from ${earlier.since} on)?`;
  return near === undefined ? undefined : `did you mean '${near}'?`;
}

function firstMember(path: string): string {
  return /^\w+/.exec(path)?.[0] ?? path;
}
