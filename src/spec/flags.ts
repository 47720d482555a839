// Flags of bpf(2) commands: of maps, of elements, of program loads (v6.18).

/** One row. `since` is the first kernel release that has it. */
export interface FlagRow {
  readonly value: number;
  /** The kernel's name in lower case without its prefix. */
  readonly name: string;
  readonly kernelName: string;
  readonly since: string;
  /** What it does, in a few words. */
  readonly summary: string;
}

/** `map_flags` of `BPF_MAP_CREATE`. */
export const mapFlags = [
  { value: 0x1, name: 'no_prealloc', kernelName: 'BPF_F_NO_PREALLOC', since: '4.6', summary: 'allocates elements when they are added' },
  { value: 0x2, name: 'no_common_lru', kernelName: 'BPF_F_NO_COMMON_LRU', since: '4.10', summary: 'keeps one LRU list per CPU' },
  { value: 0x4, name: 'numa_node', kernelName: 'BPF_F_NUMA_NODE', since: '4.14', summary: 'takes memory of one NUMA node' },
  { value: 0x8, name: 'rdonly', kernelName: 'BPF_F_RDONLY', since: '4.15', summary: 'user space may only read' },
  { value: 0x10, name: 'wronly', kernelName: 'BPF_F_WRONLY', since: '4.15', summary: 'user space may only write' },
  { value: 0x20, name: 'stack_build_id', kernelName: 'BPF_F_STACK_BUILD_ID', since: '4.17', summary: 'stores build id and offset rather than addresses' },
  { value: 0x40, name: 'zero_seed', kernelName: 'BPF_F_ZERO_SEED', since: '5.0', summary: 'uses hash seed 0, for tests' },
  { value: 0x80, name: 'rdonly_prog', kernelName: 'BPF_F_RDONLY_PROG', since: '5.2', summary: 'programs may only read' },
  { value: 0x100, name: 'wronly_prog', kernelName: 'BPF_F_WRONLY_PROG', since: '5.2', summary: 'programs may only write' },
  { value: 0x200, name: 'clone', kernelName: 'BPF_F_CLONE', since: '5.4', summary: 'copies socket storage to accepted sockets' },
  { value: 0x400, name: 'mmapable', kernelName: 'BPF_F_MMAPABLE', since: '5.5', summary: 'lets user space map the values into memory' },
  { value: 0x800, name: 'preserve_elems', kernelName: 'BPF_F_PRESERVE_ELEMS', since: '5.10', summary: 'keeps perf events when their opener closes the map' },
  { value: 0x1000, name: 'inner_map', kernelName: 'BPF_F_INNER_MAP', since: '5.10', summary: 'lets inner arrays differ in size' },
  { value: 0x2000, name: 'link', kernelName: 'BPF_F_LINK', since: '6.4', summary: 'a struct_ops map that is attached by a link' },
  { value: 0x4000, name: 'path_fd', kernelName: 'BPF_F_PATH_FD', since: '6.5', summary: 'a pin path is relative to a descriptor' },
  { value: 0x8000, name: 'vtype_btf_obj_fd', kernelName: 'BPF_F_VTYPE_BTF_OBJ_FD', since: '6.9', summary: "the struct_ops type is in a module's BTF" },
  { value: 0x10000, name: 'token_fd', kernelName: 'BPF_F_TOKEN_FD', since: '6.9', summary: 'a BPF token is given' },
  { value: 0x20000, name: 'segv_on_fault', kernelName: 'BPF_F_SEGV_ON_FAULT', since: '6.9', summary: 'user space faults on arena pages not allocated' },
  { value: 0x40000, name: 'no_user_conv', kernelName: 'BPF_F_NO_USER_CONV', since: '6.9', summary: 'arena pointers are not converted to user addresses' },
] as const satisfies readonly FlagRow[];
/** Name of a row of {@link mapFlags}. */
export type MapFlagName = (typeof mapFlags)[number]['name'];

/** `flags` of element reads and writes; the first three exclude each other. */
export const elementFlags = [
  { value: 0, name: 'any', kernelName: 'BPF_ANY', since: '3.19', summary: 'creates or replaces' },
  { value: 1, name: 'noexist', kernelName: 'BPF_NOEXIST', since: '3.19', summary: 'creates; EEXIST where the key is there' },
  { value: 2, name: 'exist', kernelName: 'BPF_EXIST', since: '3.19', summary: 'replaces; ENOENT where the key is not there' },
  { value: 4, name: 'lock', kernelName: 'BPF_F_LOCK', since: '5.1', summary: "takes the value's spin lock" },
] as const satisfies readonly FlagRow[];
/** Name of a row of {@link elementFlags}. */
export type ElementFlagName = (typeof elementFlags)[number]['name'];

/** `prog_flags` of `BPF_PROG_LOAD`. */
export const programFlags = [
  { value: 0x1, name: 'strict_alignment', kernelName: 'BPF_F_STRICT_ALIGNMENT', since: '4.12', summary: 'refuses unaligned accesses everywhere' },
  { value: 0x2, name: 'any_alignment', kernelName: 'BPF_F_ANY_ALIGNMENT', since: '5.0', summary: 'allows unaligned accesses everywhere' },
  { value: 0x4, name: 'test_rnd_hi32', kernelName: 'BPF_F_TEST_RND_HI32', since: '5.3', summary: 'fills upper register halves with noise, for tests' },
  { value: 0x8, name: 'test_state_freq', kernelName: 'BPF_F_TEST_STATE_FREQ', since: '5.4', summary: 'makes the verifier keep many states, for tests' },
  { value: 0x10, name: 'sleepable', kernelName: 'BPF_F_SLEEPABLE', since: '5.10', summary: 'the program may sleep' },
  { value: 0x20, name: 'xdp_has_frags', kernelName: 'BPF_F_XDP_HAS_FRAGS', since: '5.18', summary: 'the XDP program understands packets of several buffers' },
  { value: 0x40, name: 'xdp_dev_bound_only', kernelName: 'BPF_F_XDP_DEV_BOUND_ONLY', since: '6.3', summary: 'the XDP program is bound to one device' },
  { value: 0x80, name: 'test_reg_invariants', kernelName: 'BPF_F_TEST_REG_INVARIANTS', since: '6.8', summary: 'makes the verifier check its own register bounds' },
] as const satisfies readonly FlagRow[];
/** Name of a row of {@link programFlags}. */
export type ProgramFlagName = (typeof programFlags)[number]['name'];
