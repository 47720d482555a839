// Every construct of BCC's dialect: run in the embedded machine where it can be, else read in the intermediate form.

import { describe, expect, it } from 'vitest';
import { isBccText } from '../../../src/cc/bcc/recognize.ts';
import { type CompileCOptions, compileC } from '../../../src/cc/compile.ts';
import { vm } from '../../../src/vm/index.ts';
import { runningKernelTypes } from '../../support/kernel-types.ts';

const btf = runningKernelTypes();

/** Compiles a text; calls in the printed IR are left without the helper's number and the types of constants. */
function compile(text: string, options: CompileCOptions = {}): ReturnType<typeof compileC> {
  const compiled = compileC(text, { btf, dialect: 'bcc', verify: true, disabledWarnings: ['all'], ...options });
  const ir = compiled.ir.replace(/helper \d+ /g, 'helper ').replace(/\bi(?:32|64) (?=-?\d)/g, '');
  return { ...compiled, ir };
}

/** What a socket program over `data` returns, `body` being its inside. */
async function run(declarations: string, body: string, data = new Uint8Array(64)): Promise<number> {
  const { object } = compile(`${declarations}\nint prog(struct __sk_buff *skb) { ${body} }`);
  using loaded = await vm().load(object);
  return loaded.programs.get('prog')?.run({ data }).returnValue ?? Number.NaN;
}

describe('map macros', () => {
  it.each<[declaration: string, map: Record<string, unknown>]>([
    ['BPF_HASH(m);', { type: 'hash', keySize: 8, valueSize: 8, maxEntries: 10240 }],
    ['BPF_HASH(m, u32);', { type: 'hash', keySize: 4, valueSize: 8, maxEntries: 10240 }],
    ['BPF_HASH(m, u32, struct bpf_stacktrace, 5);', { type: 'hash', keySize: 4, valueSize: 1016, maxEntries: 5 }],
    ['BPF_PERCPU_HASH(m, u32, u16);', { type: 'percpu_hash', keySize: 4, valueSize: 2 }],
    ['BPF_LRU_HASH(m, u32);', { type: 'lru_hash', keySize: 4 }],
    ['BPF_ARRAY(m);', { type: 'array', keySize: 4, valueSize: 8, maxEntries: 10240 }],
    ['BPF_ARRAY(m, u32, 3);', { type: 'array', keySize: 4, valueSize: 4, maxEntries: 3 }],
    ['BPF_PERCPU_ARRAY(m, u64, 2);', { type: 'percpu_array', valueSize: 8, maxEntries: 2 }],
    ['BPF_HISTOGRAM(m);', { type: 'array', keySize: 4, valueSize: 8, maxEntries: 64 }],
    ['struct k { int a, b; }; BPF_HISTOGRAM(m, struct k);', { type: 'hash', keySize: 8, valueSize: 8, maxEntries: 64 }],
    ['BPF_LPM_TRIE(m, u64);', { type: 'lpm_trie', keySize: 8, flags: 1 }],
    ['BPF_STACK_TRACE(m, 1000);', { type: 'stack_trace', keySize: 4, valueSize: 1016, maxEntries: 1024 }],
    ['BPF_STACK_TRACE_BUILDID(m, 64);', { type: 'stack_trace', valueSize: 127 * 32, flags: 32 }],
    ['BPF_PERF_OUTPUT(m);', { type: 'perf_event_array', keySize: 4, valueSize: 4, maxEntries: 0 }],
    ['BPF_PERF_ARRAY(m, 8);', { type: 'perf_event_array', maxEntries: 8 }],
    ['BPF_RINGBUF_OUTPUT(m, 8);', { type: 'ringbuf', maxEntries: 32768 }],
    ['BPF_PROG_ARRAY(m, 4);', { type: 'prog_array', keySize: 4, valueSize: 4, maxEntries: 4 }],
    ['BPF_CGROUP_ARRAY(m, 1);', { type: 'cgroup_array', maxEntries: 1 }],
    ['BPF_QUEUE(m, u64, 9);', { type: 'queue', keySize: 0, valueSize: 8, maxEntries: 9 }],
    ['BPF_STACK(m, u32, 9, 0);', { type: 'stack', valueSize: 4 }],
    ['BPF_DEVMAP(m, 16);', { type: 'devmap', maxEntries: 16 }],
    ['BPF_CPUMAP(m, 16);', { type: 'cpumap', maxEntries: 16 }],
    ['BPF_XSKMAP(m, 16);', { type: 'xskmap', maxEntries: 16 }],
    ['BPF_SK_STORAGE(m, u64);', { type: 'sk_storage', valueSize: 8, flags: 1 }],
    ['BPF_INODE_STORAGE(m, u64);', { type: 'inode_storage' }],
    ['BPF_TASK_STORAGE(m, u64);', { type: 'task_storage' }],
    ['BPF_SOCKMAP(m, 2);', { type: 'sockmap', maxEntries: 2 }],
    ['BPF_SOCKHASH(m, u64, 2);', { type: 'sockhash', keySize: 8, maxEntries: 2 }],
    ['BPF_TABLE("lru_percpu_hash", u32, u8, m, 6);', { type: 'lru_percpu_hash', valueSize: 1, maxEntries: 6 }],
    ['BPF_TABLE_PINNED("hash", u64, u64, m, 1024, "/sys/fs/bpf/x");', { type: 'hash', maxEntries: 1024 }],
    ['BPF_TABLE_PUBLIC("hash", u64, u64, m, 1);', { type: 'hash' }],
    ['BPF_F_TABLE("hash", u64, u64, m, 1, BPF_F_NO_PREALLOC);', { flags: 1 }],
  ])('%s', (declaration, map) => {
    expect(compile(declaration).object.maps[0]).toMatchObject({ name: 'm', ...map });
  });

  it('puts one map into another', () => {
    const { object } = compile(
      'BPF_ARRAY(inner, u32, 3); BPF_ARRAY_OF_MAPS(outer, "inner", 5); BPF_HASH_OF_MAPS(by_key, u64, "inner", 7);',
    );
    const outer = object.maps.find(({ name }) => name === 'outer');
    expect(outer).toMatchObject({ type: 'array_of_maps', maxEntries: 5, inner: { type: 'array', maxEntries: 3 } });
    expect(object.maps.find(({ name }) => name === 'by_key')).toMatchObject({
      type: 'hash_of_maps',
      keySize: 8,
      maxEntries: 7,
    });
  });

  it('finds the inner map behind the outer one', () => {
    const { object } = compile('BPF_HASH_OF_MAPS(outer, u32, "inner", 5); BPF_ARRAY(inner, u32, 3);');
    expect(object.maps.find(({ name }) => name === 'outer')).toMatchObject({ inner: { type: 'array', maxEntries: 3 } });
  });

  it('says which map types there are', () => {
    expect(() => compile('BPF_TABLE("hush", u64, u64, m, 1);')).toThrow(/unknown map type "hush"/);
  });
});

describe('map methods', () => {
  const map =
    'struct v { u64 n; u32 m; }; BPF_HASH(h, u32, struct v); BPF_HASH(c, u32); BPF_QUEUE(q, u32, 4); BPF_ARRAY(a, u64, 4);';
  it.each<[body: string, expected: number]>([
    ['u32 k = 1; return h.lookup(&k) ? 1 : 2;', 2],
    ['u32 k = 1; struct v v = { .m = 7 }; h.update(&k, &v); return h.lookup(&k)->m;', 7],
    ['u32 k = 1; struct v v = { .m = 7 }, *p; h.update(&k, &v); p = h.lookup(&k); return p ? p->m : 0;', 7],
    [
      'u32 k = 1; struct v v = { .m = 7 }, w = { .m = 8 }; h.insert(&k, &v); h.insert(&k, &w); struct v *p = h.lookup(&k); return p ? p->m : 0;',
      7,
    ],
    ['u32 k = 1; struct v v = {}; h.update(&k, &v); h.delete(&k); return h.lookup(&k) == 0;', 1],
    [
      'u32 k = 1; struct v v = { .m = 9 }, *p = h.lookup_or_try_init(&k, &v); if (!p) return 0; p->m++; p = h.lookup(&k); return p ? p->m : 0;',
      10,
    ],
    ['u32 k = 1; struct v v = { .m = 9 }; struct v *p = h.lookup_or_init(&k, &v); return p->m;', 9],
    ['c.increment(3); c.increment(3); c.increment(3, 40); u32 k = 3; u64 *p = c.lookup(&k); return p ? *p : 0;', 42],
    ['c.atomic_increment(3); c.atomic_increment(3, 5); u32 k = 3; u64 *p = c.lookup(&k); return p ? *p : 0;', 6],
    ['int k = 2; a.increment(k); a.increment(k); u64 *p = a.lookup(&k); return p ? *p : 0;', 2],
    [
      'u32 x = 5, y = 0; q.push(&x, 0); q.peek(&y); u32 z = 0; q.pop(&z); return y * 10 + z + (q.pop(&z) != 0) * 100;',
      155,
    ],
  ])('%s', async (body, expected) => {
    expect(await run(map, body)).toBe(expected);
  });

  const outputs =
    'BPF_PERF_OUTPUT(e); BPF_RINGBUF_OUTPUT(r, 1); BPF_STACK_TRACE(s, 8); BPF_PROG_ARRAY(p, 2); BPF_CGROUP_ARRAY(g, 1); BPF_PERF_ARRAY(n, 2);';
  it.each<[body: string, helper: string]>([
    ['int x = 1; e.perf_submit(ctx, &x, sizeof(x));', 'bpf_perf_event_output(%arg0, @e, 4294967295'],
    ['return s.get_stackid(ctx, BPF_F_USER_STACK);', 'bpf_get_stackid(%arg0, @s, 256'],
    ['p.call(ctx, 1);', 'bpf_tail_call(%arg0, @p, 1'],
    ['return g.check_current_task(0);', 'bpf_current_task_under_cgroup(@g, 0'],
    ['return n.perf_read(CUR_CPU_IDENTIFIER);', 'bpf_perf_event_read(@n, 4294967295'],
    [
      'struct bpf_perf_event_value v; return n.perf_counter_value(0, &v, sizeof(v));',
      'bpf_perf_event_read_value(@n, 0',
    ],
    ['int x = 1; r.ringbuf_output(&x, sizeof(x), 0);', 'bpf_ringbuf_output(@r'],
    [
      'int *x = r.ringbuf_reserve(4); if (!x) return 1; *x = 2; r.ringbuf_submit(x, 0);',
      'bpf_ringbuf_reserve(@r, 4, 0',
    ],
  ])('%s', (body, helper) => {
    expect(compile(`${outputs} int f(struct pt_regs *ctx) { ${body} return 0; }`).ir).toContain(helper);
  });

  it('names the methods when one is misspelt', () => {
    expect(() => compile('BPF_HASH(h); int f(struct pt_regs *ctx) { u64 k = 0; h.lockup(&k); return 0; }')).toThrow(
      /no map method 'lockup'/,
    );
  });
  it('counts arguments', () => {
    expect(() => compile('BPF_HASH(h); int f(struct pt_regs *ctx) { h.lookup(); return 0; }')).toThrow(
      /too few arguments to 'lookup'/,
    );
  });
});

describe('tables of other texts', () => {
  it.each([
    ['BPF_TABLE("extern", u64, u64, m, 1);', 'bcc:extern'],
    ['BPF_TABLE_PUBLIC("hash", u64, u64, m, 1);', 'bcc:public'],
    ['BPF_TABLE_SHARED("hash", u64, u64, m, 1);', 'bcc:public'],
  ])('%s', (declaration, tag) => {
    expect(compile(`${declaration} BPF_HASH(own);`).object.maps.map(({ tags }) => tags ?? [])).toEqual([[tag], []]);
  });
});

describe('contexts of tracepoints', () => {
  it('leave out what a format file says of address spaces', () => {
    const format = `format:
\tfield:unsigned short common_type;\toffset:0;\tsize:2;\tsigned:0;
\tfield:void __seg_gs * ptr;\toffset:8;\tsize:8;\tsigned:0;
\tfield:const char __user * name;\toffset:16;\tsize:8;\tsigned:0;`;
    const text = 'TRACEPOINT_PROBE(percpu, alloc) { return args->ptr != 0 || args->name != 0; }';
    expect(compile(text, { tracepointFormat: () => format }).ir).toMatch(/%arg0 \+ 8\][\s\S]*%arg0 \+ 16\]/);
  });

  it.each([
    ['sched, sched_wakeup_new', 'args->target_cpu + args->comm[0]'],
    ['sched, sched_process_exit', 'args->pid + args->prio'],
    ['sched, sched_wait_task', 'args->pid + args->prio'],
    ['block, block_rq_issue', 'args->sector + args->bytes + args->rwbs[0]'],
    ['irq, softirq_raise', 'args->vec'],
    ['net, netif_rx', 'args->len + args->data_loc_name'],
    ['exceptions, page_fault_kernel', 'args->address + args->error_code'],
    ['power, cpu_frequency', 'args->state + args->cpu_id'],
    ['irq_vectors, local_timer_entry', 'args->vector'],
  ])('of %s are those of its class where no format file can be read', (event, use) => {
    const text = `TRACEPOINT_PROBE(${event}) { return ${use}; }`;
    expect(() => compile(text, { tracepointFormat: undefined })).not.toThrow();
  });
});

describe('names of its own', () => {
  it.each([
    ['static inline u64 min(u64 a, u64 b) { return a < b ? a : b; }', 'min(3, 4)', 3],
    ['static\nint\nswap(int a,\n  int b)\n{ return a * 10 + b; }', 'swap(1, 2)', 12],
    ['enum op { READ = 5, /* why */ WRITE };', 'READ * 10 + WRITE', 56],
    ['static const int READ = 3;', 'READ', 3],
    ['int IRQF_SHARED;', 'IRQF_SHARED + PAGE_SHIFT', 12],
  ])('win over macros of headers: %s', async (declaration, expression, expected) => {
    expect(await run(declaration, `return ${expression};`)).toBe(expected);
  });
});

describe('programs', () => {
  it.each([
    ['int kprobe__tcp_connect(struct pt_regs *ctx) { return 0; }', 'kprobe/tcp_connect'],
    ['int kretprobe__tcp_connect(struct pt_regs *ctx) { return 0; }', 'kretprobe/tcp_connect'],
    ['TRACEPOINT_PROBE(sched, sched_process_exit) { return 0; }', 'tracepoint/sched/sched_process_exit'],
    ['RAW_TRACEPOINT_PROBE(sched_switch) { return 0; }', 'raw_tracepoint/sched_switch'],
    ['KFUNC_PROBE(vfs_read, struct file *f) { return 0; }', 'fentry/vfs_read'],
    [
      'KRETFUNC_PROBE(vfs_read, struct file *f, char *b, size_t n, loff_t *o, int ret) { return ret; }',
      'fexit/vfs_read',
    ],
    ['KFUNC_PROBE(sched_fork) { return 0; }', 'fentry/sched_fork'],
    ['MODULE_KFUNC_PROBE(kvm, kvm_vm_ioctl, struct file *f) { return 0; }', 'fentry/kvm:kvm_vm_ioctl'],
    ['MODULE_KRETFUNC_PROBE(kvm, kvm_vm_ioctl) { return 0; }', 'fexit/kvm:kvm_vm_ioctl'],
    ['KMOD_RET(bpf_modify_return_test, int a, int *b, int ret) { return 0; }', 'fmod_ret/bpf_modify_return_test'],
    ['LSM_PROBE(file_open, struct file *f) { return 0; }', 'lsm/file_open'],
    ['BPF_ITER(task) { return 0; }', 'iter/task'],
    ['int syscall__execve(struct pt_regs *ctx, const char *path) { return 0; }', 'kprobe'],
    ['int on_entry(struct pt_regs *ctx) { return 0; }', 'kprobe'],
    ['int on_packet(struct xdp_md *ctx) { return 0; }', 'xdp'],
    ['int on_sample(struct bpf_perf_event_data *ctx) { return 0; }', 'perf_event'],
    ['int filter(struct __sk_buff *skb) { return 0; }', 'socket'],
  ])('%s', (text, section) => {
    const { object } = compile(text);
    expect(object.programs.map((program) => program.section)).toEqual([section]);
    expect(object.license).toBe('GPL');
  });

  it('inlines what is called by others only', () => {
    const text =
      'struct d { int n; }; int twice(struct d *d) { return d->n * 2; } static inline int one(void) { return 1; } int f(struct pt_regs *ctx) { struct d d = { .n = 4 }; return twice(&d) + one(); }';
    expect(compile(text).object.programs.map(({ name }) => name)).toEqual(['f']);
  });

  it('fills parameters from registers', () => {
    const { ir } = compile('int kprobe__f(struct pt_regs *ctx, int a, int b, long c) { return b; }');
    expect(ir).toMatch(/\[%arg0 \+ 104 core/);
    expect(compile('int syscall__f(struct pt_regs *ctx, int a, const char *p, int c, int d) { return d; }').ir).toMatch(
      /bpf_probe_read_kernel\(%\d+, 8, /,
    );
  });
});

describe('reads of the kernel', () => {
  const reads = (text: string, options: CompileCOptions = {}): string[] =>
    [...compile(text, options).ir.matchAll(/helper (bpf_probe_read\w*)\(%\d+, (\d+)/g)].map(
      ([, name, size]) => `${name}:${size}`,
    );

  it.each<[title: string, text: string, expected: string[]]>([
    [
      'a parameter',
      'int kprobe__f(struct pt_regs *ctx, struct sock *sk) { return sk->__sk_common.skc_family; }',
      ['bpf_probe_read_kernel:2'],
    ],
    [
      'a walk',
      'int kprobe__f(struct pt_regs *ctx, struct file *f) { return f->f_path.dentry->d_inode->i_mode; }',
      ['bpf_probe_read_kernel:8', 'bpf_probe_read_kernel:8', 'bpf_probe_read_kernel:2'],
    ],
    [
      'the current task',
      'int kprobe__f(struct pt_regs *ctx) { struct task_struct *t = (struct task_struct *)bpf_get_current_task(); return t->real_parent->tgid; }',
      ['bpf_probe_read_kernel:8', 'bpf_probe_read_kernel:4'],
    ],
    [
      'a pointer kept in a map',
      'BPF_HASH(m, u32, struct sock *); int kprobe__f(struct pt_regs *ctx) { u32 k = 1; struct sock **p = m.lookup(&k); if (!p) return 0; struct sock *sk = *p; return sk->sk_protocol; }',
      ['bpf_probe_read_kernel:2'],
    ],
    [
      'through an inlined function',
      'static inline int g(struct sock *sk) { return sk->sk_protocol; } int kprobe__f(struct pt_regs *ctx, struct sock *s) { return g(s); }',
      ['bpf_probe_read_kernel:2'],
    ],
    [
      'an element',
      'int kprobe__f(struct pt_regs *ctx, struct task_struct *t) { return t->comm[3]; }',
      ['bpf_probe_read_kernel:1'],
    ],
    [
      'a whole struct',
      'int kprobe__f(struct pt_regs *ctx, struct file *f) { struct path p = f->f_path; return p.dentry != 0; }',
      ['bpf_probe_read_kernel:16'],
    ],
    [
      'a copy',
      'int kprobe__f(struct pt_regs *ctx, struct task_struct *t) { char c[16]; __builtin_memcpy(&c, t->comm, sizeof(c)); return c[0]; }',
      ['bpf_probe_read_kernel:16'],
    ],
    [
      'an explicit read of a member behind a pointer',
      'int kprobe__f(struct pt_regs *ctx, struct file *f) { long i; bpf_probe_read_kernel(&i, 8, &f->f_path.dentry->d_inode); return i; }',
      ['bpf_probe_read_kernel:8', 'bpf_probe_read_kernel:8'],
    ],
    [
      'a pointer that a helper has read',
      'int kprobe__f(struct pt_regs *ctx, struct file **fd) { struct file *f; bpf_probe_read_kernel(&f, 8, &fd[1]); return f->f_flags; }',
      ['bpf_probe_read_kernel:8', 'bpf_probe_read_kernel:4'],
    ],
    [
      "a user's pointer that a helper has read",
      'int kprobe__f(struct pt_regs *ctx, char **argv) { char *a; bpf_probe_read_user(&a, 8, argv); return a[1]; }',
      ['bpf_probe_read_user:8', 'bpf_probe_read_user:1'],
    ],
    [
      'arguments of raw tracepoints',
      'RAW_TRACEPOINT_PROBE(sched_switch) { struct task_struct *p = (struct task_struct *)ctx->args[1]; return p->pid; }',
      ['bpf_probe_read_kernel:4'],
    ],
    ['user memory', 'int kprobe__f(struct pt_regs *ctx, char __user *s) { return *s; }', ['bpf_probe_read_user:1']],
    [
      "either memory, in a probe that may be a user program's",
      'struct p { int x; }; int on_entry(struct pt_regs *ctx, struct p *p) { return p->x; }',
      ['bpf_probe_read:4'],
    ],
    ['typed pointers: none', 'KFUNC_PROBE(vfs_read, struct file *f) { return f->f_path.dentry->d_inode->i_mode; }', []],
    [
      'what typed pointers do not type',
      'KFUNC_PROBE(vfs_open, struct path *p) { return p->dentry->d_name.name[0]; }',
      ['bpf_probe_read_kernel:1'],
    ],
    [
      'the stack and maps: none',
      'struct v { int n; }; BPF_HASH(m, u32, struct v); int kprobe__f(struct pt_regs *ctx) { u32 k = 1; struct v v = {}, *q = &v, *p = m.lookup(&k); return p ? p->n + q->n : 0; }',
      [],
    ],
    ['the context: none', 'int kprobe__f(struct pt_regs *ctx) { return ctx->ip + PT_REGS_RC(ctx); }', []],
    [
      'packets: none',
      'int f(struct xdp_md *ctx) { void *d = (void *)(long)ctx->data, *e = (void *)(long)ctx->data_end; struct ethhdr *h = d; if (d + sizeof(*h) > e) return 1; return h->h_proto; }',
      [],
    ],
    ['arguments of tracepoints: none', 'TRACEPOINT_PROBE(sched, sched_process_exit) { return args->pid; }', []],
  ])('%s', (_, text, expected) => {
    expect(reads(text)).toEqual(expected);
  });

  it('reads bit-fields by relocated shifts', () => {
    const { ir, object } = compile(
      'int kprobe__f(struct pt_regs *ctx, struct task_struct *t) { return t->in_execve; }',
    );
    expect(ir).toMatch(/helper bpf_probe_read_kernel\(/);
    expect(object.programs[0]?.core.map(({ kind }) => kind)).toEqual(
      expect.arrayContaining(['field-byte-offset', 'field-lshift-u64', 'field-rshift-u64']),
    );
  });
});

describe('functions', () => {
  it.each<[expression: string, expected: number]>([
    ['bpf_log2l(1)', 1],
    ['bpf_log2l(1000)', 10],
    ['bpf_log2l(1UL << 40)', 41],
    ['bpf_log2(65536)', 16],
    ['({ u64 x = 4; lock_xadd(&x, 3); x; })', 7],
    ['({ u32 x = 5; x >= 4.5 && x < 5.5 && 4.5 < x; })', 1],
    ['container_of((char *)16, struct { long a; char b; }, b) == (void *)8', 1],
  ])('%s', async (expression, expected) => {
    expect(await run('', `return ${expression};`)).toBe(expected);
  });

  it('prints literals', () => {
    const { ir, object } = compile(
      'int f(struct pt_regs *ctx) { bpf_trace_printk("a %d\\n", 1); bpf_trace_printk("b\\n"); return 0; }',
    );
    expect(ir).toMatch(/bpf_trace_printk\(.*, 6, 1\)/);
    expect(new Set(object.maps[0]?.data?.variables.map(({ name }) => name)).size).toBe(2);
  });

  it('reads arguments of USDT probes', () => {
    const { object } = compile(
      'int f(struct pt_regs *ctx) { u64 a = 0; char b[8]; bpf_usdt_readarg(1, ctx, &a); bpf_usdt_readarg_p(2, ctx, &b, sizeof(b)); return a; }',
    );
    expect(object.programs.map(({ name }) => name)).toEqual(['f']);
    expect(object.maps.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['__bpf_usdt_specs', '__bpf_usdt_ip_to_spec_id']),
    );
  });

  it("takes the readers that BCC's Python has put into the text", () => {
    const { object } = compile(`
      static __always_inline int _bpf_readarg_f_1(struct pt_regs *ctx, void *dest, size_t len) {
        if (len != sizeof(u64)) return -1;
        *((u64 *)dest) = ctx->dx;
        return 0;
      }
      int f(struct pt_regs *ctx) { u64 a = 0; char b[8] = {}; bpf_usdt_readarg(1, ctx, &a); bpf_usdt_readarg_p(1, ctx, &b, sizeof(b)); return a + b[0]; }`);
    expect(object.maps).toEqual([]);
  });
});

describe('packets', () => {
  const frame = new Uint8Array(64);
  const view = new DataView(frame.buffer);
  view.setUint16(12, 0x0800);
  frame.set([0x45, 0x10, 0, 40, 1, 2, 0x5f, 0xff, 64, 6], 14);
  view.setUint32(26, 0x0a000001);
  view.setUint16(34, 443);
  frame[47] = 0x12;
  const headers =
    'u8 *cursor = 0; struct ethernet_t *e = cursor_advance(cursor, sizeof(*e)); struct ip_t *ip = cursor_advance(cursor, sizeof(*ip)); struct tcp_t *tcp = cursor_advance(cursor, sizeof(*tcp));';
  it.each<[field: string, expected: number]>([
    ['e->type', 0x0800],
    ['ip->ver', 4],
    ['ip->hlen', 5],
    ['ip->tos', 0x10],
    ['ip->tlen', 40],
    ['ip->df', 1],
    ['ip->mf', 0],
    ['ip->foffset', 0x1fff],
    ['ip->nextp', 6],
    ['ip->src', 0x0a000001],
    ['tcp->src_port', 443],
    ['tcp->flag_ack', 1],
    ['tcp->flag_syn', 1],
    ['tcp->flag_fin', 0],
    ['load_half(skb, 12)', 0x0800],
    ['load_byte(skb, 14)', 0x45],
    ['load_word(skb, 26)', 0x0a000001],
  ])('%s', async (field, expected) => {
    // A socket filter's test run starts behind the link-layer header.
    const data = new Uint8Array([...new Uint8Array(14), ...frame]);
    expect(await run('#include <bcc/proto.h>', `${headers} return ${field};`, data)).toBe(expected);
  });
});

describe('recognition', () => {
  it.each([
    ['BPF_HASH(x);', true],
    ['int kprobe__f(void *ctx) { return 0; }', true],
    ['TRACEPOINT_PROBE(a, b) { return 0; }', true],
    ['#include <uapi/linux/ptrace.h>\nint f(struct pt_regs *ctx) { return 0; }', true],
    [
      '#include "vmlinux.h"\n#include <bpf/bpf_helpers.h>\nSEC("kprobe") int f(struct pt_regs *ctx) { return 0; }',
      false,
    ],
    ['/* BPF_HASH(x) */ int x;', false],
    ['__attribute__((section("socket"))) int f(void *c) { return 0; }', false],
  ])('%s', (text, expected) => {
    expect(isBccText(text)).toBe(expected);
  });
});
