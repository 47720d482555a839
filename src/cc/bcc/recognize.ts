// Tells BCC's dialect from libbpf's, by the macros and names that only BCC has.

const comments = /\/\*[\s\S]*?\*\/|\/\/[^\n]*/g;
const marks =
  /\bBPF_(?:HASH|ARRAY|HISTOGRAM|TABLE(?:_PINNED|_PUBLIC|_SHARED)?|F_TABLE|PERF_OUTPUT|PERF_ARRAY|RINGBUF_OUTPUT|STACK_TRACE(?:_BUILDID)?|PROG_ARRAY|CGROUP_ARRAY|(?:PERCPU|LRU|LRU_PERCPU)_(?:HASH|ARRAY)|LPM_TRIE|QUEUE|STACK|QUEUESTACK|DEVMAP|CPUMAP|XSKMAP|SOCKMAP|SOCKHASH|(?:ARRAY|HASH)_OF_MAPS|(?:SK|INODE|TASK)_STORAGE|ITER)\s*\(|\b(?:TRACEPOINT_PROBE|RAW_TRACEPOINT_PROBE|K(?:RET)?FUNC_PROBE|MODULE_K(?:RET)?FUNC_PROBE|KMOD_RET|LSM_PROBE)\s*\(|\b(?:kprobe|kretprobe|tracepoint|raw_tracepoint|syscall|kfunc|kretfunc|kmod_ret|lsm|bpf_iter)__\w+\s*\(|<bcc\/|\bbpf_usdt_readarg|\bcursor_advance\s*\(|\.(?:perf_submit|lookup_or_(?:try_)?init|get_stackid)\s*\(/;
const otherMarks = /\bSEC\s*\(|__attribute__\s*\(\s*\(\s*section|#\s*include\s*["<](?:bpf\/bpf_helpers|vmlinux)\.h[">]/;

/** Is the text written for BCC? A text of neither kind that defines a function over `struct pt_regs` is taken for BCC's too. */
export function isBccText(text: string): boolean {
  const plain = text.replace(comments, ' ');
  if (otherMarks.test(plain)) return false;
  return (
    marks.test(plain) ||
    (/\bstruct\s+(?:pt_regs|__sk_buff|xdp_md|bpf_perf_event_data)\s*\*\s*\w+/.test(plain) && !/\bmain\s*\(/.test(plain))
  );
}
