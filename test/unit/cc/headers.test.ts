// Names of every family of headers: found by include, or by use; with the values the kernel's and libbpf's headers give.

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { BtfBuilder, parseBtf } from '../../../src/btf/index.ts';
import { parseFormat, structOfFormat } from '../../../src/cc/bcc/tracepoints.ts';
import { type CompileCOptions, compileC, preprocessC } from '../../../src/cc/compile.ts';
import { createHeaders } from '../../../src/cc/headers/headers.ts';
import { groupsOf } from '../../../src/cc/headers/includes.ts';
import { vm } from '../../../src/vm/index.ts';
import { runningKernelTypes } from '../../support/kernel-types.ts';

const kernelTypes = runningKernelTypes();

const helpersInclude = '#include <linux/bpf.h>\n#include <bpf/bpf_helpers.h>\n';

async function value(includes: string, expression: string, options: CompileCOptions = {}): Promise<number> {
  const text = `${includes}\n__attribute__((section("socket"), used)) int prog(void *ctx) { return (int)(${expression}); }`;
  const { object } = compileC(text, { verify: true, disabledWarnings: ['all'], ...options });
  using loaded = await vm().load(object);
  return loaded.programs.get('prog')?.run({ data: new Uint8Array(64) }).returnValue ?? Number.NaN;
}

describe('constants and macros', () => {
  it.each<[include: string, expression: string, expected: number]>([
    ['<linux/if_ether.h>', 'ETH_P_IPV6', 0x86dd],
    ['<linux/in.h>', 'IPPROTO_UDP', 17],
    ['<linux/tcp.h>', 'TCP_CONGESTION', 13],
    ['<linux/errno.h>', 'ECONNREFUSED', 111],
    ['<linux/fcntl.h>', 'O_CREAT | O_EXCL', 0o300],
    ['<linux/stat.h>', 'S_IFSOCK', 0o140000],
    ['<asm/unistd.h>', '__NR_openat', 257],
    ['<linux/limits.h>', 'PATH_MAX', 4096],
    ['<linux/if.h>', 'IFNAMSIZ', 16],
    ['<linux/pkt_cls.h>', 'TC_ACT_SHOT', 2],
    ['<linux/bpf.h>', 'XDP_FLAGS_SKB_MODE', 2],
    ['<linux/bpf.h>', 'XDP_TX', 3],
    ['<linux/bpf.h>', 'BPF_F_CURRENT_CPU == 0xffffffff', 1],
    ['<linux/bpf.h>', 'BPF_F_CURRENT_NETNS == -1', 1],
    ['<linux/bpf.h>', 'BPF_DEVCG_DEV_CHAR + BPF_TCP_LISTEN', 12],
    ['<linux/bpf.h>', 'BPF_MAP_TYPE_RINGBUF', 27],
    ['<linux/bpf.h>', 'BPF_FUNC_ringbuf_output', 130],
    ['<stdint.h>', 'UINT16_MAX + INT8_MIN', 65407],
    ['<stddef.h>', 'NULL == 0', 1],
    ['<limits.h>', 'INT_MAX - 1', 2147483646],
    ['<net/sock.h>', 'TCP_LISTEN', 10],
    ['<net/sock.h>', 'min(3, 7) * 10 + max(3, 7)', 37],
    ['<net/sock.h>', 'ARRAY_SIZE(((int [5]){}))', 5],
    ['<net/sock.h>', 'roundup_pow_of_two(1000)', 1024],
    ['<net/sock.h>', 'NSEC_PER_MSEC', 1_000_000],
    ['<net/sock.h>', 'MINOR(MKDEV(8, 3)) + MAJOR(MKDEV(8, 3)) * 100', 803],
    ['<net/sock.h>', 'S_ISREG(0100644)', 1],
    ['<net/sock.h>', 'TASK_NORMAL', 3],
    ['<net/sock.h>', 'ntohs(0x1234)', 0x3412],
    ['<net/sock.h>', 'IS_ERR((void *)-5L)', 1],
    ['<net/sock.h>', 'DIV_ROUND_UP(10, 4)', 3],
    ['<arpa/inet.h>', 'htonl(1)', 0x01000000],
    ['<errno.h>', 'EAGAIN', 11],
    ['<linux/bitops.h>', 'fls(0x10) * 100 + ffs(0x18) * 10 + fls64(1ULL << 40)', 581],
    ['<linux/bitops.h>', 'sign_extend32(0xf5, 7) + ror32(rol32(7, 30), 30) + 11', 7],
    ['<linux/math64.h>', 'div_s64(-7, 2) + 3', 0],
    ['<linux/log2.h>', 'get_order(8193) * 10 + get_count_order(1000)', 30],
    ['<linux/hash.h>', 'hash_64(12345, 10)', 379],
    [
      '<linux/in.h>',
      'ipv4_is_loopback(0x0100007f) + ipv4_is_private_10(0x0100000a) + ipv4_is_multicast(0x010000e0)',
      3,
    ],
    ['<net/sock.h>', 'new_decode_dev(new_encode_dev(MKDEV(259, 1000))) == MKDEV(259, 1000)', 1],
    ['<net/tcp.h>', 'before(0xfffffff0, 5) + between(7, 5, 9)', 2],
    ['<linux/sched.h>', 'rt_prio(99) + dl_prio(-1) + rt_prio(100)', 2],
  ])('%s: %s', async (include, expression, expected) => {
    expect(await value(`#include ${include}`, expression)).toBe(expected);
  });

  it('shows macros of uapi headers to #if only once they are included', () => {
    const text = '#ifdef ETH_P_IP\nyes\n#else\nno\n#endif\n';
    expect(preprocessC(text, { dialect: 'libbpf' }).trim()).toBe('no');
    expect(preprocessC(`#include <linux/if_ether.h>\n${text}`, { dialect: 'libbpf' }).trim()).toBe('yes');
  });

  it('finds constants that no include made visible', async () => {
    expect(await value('', 'AF_INET6 + EPERM')).toBe(11);
  });

  it("lets the program's own names win", async () => {
    const own = '#include <net/sock.h>\n#undef READ\nenum { READ = 7 };\n#define AF_INET 99\n';
    expect(await value(own, 'READ + AF_INET')).toBe(106);
  });
});

describe('the target', () => {
  const kernel = { dialect: 'bcc' as const, kernelVersion: (5 << 16) + (10 << 8) + 3 };
  it('supplies the version', async () => {
    expect(await value('#include <linux/version.h>', 'LINUX_VERSION_CODE >= KERNEL_VERSION(5, 10, 0)', kernel)).toBe(1);
    expect(await value('#include <linux/version.h>', 'LINUX_VERSION_CODE >= KERNEL_VERSION(5, 11, 0)', kernel)).toBe(0);
  });
  it('supplies the configuration', () => {
    const kconfig = new Map([
      ['CONFIG_NUMA', 'y'],
      ['CONFIG_NFS_FS', 'm'],
      ['CONFIG_HZ', '1000'],
    ]);
    const text = 'CONFIG_NUMA CONFIG_NFS_FS CONFIG_NFS_FS_MODULE CONFIG_HZ HZ CONFIG_SMP';
    expect(preprocessC(text, { dialect: 'bcc', kconfig: () => kconfig }).trim()).toBe(
      '1 CONFIG_NFS_FS 1 1000 1000 CONFIG_SMP',
    );
  });
  it('answers IS_ENABLED, IS_BUILTIN and IS_MODULE', () => {
    const kconfig = new Map([
      ['CONFIG_NUMA', 'y'],
      ['CONFIG_NFS_FS', 'm'],
    ]);
    const [nfs, numa, xfs] = ['NFS_FS', 'NUMA', 'XFS_FS'].map((name) =>
      ['ENABLED', 'BUILTIN', 'MODULE'].map((question) => `#if IS_${question}(CONFIG_${name})\n1\n#else\n0\n#endif`),
    );
    const text = [nfs, numa, xfs].flat().join('\n');
    const answers = preprocessC(text, { dialect: 'bcc', kconfig: () => kconfig }).replace(/\s/g, '');
    expect(answers).toBe('101' + '110' + '000');
  });
  it('supplies sizes out of BTF', async () => {
    expect(
      await value('', 'TASK_COMM_LEN == sizeof(((struct task_struct *)0)->comm)', { dialect: 'bcc', btf: kernelTypes }),
    ).toBe(1);
    expect(
      await value('#include <linux/dcache.h>', 'DNAME_INLINE_LEN >= 32', { dialect: 'bcc', btf: kernelTypes }),
    ).toBe(1);
  });
});

describe('bpf_helpers.h', () => {
  it.each<[expression: string, expected: number]>([
    ['___bpf_narg()', 0],
    ['___bpf_narg(a, b, c)', 3],
    ['offsetof(struct { int a; long b; }, b)', 8],
    ['({ struct s { int a, b; } v = { 1, 2 }; container_of(&v.b, struct s, b)->a; })', 1],
    ['({ int x = 5; barrier_var(x); barrier(); x; })', 5],
    ['KERNEL_VERSION(1, 2, 300)', 66303],
    ['({ int n = 0; int i; n; })', 0],
    ['bpf_htons(0x0102)', 0x0201],
    ['bpf_be32_to_cpu(0x01020304)', 0x04030201],
  ])('%s', async (expression, expected) => {
    expect(await value(`${helpersInclude}#include <bpf/bpf_endian.h>`, expression)).toBe(expected);
  });

  it('prints with as many arguments as wanted', () => {
    for (const count of [0, 1, 3, 4, 12]) {
      const args = Array.from({ length: count }, (_, i) => `, ${i}`).join('');
      const format = '%d'.repeat(count);
      const { ir } = compileC(
        `${helpersInclude}SEC("socket") int prog(void *ctx) { bpf_printk("${format}"${args}); return 0; }`,
        { verify: true },
      );
      expect(ir).toContain(count > 3 ? 'bpf_trace_vprintk' : 'bpf_trace_printk');
    }
  });

  it('declares maps', () => {
    const text = `${helpersInclude}
      struct event { int pid; char comm[16]; };
      struct { __uint(type, BPF_MAP_TYPE_HASH); __uint(max_entries, 77); __type(key, int); __type(value, struct event); __ulong(map_extra, 0); } events SEC(".maps");
      SEC("socket") int prog(void *ctx) { int key = 1; return bpf_map_lookup_elem(&events, &key) != NULL; }`;
    const { object } = compileC(text);
    expect(object.maps).toMatchObject([{ name: 'events', type: 'hash', keySize: 4, valueSize: 20, maxEntries: 77 }]);
  });

  it('knows every helper by name', () => {
    const headers = createHeaders();
    expect(headers.declaration('bpf_map_update_elem')).toMatch(
      /\(\* const bpf_map_update_elem\)\(.*\) = \(void \*\)2;/,
    );
    expect([...headers.names()].filter((name) => /^bpf_\w+$/.test(name)).length).toBeGreaterThanOrEqual(211);
  });
});

describe('bpf_tracing.h', () => {
  const include =
    '#include "vmlinux.h"\n#include <bpf/bpf_helpers.h>\n#include <bpf/bpf_tracing.h>\n#include <bpf/bpf_core_read.h>\n';
  const ir = (text: string, options: CompileCOptions = {}): string =>
    compileC(include + text, { btf: kernelTypes, verify: true, disabledWarnings: ['all'], ...options }).ir;

  it.each([
    ['BPF_KPROBE', 'SEC("kprobe/f") int BPF_KPROBE(prog, struct sock *sk, int n) { return n; }', /\[%arg0 \+ 104/],
    ['BPF_KRETPROBE', 'SEC("kretprobe/f") int BPF_KRETPROBE(prog, long ret) { return ret; }', /\[%arg0 \+ 80/],
    ['BPF_UPROBE', 'SEC("uprobe") int BPF_UPROBE(prog, int n) { return n; }', /\[%arg0 \+ 112/],
    ['BPF_PROG', 'SEC("fentry/f") int BPF_PROG(prog, int a, int b) { return b; }', /ptradd ptr %arg0, 8\n|%arg0 \+ 8/],
    ['BPF_PROG without parameters', 'SEC("fentry/f") int BPF_PROG(prog) { return 3; }', /ret i64 3/],
    [
      'BPF_PROG2',
      'struct two { long a, b; }; SEC("fentry/f") int BPF_PROG2(prog, int, a, struct two, t) { return t.b; }',
      /ptradd ptr %arg0, 16\n|%arg0 \+ 16/,
    ],
    [
      'BPF_KSYSCALL',
      'SEC("ksyscall/openat") int BPF_KSYSCALL(prog, int fd, const char *path) { return fd; }',
      /LINUX_HAS_SYSCALL_WRAPPER/,
    ],
    [
      'BPF_USDT',
      '#include <bpf/usdt.bpf.h>\nSEC("usdt") int BPF_USDT(prog, int a, long b) { return b; }',
      /__bpf_usdt_specs/,
    ],
    [
      'PT_REGS_PARM4_SYSCALL',
      'SEC("kprobe/f") int prog(struct pt_regs *ctx) { return PT_REGS_PARM4_SYSCALL(ctx); }',
      /\[%arg0 \+ 56/,
    ],
    [
      'PT_REGS_IP_CORE',
      'SEC("kprobe/f") int prog(struct pt_regs *ctx) { return PT_REGS_IP_CORE(ctx); }',
      /bpf_probe_read_kernel/,
    ],
  ])('%s', (_, text, expected) => {
    expect(ir(text)).toMatch(expected);
  });

  it('names the registers of arm64', () => {
    const text = 'SEC("kprobe/f") int prog(struct pt_regs *ctx) { return PT_REGS_PARM8(ctx) + PT_REGS_RC(ctx); }';
    expect(ir(text, { architecture: 'arm64' })).toMatch(/\[%arg0 \+ 56/);
  });
});

describe('bpf_core_read.h', () => {
  const include = '#include "vmlinux.h"\n#include <bpf/bpf_helpers.h>\n#include <bpf/bpf_core_read.h>\n';
  const task = 'struct task_struct *t = (void *)bpf_get_current_task();';
  it.each<[title: string, body: string, pattern: RegExp, times: number]>([
    ['one member', 'return BPF_CORE_READ(t, pid);', /helper \d+ bpf_probe_read_kernel\(/g, 1],
    ['a walk', 'return BPF_CORE_READ(t, real_parent, real_parent, tgid);', /helper \d+ bpf_probe_read_kernel\(/g, 3],
    [
      'into a variable',
      'int pid; BPF_CORE_READ_INTO(&pid, t, real_parent, pid); return pid;',
      /helper \d+ bpf_probe_read_kernel\(/g,
      2,
    ],
    [
      'a string',
      'char c[16]; BPF_CORE_READ_STR_INTO(&c, t, real_parent, comm); return c[0];',
      /helper \d+ bpf_probe_read_kernel_str\(/g,
      1,
    ],
    ['user memory', 'return BPF_CORE_READ_USER(t, mm, arg_start);', /helper \d+ bpf_probe_read_user\(/g, 2],
    ['without relocation', 'return BPF_PROBE_READ(t, mm, arg_start);', /helper \d+ bpf_probe_read_kernel\(/g, 2],
    ['a bit-field', 'return BPF_CORE_READ_BITFIELD_PROBED(t, in_execve);', /core i(32|64) #/g, 4],
    [
      'existence',
      'return bpf_core_field_exists(t->pid) + bpf_core_field_exists(struct task_struct, tgid) + bpf_core_type_exists(struct sock);',
      /core i(32|64) #/g,
      3,
    ],
    [
      'size and offset',
      'return bpf_core_field_size(t->comm) + bpf_core_field_offset(struct task_struct, pid) + bpf_core_type_size(struct sock);',
      /core i(32|64) #/g,
      3,
    ],
    [
      'enumerators',
      'return bpf_core_enum_value(enum bpf_func_id, BPF_FUNC_map_lookup_elem) + bpf_core_enum_value_exists(enum bpf_func_id, BPF_FUNC_map_lookup_elem);',
      /core i(32|64) #/g,
      2,
    ],
  ])('%s', (_, body, pattern, times) => {
    const { ir, object } = compileC(`${include}SEC("kprobe") int prog(void *ctx) { ${task} ${body} }`, {
      btf: kernelTypes,
      verify: true,
      disabledWarnings: ['all'],
    });
    expect(ir.match(pattern)?.length ?? 0).toBeGreaterThanOrEqual(times);
    expect(object.programs[0]?.core.length).toBeGreaterThan(0);
  });
});

describe('includes', () => {
  it.each([
    'vmlinux.h',
    'linux/sched.h',
    'uapi/linux/ptrace.h',
    'net/inet_sock.h',
    'asm/page.h',
    'bpf/bpf_helpers.h',
    'bpf_tracing.h',
    'bcc/proto.h',
    'stdint.h',
    'sys/socket.h',
  ])('replaces %s', (path) => {
    expect(groupsOf(path, false)).toBeDefined();
  });
  it.each(['mine.h', 'bits.bpf.h', 'tools/x.c', '../linux.h'])('leaves %s to the caller', (path) => {
    expect(groupsOf(path, false)).toBeUndefined();
  });
});

describe('types of modules', () => {
  const program = (use: string): string => `#include <linux/fs.h>\nint f(struct pt_regs *ctx, ${use}; }`;
  it.each([
    ['rdma/rdma_cm.h', 'struct rdma_cm_event *e) { return e->event == RDMA_CM_EVENT_ESTABLISHED'],
    [
      'rdma/rdma_user_cm.h',
      'struct rdma_ucm_event_resp *r) { _Static_assert(sizeof(*r) == 336, ""); return r->param.conn.qp_num',
    ],
    ['scsi/scsi_cmnd.h', 'struct scsi_cmnd *c) { return c->cmnd[0] + c->device->host->host_no'],
    ['linux/nvme.h', 'struct nvme_command *c) { _Static_assert(sizeof(*c) == 64, ""); return c->rw.slba'],
    ['linux/usb.h', 'struct urb *u) { return u->actual_length + u->dev->descriptor.idVendor'],
    ['linux/sunrpc/clnt.h', 'struct rpc_task *t) { return t->tk_client->cl_prog + t->tk_msg.rpc_proc->p_proc'],
  ])('are known of <%s>', (_, use) => {
    expect(() => compileC(program(use), { btf: kernelTypes, dialect: 'bcc' })).not.toThrow();
  });

  it('come from the module where it is loaded', () => {
    const btf = parseBtf(readFileSync('/sys/kernel/btf/vmlinux'));
    const module = new BtfBuilder({ base: btf });
    const int = btf.find('int', 'int') ?? 0;
    const members = [{ name: 'of_the_module', type: int, bitOffset: 0, bitSize: 0 }];
    module.add({ kind: 'struct', name: 'scsi_cmnd', size: 4, members });
    const text = program('struct scsi_cmnd *c) { return c->of_the_module');
    expect(() => compileC(text, { btf, dialect: 'bcc', modules: () => [module] })).not.toThrow();
  });
});

describe('tracepoint formats', () => {
  const format = `name: sched_wakeup
format:
	field:unsigned short common_type;	offset:0;	size:2;	signed:0;
	field:int common_pid;	offset:4;	size:4;	signed:1;

	field:char comm[16];	offset:8;	size:16;	signed:0;
	field:pid_t pid;	offset:24;	size:4;	signed:1;
	field:__data_loc char[] name;	offset:28;	size:4;	signed:0;
	field:const char * file;	offset:32;	size:8;	signed:0;
	field:int flags;	offset:40;	size:8;	signed:0;
`;
  it('reads fields', () => {
    expect(parseFormat(format).map(({ name, offset, size }) => [name, offset, size])).toEqual([
      ['common_type', 0, 2],
      ['common_pid', 4, 4],
      ['comm', 8, 16],
      ['pid', 24, 4],
      ['name', 28, 4],
      ['file', 32, 8],
      ['flags', 40, 8],
    ]);
  });
  it('lays the struct out as the format says', async () => {
    const definition = structOfFormat('t', format);
    for (const [member, offset] of [
      ['comm', 8],
      ['pid', 24],
      ['data_loc_name', 28],
      ['file', 32],
      ['flags', 40],
    ] as const) {
      expect(await value(`${definition}`, `__builtin_offsetof(struct t, ${member})`), member).toBe(offset);
    }
    expect(await value(definition, 'sizeof(((struct t *)0)->flags)')).toBe(8);
  });
});
