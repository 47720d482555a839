// Macros of the kernel's own headers that programs use and BTF cannot hold (values of Linux v6.18, the same since 4.x unless noted).

import { type MacroRows, macros } from './rows.ts';

/** Compiler and language: harmless wherever they are visible. */
export const languageMacros: readonly MacroRows[] = [
  macros(
    'include/linux/compiler_types.h',
    `
__user __attribute__((btf_type_tag("user")))
__rcu __attribute__((btf_type_tag("rcu")))
__percpu __attribute__((btf_type_tag("percpu")))
__iomem
__kernel
__force
__nocast
__safe
__private
__bitwise
__bitwise__
__must_check __attribute__((warn_unused_result))
__maybe_unused __attribute__((unused))
__always_unused __attribute__((unused))
__used __attribute__((used))
__pure __attribute__((pure))
__cold __attribute__((cold))
__packed __attribute__((packed))
__aligned(x) __attribute__((aligned(x)))
__aligned_u64 __u64 __attribute__((aligned(8)))
__printf(a, b) __attribute__((format(printf, a, b)))
__section(s) __attribute__((section(s)))
__noreturn __attribute__((noreturn))
__ro_after_init
__read_mostly
__init
__exit
__initdata
__cacheline_aligned
____cacheline_aligned
____cacheline_aligned_in_smp
__randomize_layout
__counted_by(member)
__designated_init
asmlinkage
likely(x) __builtin_expect(!!(x), 1)
unlikely(x) __builtin_expect(!!(x), 0)
fallthrough __attribute__((fallthrough))
`,
  ),
];

/** What <limits.h> has, too. */
export const limitMacros: MacroRows = macros(
  'include/linux/limits.h, include/vdso/limits.h',
  `
CHAR_BIT 8
SCHAR_MAX 127
SCHAR_MIN (-128)
UCHAR_MAX 255
CHAR_MAX 127
CHAR_MIN (-128)
SHRT_MAX 32767
SHRT_MIN (-32768)
USHRT_MAX 65535
INT_MAX ((int)(~0U >> 1))
INT_MIN (-INT_MAX - 1)
UINT_MAX (~0U)
LONG_MAX ((long)(~0UL >> 1))
LONG_MIN (-LONG_MAX - 1)
ULONG_MAX (~0UL)
LLONG_MAX ((long long)(~0ULL >> 1))
LLONG_MIN (-LLONG_MAX - 1)
ULLONG_MAX (~0ULL)
`,
);

/** What any kernel header brings along. */
export const kernelMacros: readonly MacroRows[] = [
  macros(
    'include/linux/compiler_attributes.h',
    `
__always_inline inline __attribute__((always_inline))
noinline __attribute__((noinline))
`,
  ),
  macros(
    'include/linux/compiler.h',
    `
barrier() asm volatile("" ::: "memory")
READ_ONCE(x) (*(const volatile typeof(x) *)&(x))
WRITE_ONCE(x, val) ((*(volatile typeof(x) *)&(x)) = (val))
ACCESS_ONCE(x) (*(volatile typeof(x) *)&(x))
unreachable() __builtin_unreachable()
__same_type(a, b) __builtin_types_compatible_p(typeof(a), typeof(b))
`,
  ),
  macros(
    'include/linux/kconfig.h',
    `
__ARG_PLACEHOLDER_1 0,
__take_second_arg(ignored, val, ...) val
____is_defined(arg1_or_junk) __take_second_arg(arg1_or_junk 1, 0)
___is_defined(val) ____is_defined(__ARG_PLACEHOLDER_##val)
__is_defined(x) ___is_defined(x)
IS_BUILTIN(option) __is_defined(option)
IS_MODULE(option) __is_defined(option##_MODULE)
IS_REACHABLE(option) IS_BUILTIN(option)
IS_ENABLED(option) (IS_BUILTIN(option) || IS_MODULE(option))
`,
  ),
  macros(
    'include/linux/stddef.h',
    `
NULL ((void *)0)
true 1
false 0
offsetof(type, member) __builtin_offsetof(type, member)
sizeof_field(type, member) sizeof(((type *)0)->member)
FIELD_SIZEOF(type, member) sizeof(((type *)0)->member)
offsetofend(type, member) (offsetof(type, member) + sizeof_field(type, member))
`,
  ),
  macros(
    'include/linux/container_of.h',
    `
container_of(ptr, type, member) ((type *)((void *)(ptr) - __builtin_offsetof(type, member)))
container_of_const(ptr, type, member) container_of(ptr, type, member)
`,
  ),
  macros(
    'include/linux/array_size.h',
    `
ARRAY_SIZE(arr) (sizeof(arr) / sizeof((arr)[0]))
`,
  ),
  macros(
    'include/linux/minmax.h',
    `
min(x, y) ({ typeof(x) __min_x = (x); typeof(y) __min_y = (y); __min_x < __min_y ? __min_x : __min_y; })
max(x, y) ({ typeof(x) __max_x = (x); typeof(y) __max_y = (y); __max_x > __max_y ? __max_x : __max_y; })
min3(x, y, z) min(min(x, y), z)
max3(x, y, z) max(max(x, y), z)
min_t(type, x, y) ({ type __min_x = (x); type __min_y = (y); __min_x < __min_y ? __min_x : __min_y; })
max_t(type, x, y) ({ type __max_x = (x); type __max_y = (y); __max_x > __max_y ? __max_x : __max_y; })
clamp(val, lo, hi) min((typeof(val))max(val, lo), hi)
clamp_t(type, val, lo, hi) min_t(type, max_t(type, val, lo), hi)
swap(a, b) do { typeof(a) __swap = (a); (a) = (b); (b) = __swap; } while (0)
`,
  ),
  macros(
    'include/linux/math.h',
    `
abs(x) ({ typeof(x) __abs = (x); __abs < 0 ? -__abs : __abs; })
DIV_ROUND_UP(n, d) (((n) + (d) - 1) / (d))
DIV_ROUND_CLOSEST(x, d) (((x) + ((d) / 2)) / (d))
round_up(x, y) ((((x) - 1) | ((typeof(x))((y) - 1))) + 1)
round_down(x, y) ((x) & ~((typeof(x))((y) - 1)))
roundup(x, y) ((((x) + ((y) - 1)) / (y)) * (y))
rounddown(x, y) ((x) - ((x) % (y)))
`,
  ),
  macros(
    'include/linux/align.h',
    `
ALIGN(x, a) (((x) + ((typeof(x))(a) - 1)) & ~((typeof(x))(a) - 1))
ALIGN_DOWN(x, a) ((x) & ~((typeof(x))(a) - 1))
IS_ALIGNED(x, a) (((x) & ((typeof(x))(a) - 1)) == 0)
PTR_ALIGN(p, a) ((typeof(p))ALIGN((unsigned long)(p), (a)))
`,
  ),
  macros(
    'include/linux/log2.h',
    `
ilog2(n) (63 - __builtin_clzll(n))
is_power_of_2(n) ((n) != 0 && (((n) & ((n) - 1)) == 0))
roundup_pow_of_two(n) ((n) <= 1 ? 1UL : 1UL << (64 - __builtin_clzll((n) - 1)))
rounddown_pow_of_two(n) (1UL << (63 - __builtin_clzll(n)))
`,
  ),
  macros(
    'include/vdso/bits.h',
    `
BIT(nr) (1UL << (nr))
BIT_ULL(nr) (1ULL << (nr))
BITS_PER_BYTE 8
BITS_PER_LONG 64
BITS_PER_LONG_LONG 64
BITS_TO_LONGS(nr) DIV_ROUND_UP(nr, 64)
BIT_MASK(nr) (1UL << ((nr) % BITS_PER_LONG))
BIT_WORD(nr) ((nr) / BITS_PER_LONG)
GENMASK(h, l) ((~0UL << (l)) & (~0UL >> (63 - (h))))
GENMASK_ULL(h, l) ((~0ULL << (l)) & (~0ULL >> (63 - (h))))
`,
  ),
  macros(
    'include/linux/err.h',
    `
MAX_ERRNO 4095
IS_ERR_VALUE(x) ((unsigned long)(void *)(x) >= (unsigned long)-MAX_ERRNO)
IS_ERR(ptr) IS_ERR_VALUE((unsigned long)(ptr))
IS_ERR_OR_NULL(ptr) (!(ptr) || IS_ERR(ptr))
PTR_ERR(ptr) ((long)(ptr))
ERR_PTR(error) ((void *)(long)(error))
`,
  ),
  macros(
    'include/linux/errno.h',
    `
ERESTARTSYS 512
ERESTARTNOINTR 513
ERESTARTNOHAND 514
ENOIOCTLCMD 515
ERESTART_RESTARTBLOCK 516
EPROBE_DEFER 517
EOPENSTALE 518
ENOPARAM 519
EBADHANDLE 521
ENOTSYNC 522
EBADCOOKIE 523
ENOTSUPP 524
ETOOSMALL 525
ESERVERFAULT 526
EBADTYPE 527
EJUKEBOX 528
EIOCBQUEUED 529
ERECALLCONFLICT 530
`,
  ),
  macros(
    'include/linux/limits.h',
    `
U8_MAX ((u8)~0U)
S8_MAX ((s8)(U8_MAX >> 1))
S8_MIN ((s8)(-S8_MAX - 1))
U16_MAX ((u16)~0U)
S16_MAX ((s16)(U16_MAX >> 1))
S16_MIN ((s16)(-S16_MAX - 1))
U32_MAX ((u32)~0U)
S32_MAX ((s32)(U32_MAX >> 1))
S32_MIN ((s32)(-S32_MAX - 1))
U64_MAX ((u64)~0ULL)
S64_MAX ((s64)(U64_MAX >> 1))
S64_MIN ((s64)(-S64_MAX - 1))
SIZE_MAX (~(size_t)0)
`,
  ),
  limitMacros,
  macros(
    'include/vdso/time64.h',
    `
MSEC_PER_SEC 1000L
USEC_PER_MSEC 1000L
NSEC_PER_USEC 1000L
NSEC_PER_MSEC 1000000L
USEC_PER_SEC 1000000L
NSEC_PER_SEC 1000000000L
PSEC_PER_SEC 1000000000000LL
FSEC_PER_SEC 1000000000000000LL
`,
  ),
  macros(
    'include/linux/byteorder/generic.h',
    `
ntohs(x) ((__u16)__builtin_bswap16(x))
htons(x) ((__be16)__builtin_bswap16(x))
ntohl(x) ((__u32)__builtin_bswap32(x))
htonl(x) ((__be32)__builtin_bswap32(x))
___ntohs(x) ntohs(x)
___htons(x) htons(x)
___ntohl(x) ntohl(x)
___htonl(x) htonl(x)
cpu_to_be16(x) __builtin_bswap16(x)
cpu_to_be32(x) __builtin_bswap32(x)
cpu_to_be64(x) __builtin_bswap64(x)
be16_to_cpu(x) __builtin_bswap16(x)
be32_to_cpu(x) __builtin_bswap32(x)
be64_to_cpu(x) __builtin_bswap64(x)
be16_to_cpup(p) __builtin_bswap16(*(p))
be32_to_cpup(p) __builtin_bswap32(*(p))
be64_to_cpup(p) __builtin_bswap64(*(p))
cpu_to_le16(x) ((__u16)(x))
cpu_to_le32(x) ((__u32)(x))
cpu_to_le64(x) ((__u64)(x))
le16_to_cpu(x) ((__u16)(x))
le32_to_cpu(x) ((__u32)(x))
le64_to_cpu(x) ((__u64)(x))
__cpu_to_be16(x) __builtin_bswap16(x)
__cpu_to_be32(x) __builtin_bswap32(x)
__cpu_to_be64(x) __builtin_bswap64(x)
__be16_to_cpu(x) __builtin_bswap16(x)
__be32_to_cpu(x) __builtin_bswap32(x)
__be64_to_cpu(x) __builtin_bswap64(x)
__cpu_to_le16(x) ((__u16)(x))
__cpu_to_le32(x) ((__u32)(x))
__cpu_to_le64(x) ((__u64)(x))
__le16_to_cpu(x) ((__u16)(x))
__le32_to_cpu(x) ((__u32)(x))
__le64_to_cpu(x) ((__u64)(x))
__constant_htons(x) __builtin_bswap16(x)
__constant_ntohs(x) __builtin_bswap16(x)
__constant_htonl(x) __builtin_bswap32(x)
__constant_ntohl(x) __builtin_bswap32(x)
__constant_cpu_to_be16(x) __builtin_bswap16(x)
__constant_cpu_to_be32(x) __builtin_bswap32(x)
__swab16(x) __builtin_bswap16(x)
__swab32(x) __builtin_bswap32(x)
__swab64(x) __builtin_bswap64(x)
swab16(x) __builtin_bswap16(x)
swab32(x) __builtin_bswap32(x)
swab64(x) __builtin_bswap64(x)
`,
  ),
  macros(
    'include/linux/sched.h',
    `
TASK_RUNNING 0x00000000
TASK_INTERRUPTIBLE 0x00000001
TASK_UNINTERRUPTIBLE 0x00000002
__TASK_STOPPED 0x00000004
__TASK_TRACED 0x00000008
EXIT_DEAD 0x00000010
EXIT_ZOMBIE 0x00000020
EXIT_TRACE (EXIT_ZOMBIE | EXIT_DEAD)
TASK_PARKED 0x00000040
TASK_DEAD 0x00000080
TASK_WAKEKILL 0x00000100
TASK_WAKING 0x00000200
TASK_NOLOAD 0x00000400
TASK_NEW 0x00000800
TASK_RTLOCK_WAIT 0x00001000
TASK_FREEZABLE 0x00002000
TASK_FROZEN 0x00008000
TASK_KILLABLE (TASK_WAKEKILL | TASK_UNINTERRUPTIBLE)
TASK_STOPPED (TASK_WAKEKILL | __TASK_STOPPED)
TASK_TRACED __TASK_TRACED
TASK_IDLE (TASK_UNINTERRUPTIBLE | TASK_NOLOAD)
TASK_NORMAL (TASK_INTERRUPTIBLE | TASK_UNINTERRUPTIBLE)
TASK_REPORT (TASK_RUNNING | TASK_INTERRUPTIBLE | TASK_UNINTERRUPTIBLE | __TASK_STOPPED | __TASK_TRACED | EXIT_DEAD | EXIT_ZOMBIE | TASK_PARKED)
PF_VCPU 0x00000001
PF_IDLE 0x00000002
PF_EXITING 0x00000004
PF_POSTCOREDUMP 0x00000008
PF_IO_WORKER 0x00000010
PF_WQ_WORKER 0x00000020
PF_FORKNOEXEC 0x00000040
PF_MCE_PROCESS 0x00000080
PF_SUPERPRIV 0x00000100
PF_DUMPCORE 0x00000200
PF_SIGNALED 0x00000400
PF_MEMALLOC 0x00000800
PF_NPROC_EXCEEDED 0x00001000
PF_USED_MATH 0x00002000
PF_USER_WORKER 0x00004000
PF_NOFREEZE 0x00008000
PF_KSWAPD 0x00020000
PF_MEMALLOC_NOFS 0x00040000
PF_MEMALLOC_NOIO 0x00080000
PF_LOCAL_THROTTLE 0x00100000
PF_KTHREAD 0x00200000
PF_RANDOMIZE 0x00400000
PF_NO_SETAFFINITY 0x04000000
PF_MCE_EARLY 0x08000000
PF_MEMALLOC_PIN 0x10000000
PF_SUSPEND_TASK 0x80000000
`,
  ),
  macros(
    'include/linux/sched/prio.h',
    `
MAX_NICE 19
MIN_NICE (-20)
NICE_WIDTH (MAX_NICE - MIN_NICE + 1)
MAX_RT_PRIO 100
MAX_DL_PRIO 0
MAX_PRIO (MAX_RT_PRIO + NICE_WIDTH)
DEFAULT_PRIO (MAX_RT_PRIO + NICE_WIDTH / 2)
`,
  ),
  macros(
    'include/linux/kdev_t.h',
    `
MINORBITS 20
MINORMASK ((1U << MINORBITS) - 1)
MAJOR(dev) ((unsigned int)((dev) >> MINORBITS))
MINOR(dev) ((unsigned int)((dev) & MINORMASK))
MKDEV(ma, mi) (((ma) << MINORBITS) | (mi))
`,
  ),
  macros(
    'include/linux/stat.h',
    `
S_IRWXUGO (S_IRWXU | S_IRWXG | S_IRWXO)
S_IALLUGO (S_ISUID | S_ISGID | S_ISVTX | S_IRWXUGO)
S_IRUGO (S_IRUSR | S_IRGRP | S_IROTH)
S_IWUGO (S_IWUSR | S_IWGRP | S_IWOTH)
S_IXUGO (S_IXUSR | S_IXGRP | S_IXOTH)
S_ISLNK(m) (((m) & S_IFMT) == S_IFLNK)
S_ISREG(m) (((m) & S_IFMT) == S_IFREG)
S_ISDIR(m) (((m) & S_IFMT) == S_IFDIR)
S_ISCHR(m) (((m) & S_IFMT) == S_IFCHR)
S_ISBLK(m) (((m) & S_IFMT) == S_IFBLK)
S_ISFIFO(m) (((m) & S_IFMT) == S_IFIFO)
S_ISSOCK(m) (((m) & S_IFMT) == S_IFSOCK)
`,
  ),
  macros(
    'include/linux/fs.h',
    `
MAY_EXEC 0x00000001
MAY_WRITE 0x00000002
MAY_READ 0x00000004
MAY_APPEND 0x00000008
MAY_ACCESS 0x00000010
MAY_OPEN 0x00000020
MAY_CHDIR 0x00000040
MAY_NOT_BLOCK 0x00000080
FMODE_READ ((fmode_t)(1 << 0))
FMODE_WRITE ((fmode_t)(1 << 1))
FMODE_LSEEK ((fmode_t)(1 << 2))
FMODE_PREAD ((fmode_t)(1 << 3))
FMODE_PWRITE ((fmode_t)(1 << 4))
FMODE_EXEC ((fmode_t)(1 << 5))
FMODE_CREATED ((fmode_t)(1 << 20))
FMODE_OPENED ((fmode_t)(1 << 19))
READ 0
WRITE 1
SB_RDONLY 1
SB_NOSUID 2
SB_NODEV 4
SB_NOEXEC 8
SB_SYNCHRONOUS 16
I_DIRTY_SYNC (1 << 0)
I_DIRTY_DATASYNC (1 << 1)
I_DIRTY_PAGES (1 << 2)
`,
  ),
  macros(
    'include/linux/blk_types.h',
    `
REQ_OP_BITS 8
REQ_OP_MASK ((1U << REQ_OP_BITS) - 1)
REQ_FLAG_BITS 24
DISK_NAME_LEN 32
SECTOR_SHIFT 9
SECTOR_SIZE (1 << SECTOR_SHIFT)
REQ_FAILFAST_DEV (1ULL << 8)
REQ_FAILFAST_TRANSPORT (1ULL << 9)
REQ_FAILFAST_DRIVER (1ULL << 10)
REQ_SYNC (1ULL << 11)
REQ_META (1ULL << 12)
REQ_PRIO (1ULL << 13)
REQ_NOMERGE (1ULL << 14)
REQ_IDLE (1ULL << 15)
REQ_INTEGRITY (1ULL << 16)
REQ_FUA (1ULL << 17)
REQ_PREFLUSH (1ULL << 18)
REQ_RAHEAD (1ULL << 19)
REQ_BACKGROUND (1ULL << 20)
REQ_NOWAIT (1ULL << 21)
`,
  ),
  macros(
    'arch/x86/include/asm/page_types.h, arch/arm64/include/asm/page-def.h (4 KiB pages)',
    `
PAGE_SHIFT 12
PAGE_SIZE (1UL << PAGE_SHIFT)
PAGE_MASK (~(PAGE_SIZE - 1))
PMD_SHIFT 21
HPAGE_SHIFT PMD_SHIFT
HPAGE_SIZE (1UL << HPAGE_SHIFT)
PFN_UP(x) (((x) + PAGE_SIZE - 1) >> PAGE_SHIFT)
PFN_DOWN(x) ((x) >> PAGE_SHIFT)
`,
  ),
  macros(
    'include/linux/types.h, include/linux/list.h',
    `
rcu_head callback_head
pgoff_t unsigned long
list_entry(ptr, type, member) container_of(ptr, type, member)
list_first_entry(ptr, type, member) list_entry((ptr)->next, type, member)
list_last_entry(ptr, type, member) list_entry((ptr)->prev, type, member)
list_next_entry(pos, member) list_entry((pos)->member.next, typeof(*(pos)), member)
hlist_entry(ptr, type, member) container_of(ptr, type, member)
rb_entry(ptr, type, member) container_of(ptr, type, member)
upper_32_bits(n) ((u32)(((n) >> 16) >> 16))
lower_32_bits(n) ((u32)((n) & 0xffffffff))
`,
  ),
  macros(
    'include/linux/compat.h, include/linux/socket.h',
    `
sockaddr_storage __kernel_sockaddr_storage
SOL_TCP 6
SOL_UDP 17
SOL_IPV6 41
MSG_SPLICE_PAGES 0x8000000
`,
  ),
  macros(
    'include/linux/bits.h, include/linux/kernel.h',
    `
MODULE_NAME_LEN (64 - sizeof(unsigned long))
KSYM_NAME_LEN 512
L1_CACHE_BYTES 64
L1_CACHE_SHIFT 6
SMP_CACHE_BYTES 64
`,
  ),
  macros(
    'include/linux/rcupdate.h',
    `
rcu_dereference(p) (p)
rcu_dereference_raw(p) (p)
`,
  ),
  macros(
    'include/linux/skbuff.h',
    `
CHECKSUM_NONE 0
CHECKSUM_UNNECESSARY 1
CHECKSUM_COMPLETE 2
CHECKSUM_PARTIAL 3
`,
  ),
  macros(
    'include/linux/mm.h, include/linux/page-flags.h',
    `
folio_page(folio, n) (&(folio)->page + (n))
VM_READ 0x00000001
VM_WRITE 0x00000002
VM_EXEC 0x00000004
VM_SHARED 0x00000008
`,
  ),
  macros('arch/x86/kvm, include/linux/kvm_host.h', 'KVM_MAX_VCPUS 1024\n'),
  macros(
    'include/linux/tcp.h, include/net/tcp.h',
    `
TCPHDR_FIN 0x01
TCPHDR_SYN 0x02
TCPHDR_RST 0x04
TCPHDR_PSH 0x08
TCPHDR_ACK 0x10
TCPHDR_URG 0x20
TCPHDR_ECE 0x40
TCPHDR_CWR 0x80
TCPHDR_SYN_ECN (TCPHDR_SYN | TCPHDR_ECE | TCPHDR_CWR)
TCP_SKB_CB(__skb) ((struct tcp_skb_cb *)&((__skb)->cb[0]))
`,
  ),
];

/** Other names of members: macros in the kernel's headers too. */
export const memberAliases: readonly MacroRows[] = [
  macros(
    'include/net/sock.h',
    `
sk_node __sk_common.skc_node
sk_nulls_node __sk_common.skc_nulls_node
sk_refcnt __sk_common.skc_refcnt
sk_tx_queue_mapping __sk_common.skc_tx_queue_mapping
sk_rx_queue_mapping __sk_common.skc_rx_queue_mapping
sk_hash __sk_common.skc_hash
sk_portpair __sk_common.skc_portpair
sk_num __sk_common.skc_num
sk_dport __sk_common.skc_dport
sk_addrpair __sk_common.skc_addrpair
sk_daddr __sk_common.skc_daddr
sk_rcv_saddr __sk_common.skc_rcv_saddr
sk_family __sk_common.skc_family
sk_state __sk_common.skc_state
sk_reuse __sk_common.skc_reuse
sk_reuseport __sk_common.skc_reuseport
sk_ipv6only __sk_common.skc_ipv6only
sk_net_refcnt __sk_common.skc_net_refcnt
sk_bound_dev_if __sk_common.skc_bound_dev_if
sk_bind_node __sk_common.skc_bind_node
sk_prot __sk_common.skc_prot
sk_net __sk_common.skc_net
sk_v6_daddr __sk_common.skc_v6_daddr
sk_v6_rcv_saddr __sk_common.skc_v6_rcv_saddr
sk_cookie __sk_common.skc_cookie
sk_incoming_cpu __sk_common.skc_incoming_cpu
sk_flags __sk_common.skc_flags
sk_rxhash __sk_common.skc_rxhash
sk_rmem_alloc sk_backlog.rmem_alloc
`,
  ),
  macros(
    'include/net/inet_sock.h, include/net/inet_timewait_sock.h, include/net/request_sock.h',
    `
inet_daddr sk.__sk_common.skc_daddr
inet_rcv_saddr sk.__sk_common.skc_rcv_saddr
inet_dport sk.__sk_common.skc_dport
inet_num sk.__sk_common.skc_num
tw_family __tw_common.skc_family
tw_state __tw_common.skc_state
tw_daddr __tw_common.skc_daddr
tw_rcv_saddr __tw_common.skc_rcv_saddr
tw_dport __tw_common.skc_dport
tw_num __tw_common.skc_num
rsk_listener __req_common.skc_listener
ir_num req.__req_common.skc_num
ir_rmt_addr req.__req_common.skc_daddr
ir_loc_addr req.__req_common.skc_rcv_saddr
ir_rmt_port req.__req_common.skc_dport
ir_v6_rmt_addr req.__req_common.skc_v6_daddr
ir_v6_loc_addr req.__req_common.skc_v6_rcv_saddr
ir_iif req.__req_common.skc_bound_dev_if
ireq_family req.__req_common.skc_family
ireq_net req.__req_common.skc_net
ireq_state req.__req_common.skc_state
`,
  ),
];

export const in6Macros: MacroRows = macros(
  'include/uapi/linux/in6.h',
  `
s6_addr in6_u.u6_addr8
s6_addr16 in6_u.u6_addr16
s6_addr32 in6_u.u6_addr32
`,
);
