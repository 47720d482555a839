// Constants of the kernel's own headers that have kept their values since 5.x (v6.18), and those made of enumerators in BTF.

import { type MacroRows, macros } from './rows.ts';

/** `PREFIX_NAME` as one bit, whose number is an enumerator of the target. */
function bits(names: string, macro: (name: string) => string): string {
  return names.replaceAll(/\w+/g, (name) => `${macro(name)}\n`);
}

/** `PREFIX_NAME` numbered from 0. */
function numbered(prefix: string, names: string, type = ''): string {
  return names
    .split(/\s+/)
    .map((name, i) => `${prefix}${name} ${type ? `((${type})${i})` : i}\n`)
    .join('');
}

const fileConstants: readonly MacroRows[] = [
  macros(
    'include/linux/fs.h',
    `
FMODE_NOCMTIME ((fmode_t)(1 << 11))
FMODE_RANDOM ((fmode_t)(1 << 12))
FMODE_PATH ((fmode_t)(1 << 14))
FMODE_ATOMIC_POS ((fmode_t)(1 << 15))
FMODE_WRITER ((fmode_t)(1 << 16))
FMODE_CAN_READ ((fmode_t)(1 << 17))
FMODE_CAN_WRITE ((fmode_t)(1 << 18))
FMODE_STREAM ((fmode_t)(1 << 21))
FMODE_NOWAIT ((fmode_t)(1 << 27))
IOCB_HIPRI 0x00000001
IOCB_DSYNC 0x00000002
IOCB_SYNC 0x00000004
IOCB_NOWAIT 0x00000008
IOCB_APPEND 0x00000010
IOCB_EVENTFD (1 << 16)
IOCB_DIRECT (1 << 17)
IOCB_WRITE (1 << 18)
IOCB_WAITQ (1 << 19)
IOCB_NOIO (1 << 20)
ATTR_MODE (1 << 0)
ATTR_UID (1 << 1)
ATTR_GID (1 << 2)
ATTR_SIZE (1 << 3)
ATTR_ATIME (1 << 4)
ATTR_MTIME (1 << 5)
ATTR_CTIME (1 << 6)
ATTR_ATIME_SET (1 << 7)
ATTR_MTIME_SET (1 << 8)
ATTR_FORCE (1 << 9)
ATTR_KILL_SUID (1 << 11)
ATTR_KILL_SGID (1 << 12)
ATTR_FILE (1 << 13)
ATTR_KILL_PRIV (1 << 14)
ATTR_OPEN (1 << 15)
S_SYNC (1 << 0)
S_NOATIME (1 << 1)
S_APPEND (1 << 2)
S_IMMUTABLE (1 << 3)
S_DEAD (1 << 4)
S_NOQUOTA (1 << 5)
S_DIRSYNC (1 << 6)
S_NOCMTIME (1 << 7)
S_SWAPFILE (1 << 8)
S_PRIVATE (1 << 9)
S_IMA (1 << 10)
S_AUTOMOUNT (1 << 11)
S_NOSEC (1 << 12)
S_ENCRYPTED (1 << 14)
S_CASEFOLD (1 << 15)
S_VERITY (1 << 16)
SB_MANDLOCK 64
SB_DIRSYNC 128
SB_NOATIME 1024
SB_NODIRATIME 2048
SB_SILENT 32768
SB_POSIXACL 65536
SB_KERNMOUNT (1 << 22)
SB_I_VERSION (1 << 23)
SB_LAZYTIME (1 << 25)
SB_BORN (1 << 29)
SB_ACTIVE (1 << 30)
SB_NOUSER (1U << 31)
FS_REQUIRES_DEV 1
FS_BINARY_MOUNTDATA 2
FS_HAS_SUBTYPE 4
FS_USERNS_MOUNT 8
FL_POSIX 1
FL_FLOCK 2
FL_DELEG 4
FL_ACCESS 8
FL_LEASE 32
FL_CLOSE 64
FL_SLEEP 128
MNT_FORCE 0x00000001
MNT_DETACH 0x00000002
MNT_EXPIRE 0x00000004
UMOUNT_NOFOLLOW 0x00000008
LOOKUP_FOLLOW 0x0001
LOOKUP_DIRECTORY 0x0002
I_DIRTY_INODE (I_DIRTY_SYNC | I_DIRTY_DATASYNC)
I_DIRTY (I_DIRTY_INODE | I_DIRTY_PAGES)
OFFSET_MAX ((loff_t)9223372036854775807LL)
MAX_LFS_FILESIZE ((loff_t)9223372036854775807LL)
__IS_FLG(inode, flg) ((inode)->i_sb->s_flags & (flg))
sb_rdonly(sb) ((sb)->s_flags & SB_RDONLY)
IS_RDONLY(inode) sb_rdonly((inode)->i_sb)
IS_SYNC(inode) (__IS_FLG(inode, SB_SYNCHRONOUS) || ((inode)->i_flags & S_SYNC))
IS_NOATIME(inode) __IS_FLG(inode, SB_RDONLY | SB_NOATIME)
IS_APPEND(inode) ((inode)->i_flags & S_APPEND)
IS_IMMUTABLE(inode) ((inode)->i_flags & S_IMMUTABLE)
IS_DEADDIR(inode) ((inode)->i_flags & S_DEAD)
IS_SWAPFILE(inode) ((inode)->i_flags & S_SWAPFILE)
IS_PRIVATE(inode) ((inode)->i_flags & S_PRIVATE)
IS_AUTOMOUNT(inode) ((inode)->i_flags & S_AUTOMOUNT)
IS_NOSEC(inode) ((inode)->i_flags & S_NOSEC)
`,
  ),
  macros(
    'include/linux/dcache.h',
    `
IS_ROOT(x) ((x) == (x)->d_parent)
DCACHE_MANAGED_DENTRY (DCACHE_MOUNTED | DCACHE_NEED_AUTOMOUNT | DCACHE_MANAGE_TRANSIT)
`,
  ),
  macros(
    'include/linux/sunrpc/sched.h',
    `
RPC_TASK_ASYNC 0x0001
RPC_TASK_SWAPPER 0x0002
RPC_TASK_DYNAMIC 0x0080
RPC_TASK_SOFT 0x0200
RPC_TASK_SOFTCONN 0x0400
RPC_TASK_SENT 0x0800
RPC_TASK_TIMEOUT 0x1000
RPC_TASK_NOCONNECT 0x2000
`,
  ),
  macros(
    'include/linux/namei.h, include/linux/poll.h, include/linux/binfmts.h',
    `
MAXSYMLINKS 40
MAX_ARG_STRLEN (PAGE_SIZE * 32)
MAX_ARG_STRINGS 0x7FFFFFFF
`,
  ),
];

const blockConstants: readonly MacroRows[] = [
  macros('include/linux/blk_types.h (enum req_flag_bits)', () =>
    bits(
      'CGROUP_PUNT POLLED ALLOC_CACHE SWAP DRV FS_PRIVATE ATOMIC NOUNMAP',
      (name) => `REQ_${name} (1ULL << __REQ_${name})`,
    ),
  ),
  macros('include/linux/blk-mq.h (enum rqf_flags, since 6.12)', () =>
    bits(
      'STARTED FLUSH_SEQ MIXED_MERGE DONTPREP SCHED_TAGS USE_SCHED FAILED QUIET IO_STAT PM HASHED STATS SPECIAL_PAYLOAD ZONE_WRITE_PLUGGING TIMED_OUT RESV',
      (name) => `RQF_${name} ((req_flags_t)(1 << __RQF_${name}))`,
    ),
  ),
  macros(
    'include/linux/blk_types.h',
    () => `
${numbered('BLK_STS_', 'OK NOTSUPP TIMEOUT NOSPC TRANSPORT TARGET RESV_CONFLICT MEDIUM PROTECTION RESOURCE IOERR DM_REQUEUE AGAIN DEV_RESOURCE', 'blk_status_t')}
BLK_STS_NEXUS BLK_STS_RESV_CONFLICT
REQ_FAILFAST_MASK (REQ_FAILFAST_DEV | REQ_FAILFAST_TRANSPORT | REQ_FAILFAST_DRIVER)
PAGE_SECTORS_SHIFT (PAGE_SHIFT - SECTOR_SHIFT)
PAGE_SECTORS (1 << PAGE_SECTORS_SHIFT)
BIO_MAX_VECS 256U
BDEVNAME_SIZE 32
BDEVT_SIZE 10
GD_NEED_PART_SCAN 0
GD_READ_ONLY 1
GD_DEAD 2
disk_to_dev(disk) (&((disk)->part0->bd_device))
bio_iovec(bio) (*(bio)->bi_io_vec)
bio_prio(bio) ((bio)->bi_ioprio)
bio_multiple_segments(bio) ((bio)->bi_iter.bi_size != (bio)->bi_io_vec[(bio)->bi_iter.bi_idx].bv_len)
blk_queue_dying(q) (1 & ((q)->queue_flags >> QUEUE_FLAG_DYING))
IOPRIO_PRIO_CLASS(ioprio) (((ioprio) >> 13) & 0x7)
IOPRIO_PRIO_DATA(ioprio) ((ioprio) & 0x1fff)
`,
  ),
  macros(
    'include/scsi/scsi_proto.h; SCSI Primary Commands',
    `
READ_16 0x88
WRITE_16 0x8a
VERIFY_16 0x8f
SYNCHRONIZE_CACHE_16 0x91
WRITE_SAME_16 0x93
COMPARE_AND_WRITE 0x89
SERVICE_ACTION_IN_16 0x9e
UNMAP 0x42
REPORT_LUNS 0xa0
MAINTENANCE_IN 0xa3
ATA_16 0x85
ATA_12 0xa1
`,
  ),
];

const memoryConstants: readonly MacroRows[] = [
  macros(
    'include/linux/mm.h',
    `
VM_NONE 0x00000000
VM_MAYREAD 0x00000010
VM_MAYWRITE 0x00000020
VM_MAYEXEC 0x00000040
VM_MAYSHARE 0x00000080
VM_GROWSDOWN 0x00000100
VM_PFNMAP 0x00000400
VM_LOCKED 0x00002000
VM_IO 0x00004000
VM_SEQ_READ 0x00008000
VM_RAND_READ 0x00010000
VM_DONTCOPY 0x00020000
VM_DONTEXPAND 0x00040000
VM_ACCOUNT 0x00100000
VM_NORESERVE 0x00200000
VM_HUGETLB 0x00400000
VM_WIPEONFORK 0x02000000
VM_DONTDUMP 0x04000000
VM_MIXEDMAP 0x10000000
VM_HUGEPAGE 0x20000000
VM_NOHUGEPAGE 0x40000000
VM_MERGEABLE 0x80000000
PAGE_MAPPING_ANON 0x1
PAGE_ALIGN(addr) ALIGN(addr, PAGE_SIZE)
PAGE_ALIGNED(addr) IS_ALIGNED((unsigned long)(addr), PAGE_SIZE)
offset_in_page(p) ((unsigned long)(p) & ~PAGE_MASK)
`,
  ),
  macros('include/linux/slab.h (enum _slab_flag_bits, since 6.9)', () =>
    bits(
      'CONSISTENCY_CHECKS RED_ZONE POISON KMALLOC HWCACHE_ALIGN CACHE_DMA STORE_USER PANIC TYPESAFE_BY_RCU TRACE ACCOUNT RECLAIM_ACCOUNT',
      (name) => `SLAB_${name} (1U << _SLAB_${name})`,
    ),
  ),
  macros(
    'include/linux/mmzone.h, include/linux/numa.h, include/linux/slab.h',
    `
PAGE_ALLOC_COSTLY_ORDER 3
NUMA_NO_NODE (-1)
DEF_PRIORITY 12
ZERO_SIZE_PTR ((void *)16)
ZERO_OR_NULL_PTR(x) ((unsigned long)(x) <= (unsigned long)ZERO_SIZE_PTR)
SWAP_CLUSTER_MAX 32UL
`,
  ),
];

const taskConstants: readonly MacroRows[] = [
  macros(
    'include/linux/sched.h, include/linux/sched/signal.h, include/linux/threads.h',
    `
MAX_SCHEDULE_TIMEOUT LONG_MAX
SCHED_FIXEDPOINT_SHIFT 10
SCHED_FIXEDPOINT_SCALE (1L << SCHED_FIXEDPOINT_SHIFT)
SCHED_CAPACITY_SHIFT SCHED_FIXEDPOINT_SHIFT
SCHED_CAPACITY_SCALE (1L << SCHED_CAPACITY_SHIFT)
TASK_REPORT_IDLE (TASK_REPORT + 1)
TASK_REPORT_MAX (TASK_REPORT_IDLE << 1)
SIGNAL_STOP_STOPPED 0x00000001
SIGNAL_STOP_CONTINUED 0x00000002
SIGNAL_GROUP_EXIT 0x00000004
SIGNAL_UNKILLABLE 0x00000040
PID_MAX_LIMIT (4 * 1024 * 1024)
task_is_running(task) (READ_ONCE((task)->__state) == TASK_RUNNING)
task_is_traced(task) ((READ_ONCE((task)->jobctl) & (1UL << 27)) != 0)
task_is_stopped(task) ((READ_ONCE((task)->jobctl) & (1UL << 26)) != 0)
PRIO_TO_NICE(prio) ((prio) - DEFAULT_PRIO)
NICE_TO_PRIO(nice) ((nice) + DEFAULT_PRIO)
SEND_SIG_NOINFO ((struct kernel_siginfo *)0)
SEND_SIG_PRIV ((struct kernel_siginfo *)1)
GLOBAL_ROOT_UID ((kuid_t){ 0 })
INVALID_UID ((kuid_t){ -1 })
`,
  ),
  macros(
    'include/linux/interrupt.h, include/linux/timer.h, include/linux/hrtimer.h, include/linux/wait.h',
    `
IRQF_TRIGGER_NONE 0x00000000
IRQF_TRIGGER_RISING 0x00000001
IRQF_TRIGGER_FALLING 0x00000002
IRQF_TRIGGER_HIGH 0x00000004
IRQF_TRIGGER_LOW 0x00000008
IRQF_SHARED 0x00000080
IRQF_PROBE_SHARED 0x00000100
__IRQF_TIMER 0x00000200
IRQF_PERCPU 0x00000400
IRQF_NOBALANCING 0x00000800
IRQF_IRQPOLL 0x00001000
IRQF_ONESHOT 0x00002000
IRQF_NO_SUSPEND 0x00004000
IRQF_FORCE_RESUME 0x00008000
IRQF_NO_THREAD 0x00010000
IRQF_EARLY_RESUME 0x00020000
IRQF_TIMER (__IRQF_TIMER | IRQF_NO_SUSPEND | IRQF_NO_THREAD)
TIMER_CPUMASK 0x0003FFFF
TIMER_MIGRATING 0x00040000
TIMER_DEFERRABLE 0x00080000
TIMER_PINNED 0x00100000
TIMER_IRQSAFE 0x00200000
HRTIMER_STATE_INACTIVE 0x00
HRTIMER_STATE_ENQUEUED 0x01
WQ_FLAG_EXCLUSIVE 0x01
`,
  ),
  macros(
    'include/linux/jiffies.h, include/linux/ktime.h, include/linux/time64.h',
    `
time_after(a, b) ((long)((b) - (a)) < 0)
time_before(a, b) time_after(b, a)
time_after_eq(a, b) ((long)((a) - (b)) >= 0)
time_before_eq(a, b) time_after_eq(b, a)
INITIAL_JIFFIES ((unsigned long)(unsigned int)(-300 * HZ))
PSEC_PER_NSEC 1000L
KTIME_MAX ((s64)~((u64)1 << 63))
KTIME_SEC_MAX (KTIME_MAX / NSEC_PER_SEC)
ktime_sub(lhs, rhs) ((lhs) - (rhs))
ktime_add(lhs, rhs) ((lhs) + (rhs))
ktime_add_ns(kt, nsval) ((kt) + (nsval))
ktime_sub_ns(kt, nsval) ((kt) - (nsval))
ktime_us_delta(later, earlier) ktime_to_us((later) - (earlier))
ktime_ms_delta(later, earlier) ktime_to_ms((later) - (earlier))
`,
  ),
];

const networkConstants: readonly MacroRows[] = [
  macros(
    'include/net/tcp.h; RFC 9293, 7323, 2018',
    `
TCPOPT_NOP 1
TCPOPT_EOL 0
TCPOPT_MSS 2
TCPOPT_WINDOW 3
TCPOPT_SACK_PERM 4
TCPOPT_SACK 5
TCPOPT_TIMESTAMP 8
TCPOPT_MD5SIG 19
TCPOPT_MPTCP 30
TCPOPT_FASTOPEN 34
TCPOPT_EXP 254
TCPOLEN_MSS 4
TCPOLEN_WINDOW 3
TCPOLEN_SACK_PERM 2
TCPOLEN_TIMESTAMP 10
TCPOLEN_MD5SIG 18
TCPOLEN_TSTAMP_ALIGNED 12
TCPOLEN_SACK_BASE 2
TCPOLEN_SACK_PERBLOCK 8
TCP_NAGLE_OFF 1
TCP_NAGLE_CORK 2
TCP_NAGLE_PUSH 4
TCP_ECN_OK 1
TCP_ECN_QUEUE_CWR 2
TCP_ECN_DEMAND_CWR 4
TCP_ECN_SEEN 8
TCP_INIT_CWND 10
TCP_INFINITE_SSTHRESH 0x7fffffff
TCP_CA_NAME_MAX 16
TCP_CA_UNSPEC 0
TCP_MAX_WSCALE 14U
MAX_TCP_WINDOW 32767U
TCP_MIN_MSS 88U
TCP_BASE_MSS 1024
TCP_FASTRETRANS_THRESH 3
TCP_RETR1 3
TCP_RETR2 15
TCP_SYN_RETRIES 6
TCP_SYNACK_RETRIES 5
TCP_RTO_MAX ((unsigned int)(120 * HZ))
TCP_RTO_MIN ((unsigned int)(HZ / 5))
TCP_TIMEOUT_INIT ((unsigned int)(1 * HZ))
TCP_TIMEWAIT_LEN (60 * HZ)
TCP_DELACK_MAX ((unsigned int)(HZ / 5))
TCP_DELACK_MIN ((unsigned int)(HZ / 25))
TCP_SACK_SEEN (1 << 0)
TCP_DSACK_SEEN (1 << 2)
ICSK_TIME_RETRANS 1
ICSK_TIME_DACK 2
ICSK_TIME_PROBE0 3
ICSK_TIME_LOSS_PROBE 5
ICSK_TIME_REO_TIMEOUT 6
tcp_flag_byte(th) (((u8 *)(th))[13])
after(seq2, seq1) before(seq1, seq2)
`,
  ),
  macros(
    'include/net/sock.h, include/linux/socket.h',
    `
RCV_SHUTDOWN 1
SEND_SHUTDOWN 2
SHUTDOWN_MASK 3
SK_MEM_SEND 0
SK_MEM_RECV 1
SK_NO_REUSE 0
SK_CAN_REUSE 1
SK_FORCE_REUSE 2
PROT_SOCK 1024
NO_QUEUE_MAPPING USHRT_MAX
SOCK_BINDADDR_LOCK 4
SOCK_BINDPORT_LOCK 8
SCM_CREDENTIALS 2
SCM_SECURITY 3
SOL_IP 0
SOL_ICMPV6 58
SOL_SCTP 132
SOL_UDPLITE 136
MSG_PROBE 0x10
MSG_EOF MSG_FIN
`,
  ),
  macros(
    'include/linux/netdevice.h, include/linux/skbuff.h, include/net/sch_generic.h',
    `
NET_RX_SUCCESS 0
NET_RX_DROP 1
NET_XMIT_SUCCESS 0x00
NET_XMIT_DROP 0x01
NET_XMIT_CN 0x02
NET_XMIT_MASK 0x0f
NAPI_POLL_WEIGHT 64
MAX_SKB_FRAGS 17
SKB_DST_NOREF 1UL
SKB_DST_PTRMASK (~SKB_DST_NOREF)
TCQ_F_BUILTIN 1
TCQ_F_INGRESS 2
TCQ_F_CAN_BYPASS 4
TCQ_F_MQROOT 8
TCQ_F_ONETXQUEUE 0x10
TCQ_F_NOLOCK 0x100
RTO_ONLINK 0x01
`,
  ),
  macros(
    'include/linux/if_vlan.h; IEEE 802.1Q',
    `
VLAN_HLEN 4
VLAN_ETH_HLEN 18
VLAN_ETH_FRAME_LEN 1518
VLAN_PRIO_MASK 0xe000
VLAN_PRIO_SHIFT 13
VLAN_CFI_MASK 0x1000
VLAN_VID_MASK 0x0fff
VLAN_N_VID 4096
skb_vlan_tag_present(skb) (!!(skb)->vlan_proto)
skb_vlan_tag_get(skb) ((skb)->vlan_tci)
skb_vlan_tag_get_id(skb) ((skb)->vlan_tci & VLAN_VID_MASK)
`,
  ),
  macros(
    'include/net/ip.h, include/net/ipv6.h; RFC 791, 8200',
    `
IP_CE 0x8000
IP_DF 0x4000
IP_MF 0x2000
IP_OFFSET 0x1FFF
IPV4_MAX_PMTU 65535U
IPV4_MIN_MTU 68
IPV6_MAXPLEN 65535
NEXTHDR_HOP 0
NEXTHDR_IPV4 4
NEXTHDR_TCP 6
NEXTHDR_UDP 17
NEXTHDR_IPV6 41
NEXTHDR_ROUTING 43
NEXTHDR_FRAGMENT 44
NEXTHDR_GRE 47
NEXTHDR_ESP 50
NEXTHDR_AUTH 51
NEXTHDR_ICMP 58
NEXTHDR_NONE 59
NEXTHDR_DEST 60
NEXTHDR_SCTP 132
NEXTHDR_MOBILITY 135
NEXTHDR_MAX 255
IPV6_ADDR_ANY 0x0000U
IPV6_ADDR_UNICAST 0x0001U
IPV6_ADDR_MULTICAST 0x0002U
IPV6_ADDR_LOOPBACK 0x0010U
IPV6_ADDR_LINKLOCAL 0x0020U
IPV6_ADDR_SITELOCAL 0x0040U
IPV6_ADDR_MAPPED 0x1000U
IPV6_FLOWINFO_MASK cpu_to_be32(0x0FFFFFFF)
IPV6_FLOWLABEL_MASK cpu_to_be32(0x000FFFFF)
IPV6_TCLASS_SHIFT 20
IP6_MF 0x0001
IP6_OFFSET 0xFFF8
UDP_SKB_CB(__skb) ((struct udp_skb_cb *)((__skb)->cb))
IPCB(skb) ((struct inet_skb_parm *)((skb)->cb))
IP6CB(skb) ((struct inet6_skb_parm *)((skb)->cb))
`,
  ),
];

const toolMacros: readonly MacroRows[] = [
  macros(
    'include/linux/bitfield.h, include/linux/overflow.h, include/linux/list.h, include/linux/rbtree.h',
    `
FIELD_GET(mask, reg) ((typeof(mask))(((reg) & (mask)) >> (__builtin_ffsll(mask) - 1)))
FIELD_PREP(mask, val) (((typeof(mask))(val) << (__builtin_ffsll(mask) - 1)) & (mask))
struct_size(p, member, count) (sizeof(*(p)) + sizeof(*(p)->member) * (count))
list_prev_entry(pos, member) list_entry((pos)->member.prev, typeof(*(pos)), member)
list_first_entry_or_null(ptr, type, member) ((ptr)->next != (ptr) ? list_entry((ptr)->next, type, member) : NULL)
hlist_entry_safe(ptr, type, member) ({ typeof(ptr) ____ptr = (ptr); ____ptr ? hlist_entry(____ptr, type, member) : NULL; })
llist_entry(ptr, type, member) container_of(ptr, type, member)
rb_entry_safe(ptr, type, member) ({ typeof(ptr) ____ptr = (ptr); ____ptr ? rb_entry(____ptr, type, member) : NULL; })
rb_parent(r) ((struct rb_node *)((r)->__rb_parent_color & ~3))
RB_EMPTY_ROOT(root) ((root)->rb_node == NULL)
RB_EMPTY_NODE(node) ((node)->__rb_parent_color == (unsigned long)(node))
smp_load_acquire(p) (*(const volatile typeof(*(p)) *)(p))
data_race(expr) (expr)
typecheck(type, x) 1
FIELD_MAX(mask) ((typeof(mask))((mask) >> (__builtin_ffsll(mask) - 1)))
`,
  ),
];

export const kernelConstants: readonly MacroRows[] = [
  ...fileConstants,
  ...blockConstants,
  ...memoryConstants,
  ...taskConstants,
  ...networkConstants,
  ...toolMacros,
];
