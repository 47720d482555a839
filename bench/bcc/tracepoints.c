// Two tracepoints, nothing of the kernel's headers used.
TRACEPOINT_PROBE(syscalls, sys_enter_openat) { bpf_trace_printk("%d", args->dfd); return 0; }
TRACEPOINT_PROBE(syscalls, sys_exit_openat) { return 0; }
