// BCC's macros that declare maps, with their default arguments, as definitions of libbpf's kind (bcc: src/cc/export/helpers.h, v0.31).

import { type MacroRows, macros } from '../headers/rows.ts';

/** `BPF_X(name, a, b)` with arguments left out: one definition per count, and the macro that picks. */
function defaults(name: string, rows: readonly string[], prefix = ''): string {
  const shapes = rows.map((row, i) => ({ row, count: i + 1 })).filter(({ row }) => row !== '');
  const most = rows.length;
  const positions = Array.from({ length: most }, (_, i) => `_${i + 1}`).join(', ');
  // From the longest to the shortest; a count that has no definition takes the nearest longer one, which then reports it.
  const picks = rows
    .map((_, i) => `__bcc_${name}_${shapes.find(({ count }) => count >= i + 1)?.count ?? most}`)
    .reverse();
  const definitions = shapes.map(({ row, count }) => {
    const parameters = ['n', 'b', 'c', 'd', 'e', 'f', 'g'].slice(0, count).join(', ');
    return `__bcc_${name}_${count}(${parameters}) ${row}`;
  });
  return `${definitions.join('\n')}\n__bcc_${name}_X(${positions}, NAME, ...) NAME\n${prefix}${name}(...) __bcc_${name}_X(__VA_ARGS__, ${picks.join(', ')})(__VA_ARGS__)\n`;
}

/** hash(name, key, leaf, size) */
function keyed(name: string, type: string, flags = '0'): string {
  const table = (key: string, leaf: string, size: string): string =>
    `BPF_F_TABLE("${type}", ${key}, ${leaf}, n, ${size}, ${flags})`;
  return defaults(name, [
    table('u64', 'u64', '10240'),
    table('b', 'u64', '10240'),
    table('b', 'c', '10240'),
    table('b', 'c', 'd'),
  ]);
}

/** array(name, leaf, size) */
function indexed(name: string, type: string): string {
  const table = (leaf: string, size: string): string => `BPF_F_TABLE("${type}", int, ${leaf}, n, ${size}, 0)`;
  return defaults(name, [table('u64', '10240'), table('b', '10240'), table('b', 'c')]);
}

const histogram = [
  'BPF_F_TABLE("histogram", int, u64, n, 64, 0)',
  'BPF_F_TABLE("histogram", b, u64, n, 64, 0)',
  'BPF_F_TABLE("histogram", b, u64, n, c, 0)',
];

export const mapMacros: MacroRows = macros(
  'bcc: src/cc/export/helpers.h',
  () => `
__bcc_map __attribute__((section(".maps"), used))
__bcc_pinned(path) __bcc_map __attribute__((btf_decl_tag("pin:" path)))
__bcc_public __bcc_map __attribute__((btf_decl_tag("bcc:public")))
BPF_F_TABLE(type_name, key_type, leaf_type, table, entries, table_flags) __bcc_table(type_name, key_type, leaf_type, entries, table_flags) table __bcc_map
__bcc_table(type_name, key_type, leaf_type, entries, table_flags) struct {
  int (*type)[__bcc_map_type(type_name, (typeof(key_type) *)0)];
  int (*max_entries)[entries];
  int (*map_flags)[table_flags];
  typeof(key_type) *key;
  typeof(leaf_type) *value; }
__bcc_outer(map_type, key_type, inner, table, entries) struct {
  int (*type)[map_type]; int (*max_entries)[entries]; typeof(key_type) *key; typeof(__bcc_map_inner(inner)) *values[]; } table __bcc_map __attribute__((bcc_outer))
BPF_TABLE(type_name, key_type, leaf_type, table, entries) BPF_F_TABLE(type_name, key_type, leaf_type, table, entries, 0)
BPF_TABLE_PUBLIC(type_name, key_type, leaf_type, table, entries) __bcc_table(type_name, key_type, leaf_type, entries, 0) table __bcc_public
BPF_TABLE_SHARED(type_name, key_type, leaf_type, table, entries) BPF_TABLE_PUBLIC(type_name, key_type, leaf_type, table, entries)
__bcc_pinned6(type_name, key_type, leaf_type, table, entries, path) __bcc_pinned7(type_name, key_type, leaf_type, table, entries, path, 0)
__bcc_pinned7(type_name, key_type, leaf_type, table, entries, path, flags) __bcc_table(type_name, key_type, leaf_type, entries, flags) table __bcc_pinned(path)
__bcc_pinnedX(_1, _2, _3, _4, _5, _6, _7, NAME, ...) NAME
BPF_TABLE_PINNED(...) __bcc_pinnedX(__VA_ARGS__, __bcc_pinned7, __bcc_pinned6)(__VA_ARGS__)
${keyed('BPF_HASH', 'hash')}
${keyed('BPF_PERCPU_HASH', 'percpu_hash')}
${keyed('BPF_LRU_HASH', 'lru_hash')}
${keyed('BPF_LRU_PERCPU_HASH', 'lru_percpu_hash')}
${keyed('BPF_LPM_TRIE', 'lpm_trie', 'BPF_F_NO_PREALLOC')}
${indexed('BPF_ARRAY', 'array')}
${indexed('BPF_PERCPU_ARRAY', 'percpu_array')}
${defaults('BPF_HISTOGRAM', histogram)}
BPF_STACK_TRACE(table, entries) BPF_F_TABLE("stacktrace", int, struct bpf_stacktrace, table, roundup_pow_of_two(entries), 0)
BPF_STACK_TRACE_BUILDID(table, entries) BPF_F_TABLE("stacktrace", int, struct bpf_stacktrace_buildid, table, roundup_pow_of_two(entries), BPF_F_STACK_BUILD_ID)
BPF_PROG_ARRAY(table, entries) BPF_F_TABLE("prog", u32, u32, table, entries, 0)
BPF_PERF_OUTPUT(table) struct { int (*type)[BPF_MAP_TYPE_PERF_EVENT_ARRAY]; int (*key_size)[4]; int (*value_size)[4]; } table __bcc_map
BPF_PERF_ARRAY(table, entries) BPF_F_TABLE("perf_array", int, u32, table, entries, 0)
BPF_CGROUP_ARRAY(table, entries) BPF_F_TABLE("cgroup_array", int, u32, table, entries, 0)
BPF_RINGBUF_OUTPUT(table, pages) struct { int (*type)[BPF_MAP_TYPE_RINGBUF]; int (*max_entries)[(pages) * PAGE_SIZE]; } table __bcc_map
__bcc_queue(type_name, leaf_type, entries, flags) struct {
  int (*type)[__bcc_map_type(type_name, (int *)0)]; int (*max_entries)[entries]; int (*map_flags)[flags]; typeof(leaf_type) *value; }
BPF_QUEUESTACK(type_name, table, leaf_type, entries, flags) __bcc_queue(type_name, leaf_type, entries, flags) table __bcc_map
BPF_QUEUESTACK_PINNED(type_name, table, leaf_type, entries, flags, path) __bcc_queue(type_name, leaf_type, entries, flags) table __bcc_pinned(path)
BPF_QUEUESTACK_PUBLIC(type_name, table, leaf_type, entries, flags) __bcc_queue(type_name, leaf_type, entries, flags) table __bcc_public
BPF_QUEUESTACK_SHARED(type_name, table, leaf_type, entries, flags) BPF_QUEUESTACK_PUBLIC(type_name, table, leaf_type, entries, flags)
${['QUEUE', 'STACK'].map((kind) => defaults(`BPF_${kind}`, ['', '', `BPF_QUEUESTACK("${kind.toLowerCase()}", n, b, c, 0)`, `BPF_QUEUESTACK("${kind.toLowerCase()}", n, b, c, d)`])).join('\n')}
BPF_XDP_REDIRECT_MAP(type_name, leaf_type, table, entries) BPF_F_TABLE(type_name, u32, leaf_type, table, entries, 0)
BPF_DEVMAP(table, entries) BPF_F_TABLE("devmap", u32, int, table, entries, 0)
BPF_CPUMAP(table, entries) BPF_F_TABLE("cpumap", u32, u32, table, entries, 0)
${defaults('BPF_XSKMAP', ['', 'BPF_F_TABLE("xskmap", u32, int, n, b, 0)', 'BPF_TABLE_PINNED("xskmap", u32, int, n, b, c)'])}
BPF_ARRAY_OF_MAPS(table, inner, entries) __bcc_outer(BPF_MAP_TYPE_ARRAY_OF_MAPS, int, inner, table, entries)
${defaults('BPF_HASH_OF_MAPS', ['', '__bcc_outer(BPF_MAP_TYPE_HASH_OF_MAPS, int, b, n, 10240)', '__bcc_outer(BPF_MAP_TYPE_HASH_OF_MAPS, b, c, n, 10240)', '__bcc_outer(BPF_MAP_TYPE_HASH_OF_MAPS, b, c, n, d)'])}
${['SK', 'INODE', 'TASK'].map((kind) => `BPF_${kind}_STORAGE(table, leaf_type) BPF_F_TABLE("${kind.toLowerCase()}_storage", int, leaf_type, table, 0, BPF_F_NO_PREALLOC)`).join('\n')}
${['CGROUP', 'PERCPU_CGROUP'].map((kind) => `BPF_${kind}_STORAGE(table, leaf_type) BPF_F_TABLE("${kind.toLowerCase()}_storage", struct bpf_cgroup_storage_key, leaf_type, table, 0, 0)`).join('\n')}
BPF_SOCKMAP(table, entries) BPF_F_TABLE("sockmap", u32, int, table, entries, 0)
${defaults('BPF_SOCKHASH', ['BPF_F_TABLE("sockhash", u32, int, n, 10240, 0)', 'BPF_F_TABLE("sockhash", b, int, n, 10240, 0)', 'BPF_F_TABLE("sockhash", b, int, n, c, 0)'])}
`,
);

/** Map types by BCC's names. `histogram` is an array where its key is an `int`; `extern` is what another text says, known when loaded. */
export const mapTypeNames: Readonly<Record<string, string>> = {
  extern: 'hash',
  hash: 'hash',
  array: 'array',
  percpu_hash: 'percpu_hash',
  percpu_array: 'percpu_array',
  lru_hash: 'lru_hash',
  lru_percpu_hash: 'lru_percpu_hash',
  lpm_trie: 'lpm_trie',
  histogram: 'hash',
  prog: 'prog_array',
  perf_output: 'perf_event_array',
  perf_array: 'perf_event_array',
  cgroup_array: 'cgroup_array',
  stacktrace: 'stack_trace',
  devmap: 'devmap',
  cpumap: 'cpumap',
  xskmap: 'xskmap',
  hash_of_maps: 'hash_of_maps',
  array_of_maps: 'array_of_maps',
  sk_storage: 'sk_storage',
  inode_storage: 'inode_storage',
  task_storage: 'task_storage',
  cgroup_storage: 'cgroup_storage',
  percpu_cgroup_storage: 'percpu_cgroup_storage',
  sockmap: 'sockmap',
  sockhash: 'sockhash',
  queue: 'queue',
  stack: 'stack',
  ringbuf: 'ringbuf',
};
