// Does with the built library what its users wait for, and keeps what V8 compiled of each script.
import { readFileSync, writeFileSync } from 'node:fs';
import { BpfError, bpf, compile, load, vm } from '../dist/api/index.js';
import { compileFilter } from '../dist/filter/index.js';
import '../dist/pcap/index.js';
import { scripts } from '../dist/scripts/load.js';

const bccText = `
struct event { u32 pid; char comm[TASK_COMM_LEN]; };
BPF_HASH(counts, u32, u64);
BPF_PERF_OUTPUT(events);
TRACEPOINT_PROBE(syscalls, sys_enter_openat) {
  struct event event = { .pid = bpf_get_current_pid_tgid() >> 32 };
  bpf_get_current_comm(&event.comm, sizeof(event.comm));
  if (args->dfd > 0) counts.increment(event.pid);
  events.perf_submit(args, &event, sizeof(event));
  return 0;
}
int on_read(struct pt_regs *ctx, struct file *file) {
  if (file->f_inode->i_size > 0) bpf_trace_printk("%d", PT_REGS_RC(ctx));
  return 0;
}`;

/** Much of the way is gone even where the kernel or privileges are missing in the end. */
async function tolerant(work) {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof BpfError)) throw error;
  }
}

await tolerant(async () => (await bpf(bccText, { onProgramError: () => {} })).close());
await tolerant(async () => {
  const object = await compile(readFileSync('examples/opensnoop.bpf.c', 'utf8'));
  const session = await load(object, { host: vm() });
  for (const { name } of object.programs) session.program(name).run();
  session.close();
});
compileFilter('tcp and port 80 or host 192.168.1.1');
for (const [filename, script] of scripts)
  writeFileSync(filename.replace(/\.cjs$/, '.cache'), script.createCachedData());
