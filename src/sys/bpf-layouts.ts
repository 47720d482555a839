// Layouts of `union bpf_attr` per command and of the info structs. Offsets follow from the order of the fields.
// Source: include/uapi/linux/bpf.h (v6.18); checked against the running kernel's BTF by bpf-layouts.kernel.test.ts.

import { StructLayout } from './struct-layout.ts';

const mapCreate = new StructLayout('map_create', {
  map_type: 'u32',
  key_size: 'u32',
  value_size: 'u32',
  max_entries: 'u32',
  map_flags: 'u32',
  inner_map_fd: 'u32',
  numa_node: 'u32',
  map_name: 'char16',
  map_ifindex: 'u32',
  btf_fd: 'u32',
  btf_key_type_id: 'u32',
  btf_value_type_id: 'u32',
  btf_vmlinux_value_type_id: 'u32',
  map_extra: 'u64',
  value_type_btf_obj_fd: 's32',
  map_token_fd: 's32',
  excl_prog_hash: 'ptr',
  excl_prog_hash_size: 'u32',
});

const mapElement = new StructLayout('map_element', {
  map_fd: 'u32',
  key: 'ptr',
  value: 'ptr',
  next_key: { at: 'value', type: 'ptr' },
  flags: 'u64',
});

const mapBatch = new StructLayout('batch', {
  in_batch: 'ptr',
  out_batch: 'ptr',
  keys: 'ptr',
  values: 'ptr',
  count: 'u32',
  map_fd: 'u32',
  elem_flags: 'u64',
  flags: 'u64',
});

const programLoad = new StructLayout('prog_load', {
  prog_type: 'u32',
  insn_cnt: 'u32',
  insns: 'ptr',
  license: 'ptr',
  log_level: 'u32',
  log_size: 'u32',
  log_buf: 'ptr',
  kern_version: 'u32',
  prog_flags: 'u32',
  prog_name: 'char16',
  prog_ifindex: 'u32',
  expected_attach_type: 'u32',
  prog_btf_fd: 'u32',
  func_info_rec_size: 'u32',
  func_info: 'ptr',
  func_info_cnt: 'u32',
  line_info_rec_size: 'u32',
  line_info: 'ptr',
  line_info_cnt: 'u32',
  attach_btf_id: 'u32',
  attach_prog_fd: 'u32',
  attach_btf_obj_fd: { at: 'attach_prog_fd', type: 'u32' },
  core_relo_cnt: 'u32',
  fd_array: 'ptr',
  core_relos: 'ptr',
  core_relo_rec_size: 'u32',
  log_true_size: 'u32',
  prog_token_fd: 's32',
  fd_array_cnt: 'u32',
  signature: 'ptr',
  signature_size: 'u32',
  keyring_id: 's32',
});

const object = new StructLayout('obj', { pathname: 'ptr', bpf_fd: 'u32', file_flags: 'u32', path_fd: 's32' });

const programAttach = new StructLayout('prog_attach', {
  target_fd: 'u32',
  target_ifindex: { at: 'target_fd', type: 'u32' },
  attach_bpf_fd: 'u32',
  attach_type: 'u32',
  attach_flags: 'u32',
  replace_bpf_fd: 'u32',
  relative_fd: 'u32',
  relative_id: { at: 'relative_fd', type: 'u32' },
  expected_revision: 'u64',
});

const test = new StructLayout('test', {
  prog_fd: 'u32',
  retval: 'u32',
  data_size_in: 'u32',
  data_size_out: 'u32',
  data_in: 'ptr',
  data_out: 'ptr',
  repeat: 'u32',
  duration: 'u32',
  ctx_size_in: 'u32',
  ctx_size_out: 'u32',
  ctx_in: 'ptr',
  ctx_out: 'ptr',
  flags: 'u32',
  cpu: 'u32',
  batch_size: 'u32',
});

const id = new StructLayout('id', { id: 'u32', next_id: 'u32', open_flags: 'u32', fd_by_id_token_fd: 's32' });

const info = new StructLayout('info', { bpf_fd: 'u32', info_len: 'u32', info: 'ptr' });

const query = new StructLayout('query', {
  target_fd: 'u32',
  target_ifindex: { at: 'target_fd', type: 'u32' },
  attach_type: 'u32',
  query_flags: 'u32',
  attach_flags: 'u32',
  prog_ids: 'ptr',
  prog_cnt: 'u32',
  prog_attach_flags: 'ptr',
  link_ids: 'ptr',
  link_attach_flags: 'ptr',
  revision: 'u64',
});

const rawTracepoint = new StructLayout('raw_tracepoint', { name: 'ptr', prog_fd: 'u32', cookie: 'u64' });

const btfLoad = new StructLayout('btf_load', {
  btf: 'ptr',
  btf_log_buf: 'ptr',
  btf_size: 'u32',
  btf_log_size: 'u32',
  btf_log_level: 'u32',
  btf_log_true_size: 'u32',
  btf_flags: 'u32',
  btf_token_fd: 's32',
});

const taskQuery = new StructLayout('task_fd_query', {
  pid: 'u32',
  fd: 'u32',
  flags: 'u32',
  buf_len: 'u32',
  buf: 'ptr',
  prog_id: 'u32',
  fd_type: 'u32',
  probe_offset: 'u64',
  probe_addr: 'u64',
});

const linkBase = new StructLayout('link_create', {
  prog_fd: 'u32',
  map_fd: { at: 'prog_fd', type: 'u32' },
  target_fd: 'u32',
  target_ifindex: { at: 'target_fd', type: 'u32' },
  attach_type: 'u32',
  flags: 'u32',
});

const multiProbe = { multi_flags: 'u32', cnt: 'u32', syms: 'ptr', addrs: 'ptr', cookies: 'ptr' } as const;

const relative = {
  relative_fd: 'u32',
  relative_id: { at: 'relative_fd', type: 'u32' },
  expected_revision: 'u64',
} as const;

/** `link_create` by what its union holds. The inner `flags` of multi-probes and netfilter are `multi_flags`, `nf_flags`. */
export const linkCreateLayouts = {
  plain: linkBase.extend('link_create', { target_btf_id: 'u32' }),
  iterator: linkBase.extend('link_create', { iter_info: 'ptr', iter_info_len: 'u32' }, 8),
  perfEvent: linkBase.extend('link_create', { bpf_cookie: 'u64' }, 8),
  kprobeMulti: linkBase.extend('link_create', multiProbe, 8),
  tracing: linkBase.extend('link_create', { target_btf_id: 'u32', cookie: 'u64' }, 8),
  netfilter: linkBase.extend('link_create', { pf: 'u32', hooknum: 'u32', priority: 's32', nf_flags: 'u32' }, 8),
  relative: linkBase.extend('link_create', relative, 8),
  uprobeMulti: linkBase.extend(
    'link_create',
    {
      path: 'ptr',
      offsets: 'ptr',
      ref_ctr_offsets: 'ptr',
      cookies: 'ptr',
      cnt: 'u32',
      multi_flags: 'u32',
      pid: 'u32',
    },
    8,
  ),
} as const;

const linkUpdate = new StructLayout('link_update', {
  link_fd: 'u32',
  new_prog_fd: 'u32',
  new_map_fd: { at: 'new_prog_fd', type: 'u32' },
  flags: 'u32',
  old_prog_fd: 'u32',
  old_map_fd: { at: 'old_prog_fd', type: 'u32' },
});

const linkDetach = new StructLayout('link_detach', { link_fd: 'u32' });
const enableStats = new StructLayout('enable_stats', { type: 'u32' });
const iterCreate = new StructLayout('iter_create', { link_fd: 'u32', flags: 'u32' });
const bindMap = new StructLayout('prog_bind_map', { prog_fd: 'u32', map_fd: 'u32', flags: 'u32' });
const tokenCreate = new StructLayout('token_create', { flags: 'u32', bpffs_fd: 'u32' });
const streamRead = new StructLayout('prog_stream_read', {
  stream_buf: 'ptr',
  stream_buf_len: 'u32',
  stream_id: 'u32',
  prog_fd: 'u32',
});

/**
 * Every command of `bpf(2)` by its kernel name: number, layout, first release.
 * `link_create` is listed with its plain layout; {@link linkCreateLayouts} has the others.
 */
export const bpfCommands = {
  BPF_MAP_CREATE: { number: 0, layout: mapCreate, since: '3.18' },
  BPF_MAP_LOOKUP_ELEM: { number: 1, layout: mapElement, since: '3.18' },
  BPF_MAP_UPDATE_ELEM: { number: 2, layout: mapElement, since: '3.18' },
  BPF_MAP_DELETE_ELEM: { number: 3, layout: mapElement, since: '3.18' },
  BPF_MAP_GET_NEXT_KEY: { number: 4, layout: mapElement, since: '3.18' },
  BPF_PROG_LOAD: { number: 5, layout: programLoad, since: '3.18' },
  BPF_OBJ_PIN: { number: 6, layout: object, since: '4.4' },
  BPF_OBJ_GET: { number: 7, layout: object, since: '4.4' },
  BPF_PROG_ATTACH: { number: 8, layout: programAttach, since: '4.10' },
  BPF_PROG_DETACH: { number: 9, layout: programAttach, since: '4.10' },
  BPF_PROG_TEST_RUN: { number: 10, layout: test, since: '4.12' },
  BPF_PROG_GET_NEXT_ID: { number: 11, layout: id, since: '4.13' },
  BPF_MAP_GET_NEXT_ID: { number: 12, layout: id, since: '4.13' },
  BPF_PROG_GET_FD_BY_ID: { number: 13, layout: id, since: '4.13' },
  BPF_MAP_GET_FD_BY_ID: { number: 14, layout: id, since: '4.13' },
  BPF_OBJ_GET_INFO_BY_FD: { number: 15, layout: info, since: '4.13' },
  BPF_PROG_QUERY: { number: 16, layout: query, since: '4.15' },
  BPF_RAW_TRACEPOINT_OPEN: { number: 17, layout: rawTracepoint, since: '4.17' },
  BPF_BTF_LOAD: { number: 18, layout: btfLoad, since: '4.18' },
  BPF_BTF_GET_FD_BY_ID: { number: 19, layout: id, since: '4.18' },
  BPF_TASK_FD_QUERY: { number: 20, layout: taskQuery, since: '4.18' },
  BPF_MAP_LOOKUP_AND_DELETE_ELEM: { number: 21, layout: mapElement, since: '4.20' },
  BPF_MAP_FREEZE: { number: 22, layout: mapElement, since: '5.2' },
  BPF_BTF_GET_NEXT_ID: { number: 23, layout: id, since: '5.4' },
  BPF_MAP_LOOKUP_BATCH: { number: 24, layout: mapBatch, since: '5.6' },
  BPF_MAP_LOOKUP_AND_DELETE_BATCH: { number: 25, layout: mapBatch, since: '5.6' },
  BPF_MAP_UPDATE_BATCH: { number: 26, layout: mapBatch, since: '5.6' },
  BPF_MAP_DELETE_BATCH: { number: 27, layout: mapBatch, since: '5.6' },
  BPF_LINK_CREATE: { number: 28, layout: linkCreateLayouts.plain, since: '5.7' },
  BPF_LINK_UPDATE: { number: 29, layout: linkUpdate, since: '5.7' },
  BPF_LINK_GET_FD_BY_ID: { number: 30, layout: id, since: '5.8' },
  BPF_LINK_GET_NEXT_ID: { number: 31, layout: id, since: '5.8' },
  BPF_ENABLE_STATS: { number: 32, layout: enableStats, since: '5.8' },
  BPF_ITER_CREATE: { number: 33, layout: iterCreate, since: '5.8' },
  BPF_LINK_DETACH: { number: 34, layout: linkDetach, since: '5.9' },
  BPF_PROG_BIND_MAP: { number: 35, layout: bindMap, since: '5.10' },
  BPF_TOKEN_CREATE: { number: 36, layout: tokenCreate, since: '6.9' },
  BPF_PROG_STREAM_READ_BY_FD: { number: 37, layout: streamRead, since: '6.17' },
} as const;

/** Kernel name of a command of `bpf(2)`. */
export type BpfCommand = keyof typeof bpfCommands;

/** `struct bpf_prog_info`. Set counts and pointers first to have arrays filled. */
export const programInfoLayout = new StructLayout('bpf_prog_info', {
  type: 'u32',
  id: 'u32',
  tag: 'bytes8',
  jited_prog_len: 'u32',
  xlated_prog_len: 'u32',
  jited_prog_insns: 'ptr',
  xlated_prog_insns: 'ptr',
  load_time: 'u64',
  created_by_uid: 'u32',
  nr_map_ids: 'u32',
  map_ids: 'ptr',
  name: 'char16',
  ifindex: 'u32',
  gpl_compatible: 'u32', // a bit-field of 1; the other 31 bits are zero
  netns_dev: 'u64',
  netns_ino: 'u64',
  nr_jited_ksyms: 'u32',
  nr_jited_func_lens: 'u32',
  jited_ksyms: 'ptr',
  jited_func_lens: 'ptr',
  btf_id: 'u32',
  func_info_rec_size: 'u32',
  func_info: 'ptr',
  nr_func_info: 'u32',
  nr_line_info: 'u32',
  line_info: 'ptr',
  jited_line_info: 'ptr',
  nr_jited_line_info: 'u32',
  line_info_rec_size: 'u32',
  jited_line_info_rec_size: 'u32',
  nr_prog_tags: 'u32',
  prog_tags: 'ptr',
  run_time_ns: 'u64',
  run_cnt: 'u64',
  recursion_misses: 'u64',
  verified_insns: 'u32',
  attach_btf_obj_id: 'u32',
  attach_btf_id: 'u32',
});

/** `struct bpf_map_info`. */
export const mapInfoLayout = new StructLayout('bpf_map_info', {
  type: 'u32',
  id: 'u32',
  key_size: 'u32',
  value_size: 'u32',
  max_entries: 'u32',
  map_flags: 'u32',
  name: 'char16',
  ifindex: 'u32',
  btf_vmlinux_value_type_id: 'u32',
  netns_dev: 'u64',
  netns_ino: 'u64',
  btf_id: 'u32',
  btf_key_type_id: 'u32',
  btf_value_type_id: 'u32',
  btf_vmlinux_id: 'u32',
  map_extra: 'u64',
});

/** `struct bpf_btf_info`. */
export const btfInfoLayout = new StructLayout('bpf_btf_info', {
  btf: 'ptr',
  btf_size: 'u32',
  id: 'u32',
  name: 'ptr',
  name_len: 'u32',
  kernel_btf: 'u32',
});

/** Head of `struct bpf_link_info`; what follows at {@link linkInfoUnionOffset} depends on the link's type. */
export const linkInfoLayout = new StructLayout('bpf_link_info', { type: 'u32', id: 'u32', prog_id: 'u32' });

/** Where the union of `struct bpf_link_info` starts. */
export const linkInfoUnionOffset = 16;
