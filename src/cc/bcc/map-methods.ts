// What `table.method(...)` means in BCC, as C: `__map` is the table, `__0`, `__1`, ... the arguments (bcc: b_frontend_action.cc, v0.31).

/** Text by number of arguments, or one text for any number that fits. */
type Method = string | Readonly<Record<number, string>>;

const add = (how: string, amount: string): string => `({
  typeof(*__map.key) __bcc_key = __0;
  typeof(__map.value) __bcc_leaf = bpf_map_lookup_elem(&__map, &__bcc_key);
  if (__bcc_leaf) ${how};
  else {
    typeof(*__map.value) __bcc_zero = ${amount};
    bpf_map_update_elem(&__map, &__bcc_key, &__bcc_zero, 1);
  } })`;

const findOrAdd = (orElse: string): string => `({
  typeof(__map.key) __bcc_key = __0;
  typeof(__map.value) __bcc_leaf = bpf_map_lookup_elem(&__map, __bcc_key);
  if (!__bcc_leaf) {
    bpf_map_update_elem(&__map, __bcc_key, __1, 1);
    __bcc_leaf = bpf_map_lookup_elem(&__map, __bcc_key);
    ${orElse}
  }
  __bcc_leaf; })`;

/** To add a method: a row here. */
export const mapMethods: Readonly<Record<string, Method>> = {
  lookup: '(typeof(__map.value))bpf_map_lookup_elem(&__map, __0)',
  lookup_or_init: findOrAdd('if (!__bcc_leaf) return 0;'),
  lookup_or_try_init: findOrAdd(''),
  update: '(int)bpf_map_update_elem(&__map, __0, __1, 0)',
  insert: '(int)bpf_map_update_elem(&__map, __0, __1, 1)',
  delete: '(int)bpf_map_delete_elem(&__map, __0)',
  increment: { 1: add('(*__bcc_leaf)++', '1'), 2: add('(*__bcc_leaf) += (__1)', '(__1)') },
  atomic_increment: {
    1: add('(void)__sync_fetch_and_add(__bcc_leaf, 1)', '1'),
    2: add('(void)__sync_fetch_and_add(__bcc_leaf, (__1))', '(__1)'),
  },
  call: 'bpf_tail_call(__0, &__map, __1)',
  perf_submit: '(int)bpf_perf_event_output(__0, &__map, 0xffffffffULL, __1, __2)',
  perf_submit_skb:
    '(int)bpf_perf_event_output(__0, &__map, (((__u64)(__1) << 32) & 0xfffff00000000ULL) | 0xffffffffULL, __2, __3)',
  perf_read: 'bpf_perf_event_read(&__map, __0)',
  perf_counter_value: '(int)bpf_perf_event_read_value(&__map, __0, __1, __2)',
  get_stackid: '(int)bpf_get_stackid(__0, &__map, __1)',
  check_current_task: '(int)bpf_current_task_under_cgroup(&__map, __0)',
  ringbuf_output: '(int)bpf_ringbuf_output(&__map, __0, __1, __2)',
  ringbuf_reserve: 'bpf_ringbuf_reserve(&__map, __0, 0)',
  ringbuf_submit: 'bpf_ringbuf_submit(__0, __1)',
  ringbuf_discard: 'bpf_ringbuf_discard(__0, __1)',
  ringbuf_query: 'bpf_ringbuf_query(&__map, __0)',
  redirect_map: 'bpf_redirect_map(&__map, __0, __1)',
  push: { 1: '(int)bpf_map_push_elem(&__map, __0, 0)', 2: '(int)bpf_map_push_elem(&__map, __0, __1)' },
  pop: '(int)bpf_map_pop_elem(&__map, __0)',
  peek: '(int)bpf_map_peek_elem(&__map, __0)',
  sk_storage_get: 'bpf_sk_storage_get(&__map, __0, __1, __2)',
  sk_storage_delete: '(int)bpf_sk_storage_delete(&__map, __0)',
  inode_storage_get: 'bpf_inode_storage_get(&__map, __0, __1, __2)',
  inode_storage_delete: '(int)bpf_inode_storage_delete(&__map, __0)',
  task_storage_get: 'bpf_task_storage_get(&__map, __0, __1, __2)',
  task_storage_delete: '(int)bpf_task_storage_delete(&__map, __0)',
  get_local_storage: '(typeof(__map.value))bpf_get_local_storage(&__map, __0)',
  sock_map_update: '(int)bpf_sock_map_update(__0, &__map, __1, __2)',
  sock_hash_update: '(int)bpf_sock_hash_update(__0, &__map, __1, __2)',
  msg_redirect_map: '(int)bpf_msg_redirect_map(__0, &__map, __1, __2)',
  msg_redirect_hash: '(int)bpf_msg_redirect_hash(__0, &__map, __1, __2)',
  sk_redirect_map: '(int)bpf_sk_redirect_map(__0, &__map, __1, __2)',
  sk_redirect_hash: '(int)bpf_sk_redirect_hash(__0, &__map, __1, __2)',
};

/** `lookup` on a map of maps: the inner map. */
export const innerMapLookup = '(void *)bpf_map_lookup_elem(&__map, __0)';

/** Number of arguments a text takes. */
export function argumentCount(text: string): number {
  let count = 0;
  while (text.includes(`__${count}`)) count++;
  return count;
}

/** Text of a method for so many arguments; the nearest where none fits, so that the call is reported. */
export function methodText(name: string, count: number): string | undefined {
  const method = Object.hasOwn(mapMethods, name) ? mapMethods[name] : undefined;
  return typeof method === 'object' ? (method[count] ?? Object.values(method)[0]) : method;
}
