// Opening the running kernel's BTF and finding 50 types by name, in a fresh process; the time node itself takes is taken off.
import { execFileSync } from 'node:child_process';
import { fixed, median, row } from './support.mjs';

const names =
  `task_struct file inode dentry super_block vfsmount cred mm_struct vm_area_struct page sk_buff sock socket net
  net_device sockaddr_in sockaddr_in6 tcp_sock udp_sock inet_sock request bio gendisk block_device cgroup pid pid_namespace
  nsproxy uts_namespace rq cfs_rq sched_entity signal_struct sighand_struct files_struct fdtable path qstr pt_regs bpf_prog
  bpf_map bpf_link trace_event_raw_sys_enter trace_event_raw_sys_exit iov_iter kiocb work_struct timer_list hrtimer
  callback_head`.split(/\s+/);
const script = `
  import { readFileSync } from 'node:fs';
  import { performance } from 'node:perf_hooks';
  const start = performance.now();
  const { parseBtf } = await import('./dist/btf/index.js');
  const btf = parseBtf(readFileSync('/sys/kernel/btf/vmlinux'));
  let found = 0;
  for (const name of ${JSON.stringify(names)}) if (btf.find(name) !== undefined && btf.type(btf.find(name)).kind !== 'void') found++;
  console.log(performance.now() - start, found);
`;
const times = [];
let found = 0;
for (let run = 0; run < Number(process.env.BENCH_RUNS ?? 7); run++) {
  const [time, count] = execFileSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' })
    .split(' ')
    .map(Number);
  times.push(time);
  found = count;
}
row(`kernel BTF: open and find ${found} of ${names.length} types (ms)`, fixed(median(times)), '', '', '<= 40 ms');
