// Every map type of the kernel (`enum bpf_map_type`, v6.18).

/** One row. `since` is the first kernel release that has it. */
export interface MapTypeRow {
  readonly value: number;
  /** The kernel's name in lower case without its prefix, as bpftool prints it. */
  readonly name: string;
  readonly kernelName: string;
  readonly since: string;
  /** Values have one slot per possible CPU. */
  readonly perCpu: boolean;
}

export const mapTypes = [
  { value: 1, name: 'hash', kernelName: 'BPF_MAP_TYPE_HASH', since: '3.19', perCpu: false },
  { value: 2, name: 'array', kernelName: 'BPF_MAP_TYPE_ARRAY', since: '3.19', perCpu: false },
  { value: 3, name: 'prog_array', kernelName: 'BPF_MAP_TYPE_PROG_ARRAY', since: '4.2', perCpu: false },
  { value: 4, name: 'perf_event_array', kernelName: 'BPF_MAP_TYPE_PERF_EVENT_ARRAY', since: '4.3', perCpu: false },
  { value: 5, name: 'percpu_hash', kernelName: 'BPF_MAP_TYPE_PERCPU_HASH', since: '4.6', perCpu: true },
  { value: 6, name: 'percpu_array', kernelName: 'BPF_MAP_TYPE_PERCPU_ARRAY', since: '4.6', perCpu: true },
  { value: 7, name: 'stack_trace', kernelName: 'BPF_MAP_TYPE_STACK_TRACE', since: '4.6', perCpu: false },
  { value: 8, name: 'cgroup_array', kernelName: 'BPF_MAP_TYPE_CGROUP_ARRAY', since: '4.8', perCpu: false },
  { value: 9, name: 'lru_hash', kernelName: 'BPF_MAP_TYPE_LRU_HASH', since: '4.10', perCpu: false },
  { value: 10, name: 'lru_percpu_hash', kernelName: 'BPF_MAP_TYPE_LRU_PERCPU_HASH', since: '4.10', perCpu: true },
  { value: 11, name: 'lpm_trie', kernelName: 'BPF_MAP_TYPE_LPM_TRIE', since: '4.11', perCpu: false },
  { value: 12, name: 'array_of_maps', kernelName: 'BPF_MAP_TYPE_ARRAY_OF_MAPS', since: '4.12', perCpu: false },
  { value: 13, name: 'hash_of_maps', kernelName: 'BPF_MAP_TYPE_HASH_OF_MAPS', since: '4.12', perCpu: false },
  { value: 14, name: 'devmap', kernelName: 'BPF_MAP_TYPE_DEVMAP', since: '4.14', perCpu: false },
  { value: 15, name: 'sockmap', kernelName: 'BPF_MAP_TYPE_SOCKMAP', since: '4.14', perCpu: false },
  { value: 16, name: 'cpumap', kernelName: 'BPF_MAP_TYPE_CPUMAP', since: '4.15', perCpu: false },
  { value: 17, name: 'xskmap', kernelName: 'BPF_MAP_TYPE_XSKMAP', since: '4.18', perCpu: false },
  { value: 18, name: 'sockhash', kernelName: 'BPF_MAP_TYPE_SOCKHASH', since: '4.18', perCpu: false },
  { value: 19, name: 'cgroup_storage', kernelName: 'BPF_MAP_TYPE_CGROUP_STORAGE_DEPRECATED', since: '4.19', perCpu: false },
  { value: 20, name: 'reuseport_sockarray', kernelName: 'BPF_MAP_TYPE_REUSEPORT_SOCKARRAY', since: '4.19', perCpu: false },
  { value: 21, name: 'percpu_cgroup_storage', kernelName: 'BPF_MAP_TYPE_PERCPU_CGROUP_STORAGE_DEPRECATED', since: '4.20', perCpu: true },
  { value: 22, name: 'queue', kernelName: 'BPF_MAP_TYPE_QUEUE', since: '4.20', perCpu: false },
  { value: 23, name: 'stack', kernelName: 'BPF_MAP_TYPE_STACK', since: '4.20', perCpu: false },
  { value: 24, name: 'sk_storage', kernelName: 'BPF_MAP_TYPE_SK_STORAGE', since: '5.2', perCpu: false },
  { value: 25, name: 'devmap_hash', kernelName: 'BPF_MAP_TYPE_DEVMAP_HASH', since: '5.4', perCpu: false },
  { value: 26, name: 'struct_ops', kernelName: 'BPF_MAP_TYPE_STRUCT_OPS', since: '5.6', perCpu: false },
  { value: 27, name: 'ringbuf', kernelName: 'BPF_MAP_TYPE_RINGBUF', since: '5.8', perCpu: false },
  { value: 28, name: 'inode_storage', kernelName: 'BPF_MAP_TYPE_INODE_STORAGE', since: '5.10', perCpu: false },
  { value: 29, name: 'task_storage', kernelName: 'BPF_MAP_TYPE_TASK_STORAGE', since: '5.11', perCpu: false },
  { value: 30, name: 'bloom_filter', kernelName: 'BPF_MAP_TYPE_BLOOM_FILTER', since: '5.16', perCpu: false },
  { value: 31, name: 'user_ringbuf', kernelName: 'BPF_MAP_TYPE_USER_RINGBUF', since: '6.1', perCpu: false },
  { value: 32, name: 'cgrp_storage', kernelName: 'BPF_MAP_TYPE_CGRP_STORAGE', since: '6.2', perCpu: false },
  { value: 33, name: 'arena', kernelName: 'BPF_MAP_TYPE_ARENA', since: '6.9', perCpu: false },
] as const satisfies readonly MapTypeRow[];

/** Name of a row of {@link mapTypes}. */
export type MapTypeName = (typeof mapTypes)[number]['name'];
