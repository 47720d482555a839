// Every command of bpf(2) (`enum bpf_cmd`, v6.18).

/** One row. `since` is the first kernel release that has it. */
export interface CommandRow {
  readonly value: number;
  readonly name: string;
  readonly kernelName: string;
  readonly since: string;
  /** What it does, in a few words. */
  readonly summary: string;
}

export const commands = [
  { value: 0, name: 'map_create', kernelName: 'BPF_MAP_CREATE', since: '3.18', summary: 'creates a map' },
  { value: 1, name: 'map_lookup_elem', kernelName: 'BPF_MAP_LOOKUP_ELEM', since: '3.19', summary: 'reads the value of a key' },
  { value: 2, name: 'map_update_elem', kernelName: 'BPF_MAP_UPDATE_ELEM', since: '3.19', summary: 'writes the value of a key' },
  { value: 3, name: 'map_delete_elem', kernelName: 'BPF_MAP_DELETE_ELEM', since: '3.19', summary: 'deletes a key' },
  { value: 4, name: 'map_get_next_key', kernelName: 'BPF_MAP_GET_NEXT_KEY', since: '3.19', summary: 'gives the key after a key' },
  { value: 5, name: 'prog_load', kernelName: 'BPF_PROG_LOAD', since: '3.18', summary: 'verifies and loads a program' },
  { value: 6, name: 'obj_pin', kernelName: 'BPF_OBJ_PIN', since: '4.4', summary: 'pins an object in the BPF file system' },
  { value: 7, name: 'obj_get', kernelName: 'BPF_OBJ_GET', since: '4.4', summary: 'opens a pinned object' },
  { value: 8, name: 'prog_attach', kernelName: 'BPF_PROG_ATTACH', since: '4.10', summary: 'attaches a program to a hook' },
  { value: 9, name: 'prog_detach', kernelName: 'BPF_PROG_DETACH', since: '4.10', summary: 'detaches a program from a hook' },
  { value: 10, name: 'prog_test_run', kernelName: 'BPF_PROG_TEST_RUN', since: '4.12', summary: 'runs a program on given input' },
  { value: 11, name: 'prog_get_next_id', kernelName: 'BPF_PROG_GET_NEXT_ID', since: '4.13', summary: 'gives the program id after an id' },
  { value: 12, name: 'map_get_next_id', kernelName: 'BPF_MAP_GET_NEXT_ID', since: '4.13', summary: 'gives the map id after an id' },
  { value: 13, name: 'prog_get_fd_by_id', kernelName: 'BPF_PROG_GET_FD_BY_ID', since: '4.13', summary: 'opens a program by id' },
  { value: 14, name: 'map_get_fd_by_id', kernelName: 'BPF_MAP_GET_FD_BY_ID', since: '4.13', summary: 'opens a map by id' },
  { value: 15, name: 'obj_get_info_by_fd', kernelName: 'BPF_OBJ_GET_INFO_BY_FD', since: '4.13', summary: 'describes an open object' },
  { value: 16, name: 'prog_query', kernelName: 'BPF_PROG_QUERY', since: '4.15', summary: 'lists the programs of a hook' },
  { value: 17, name: 'raw_tracepoint_open', kernelName: 'BPF_RAW_TRACEPOINT_OPEN', since: '4.17', summary: 'attaches to a raw tracepoint or tracing hook' },
  { value: 18, name: 'btf_load', kernelName: 'BPF_BTF_LOAD', since: '4.18', summary: 'loads type information' },
  { value: 19, name: 'btf_get_fd_by_id', kernelName: 'BPF_BTF_GET_FD_BY_ID', since: '4.18', summary: 'opens type information by id' },
  { value: 20, name: 'task_fd_query', kernelName: 'BPF_TASK_FD_QUERY', since: '4.18', summary: 'describes the probe behind a descriptor of a process' },
  { value: 21, name: 'map_lookup_and_delete_elem', kernelName: 'BPF_MAP_LOOKUP_AND_DELETE_ELEM', since: '4.20', summary: 'reads and deletes a key' },
  { value: 22, name: 'map_freeze', kernelName: 'BPF_MAP_FREEZE', since: '5.2', summary: 'makes a map read-only for user space' },
  { value: 23, name: 'btf_get_next_id', kernelName: 'BPF_BTF_GET_NEXT_ID', since: '5.4', summary: 'gives the BTF id after an id' },
  { value: 24, name: 'map_lookup_batch', kernelName: 'BPF_MAP_LOOKUP_BATCH', since: '5.6', summary: 'reads many keys' },
  { value: 25, name: 'map_lookup_and_delete_batch', kernelName: 'BPF_MAP_LOOKUP_AND_DELETE_BATCH', since: '5.6', summary: 'reads and deletes many keys' },
  { value: 26, name: 'map_update_batch', kernelName: 'BPF_MAP_UPDATE_BATCH', since: '5.6', summary: 'writes many keys' },
  { value: 27, name: 'map_delete_batch', kernelName: 'BPF_MAP_DELETE_BATCH', since: '5.6', summary: 'deletes many keys' },
  { value: 28, name: 'link_create', kernelName: 'BPF_LINK_CREATE', since: '5.7', summary: 'attaches a program as a link' },
  { value: 29, name: 'link_update', kernelName: 'BPF_LINK_UPDATE', since: '5.7', summary: 'replaces the program of a link' },
  { value: 30, name: 'link_get_fd_by_id', kernelName: 'BPF_LINK_GET_FD_BY_ID', since: '5.8', summary: 'opens a link by id' },
  { value: 31, name: 'link_get_next_id', kernelName: 'BPF_LINK_GET_NEXT_ID', since: '5.8', summary: 'gives the link id after an id' },
  { value: 32, name: 'enable_stats', kernelName: 'BPF_ENABLE_STATS', since: '5.8', summary: 'counts runs and run time while its descriptor is open' },
  { value: 33, name: 'iter_create', kernelName: 'BPF_ITER_CREATE', since: '5.8', summary: 'opens an iterator for reading' },
  { value: 34, name: 'link_detach', kernelName: 'BPF_LINK_DETACH', since: '5.9', summary: 'detaches a link' },
  { value: 35, name: 'prog_bind_map', kernelName: 'BPF_PROG_BIND_MAP', since: '5.10', summary: 'ties the life of a map to a program' },
  { value: 36, name: 'token_create', kernelName: 'BPF_TOKEN_CREATE', since: '6.9', summary: 'delegates BPF rights from a BPF file system' },
  { value: 37, name: 'prog_stream_read_by_fd', kernelName: 'BPF_PROG_STREAM_READ_BY_FD', since: '6.17', summary: 'reads what a program wrote to its output streams' },
] as const satisfies readonly CommandRow[];

/** Name of a row of {@link commands}. */
export type CommandName = (typeof commands)[number]['name'];
