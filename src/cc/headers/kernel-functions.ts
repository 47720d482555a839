// Inline functions and small types of the kernel's headers, in our own words, for programs that call them.

import { type DeclarationRows, declarations } from './rows.ts';

const inline = 'static inline __attribute__((always_inline))';

export const kernelFunctions: readonly DeclarationRows[] = [
  declarations(
    'include/linux/math64.h',
    `
div_u64:
  ${inline} __u64 div_u64(__u64 dividend, __u32 divisor) { return dividend / divisor; }
div64_u64:
  ${inline} __u64 div64_u64(__u64 dividend, __u64 divisor) { return dividend / divisor; }
div64_ul:
  ${inline} __u64 div64_ul(__u64 dividend, unsigned long divisor) { return dividend / divisor; }
mul_u64_u32_shr:
  ${inline} __u64 mul_u64_u32_shr(__u64 a, __u32 mul, unsigned int shift) { return (__u64)(((unsigned __int128)a * mul) >> shift); }
`,
  ),
  declarations(
    'include/linux/tcp.h, include/net/inet_sock.h, include/linux/ipv6.h, include/net/sock.h',
    `
tcp_sk:
  ${inline} struct tcp_sock *tcp_sk(const struct sock *sk) { return (struct tcp_sock *)sk; }
inet_sk:
  ${inline} struct inet_sock *inet_sk(const struct sock *sk) { return (struct inet_sock *)sk; }
inet_csk:
  ${inline} struct inet_connection_sock *inet_csk(const struct sock *sk) { return (struct inet_connection_sock *)sk; }
udp_sk:
  ${inline} struct udp_sock *udp_sk(const struct sock *sk) { return (struct udp_sock *)sk; }
unix_sk:
  ${inline} struct unix_sock *unix_sk(const struct sock *sk) { return (struct unix_sock *)sk; }
inet_rsk:
  ${inline} struct inet_request_sock *inet_rsk(const struct request_sock *sk) { return (struct inet_request_sock *)sk; }
inet_reqsk:
  ${inline} struct request_sock *inet_reqsk(const struct sock *sk) { return (struct request_sock *)sk; }
inet_twsk:
  ${inline} struct inet_timewait_sock *inet_twsk(const struct sock *sk) { return (struct inet_timewait_sock *)sk; }
inet6_sk:
  ${inline} struct ipv6_pinfo *inet6_sk(const struct sock *sk) { return ((struct inet_sock *)sk)->pinet6; }
sock_net:
  ${inline} struct net *sock_net(const struct sock *sk) { return sk->__sk_common.skc_net.net; }
read_pnet:
  ${inline} struct net *read_pnet(const possible_net_t *pnet) { return pnet->net; }
dev_net:
  ${inline} struct net *dev_net(const struct net_device *dev) { return dev->nd_net.net; }
`,
  ),
  declarations(
    'include/linux/skbuff.h, include/linux/tcp.h, include/linux/udp.h, include/linux/ip.h, include/linux/ipv6.h, include/linux/icmp.h',
    `
skb_rx_queue_recorded:
  ${inline} _Bool skb_rx_queue_recorded(const struct sk_buff *skb) { return skb->queue_mapping != 0; }
skb_get_rx_queue:
  ${inline} __u16 skb_get_rx_queue(const struct sk_buff *skb) { return skb->queue_mapping - 1; }
skb_get_queue_mapping:
  ${inline} __u16 skb_get_queue_mapping(const struct sk_buff *skb) { return skb->queue_mapping; }
skb_headlen:
  ${inline} unsigned int skb_headlen(const struct sk_buff *skb) { return skb->len - skb->data_len; }
skb_transport_header:
  ${inline} unsigned char *skb_transport_header(const struct sk_buff *skb) { return skb->head + skb->transport_header; }
skb_network_header:
  ${inline} unsigned char *skb_network_header(const struct sk_buff *skb) { return skb->head + skb->network_header; }
skb_mac_header:
  ${inline} unsigned char *skb_mac_header(const struct sk_buff *skb) { return skb->head + skb->mac_header; }
skb_end_pointer:
  ${inline} unsigned char *skb_end_pointer(const struct sk_buff *skb) { return skb->head + skb->end; }
skb_shinfo:
  ${inline} struct skb_shared_info *skb_shinfo(const struct sk_buff *skb) { return (struct skb_shared_info *)(skb->head + skb->end); }
tcp_hdr:
  ${inline} struct tcphdr *tcp_hdr(const struct sk_buff *skb) { return (struct tcphdr *)(skb->head + skb->transport_header); }
udp_hdr:
  ${inline} struct udphdr *udp_hdr(const struct sk_buff *skb) { return (struct udphdr *)(skb->head + skb->transport_header); }
icmp_hdr:
  ${inline} struct icmphdr *icmp_hdr(const struct sk_buff *skb) { return (struct icmphdr *)(skb->head + skb->transport_header); }
ip_hdr:
  ${inline} struct iphdr *ip_hdr(const struct sk_buff *skb) { return (struct iphdr *)(skb->head + skb->network_header); }
ipv6_hdr:
  ${inline} struct ipv6hdr *ipv6_hdr(const struct sk_buff *skb) { return (struct ipv6hdr *)(skb->head + skb->network_header); }
eth_hdr:
  ${inline} struct ethhdr *eth_hdr(const struct sk_buff *skb) { return (struct ethhdr *)(skb->head + skb->mac_header); }
`,
  ),
  declarations(
    'include/linux/fs.h, include/linux/dcache.h',
    `
file_inode:
  ${inline} struct inode *file_inode(const struct file *f) { return f->f_inode; }
file_dentry:
  ${inline} struct dentry *file_dentry(const struct file *f) { return f->f_path.dentry; }
d_inode:
  ${inline} struct inode *d_inode(const struct dentry *dentry) { return dentry->d_inode; }
iminor:
  ${inline} unsigned int iminor(const struct inode *inode) { return inode->i_rdev & 0xfffff; }
imajor:
  ${inline} unsigned int imajor(const struct inode *inode) { return inode->i_rdev >> 20; }
new_encode_dev:
  ${inline} __u32 new_encode_dev(dev_t dev) { return ((dev & 0xff) | ((dev >> 20) << 8) | ((dev & 0xfff00) << 12)); }
old_encode_dev:
  ${inline} __u16 old_encode_dev(dev_t dev) { return ((dev >> 20) << 8) | (dev & 0xfffff); }
`,
  ),
  declarations(
    'include/linux/blkdev.h, include/linux/blk-mq.h',
    `
req_op:
  ${inline} unsigned int req_op(const struct request *req) { return req->cmd_flags & 0xff; }
bio_op:
  ${inline} unsigned int bio_op(const struct bio *bio) { return bio->bi_opf & 0xff; }
blk_rq_pos:
  ${inline} sector_t blk_rq_pos(const struct request *rq) { return rq->__sector; }
blk_rq_bytes:
  ${inline} unsigned int blk_rq_bytes(const struct request *rq) { return rq->__data_len; }
blk_rq_sectors:
  ${inline} unsigned int blk_rq_sectors(const struct request *rq) { return rq->__data_len >> 9; }
op_is_write:
  ${inline} _Bool op_is_write(unsigned int op) { return op & 1; }
`,
  ),
  declarations(
    'include/linux/scatterlist.h',
    `
sg_is_chain:
  ${inline} _Bool sg_is_chain(struct scatterlist *sg) { return sg->page_link & 1; }
sg_is_last:
  ${inline} _Bool sg_is_last(struct scatterlist *sg) { return sg->page_link & 2; }
sg_chain_ptr:
  ${inline} struct scatterlist *sg_chain_ptr(struct scatterlist *sg) { return (struct scatterlist *)(sg->page_link & ~3UL); }
`,
  ),
  declarations(
    'include/linux/list.h, include/linux/atomic/atomic-arch-fallback.h, include/linux/uidgid.h',
    `
list_empty:
  ${inline} int list_empty(const struct list_head *head) { return head->next == head; }
hlist_empty:
  ${inline} int hlist_empty(const struct hlist_head *h) { return !h->first; }
atomic_read:
  ${inline} int atomic_read(const atomic_t *v) { return v->counter; }
atomic64_read:
  ${inline} __s64 atomic64_read(const atomic64_t *v) { return v->counter; }
atomic_long_read:
  ${inline} long atomic_long_read(const atomic_long_t *v) { return v->counter; }
refcount_read:
  ${inline} unsigned int refcount_read(const refcount_t *r) { return r->refs.counter; }
from_kuid:
  ${inline} __u32 from_kuid(const void *ns, kuid_t uid) { return uid.val; }
from_kgid:
  ${inline} __u32 from_kgid(const void *ns, kgid_t gid) { return gid.val; }
task_pid_nr:
  ${inline} int task_pid_nr(struct task_struct *task) { return task->pid; }
task_tgid_nr:
  ${inline} int task_tgid_nr(struct task_struct *task) { return task->tgid; }
`,
  ),
  declarations(
    'include/net/ipv6.h',
    `
ipv6_addr_any:
  ${inline} _Bool ipv6_addr_any(const struct in6_addr *a) {
    return (a->in6_u.u6_addr32[0] | a->in6_u.u6_addr32[1] | a->in6_u.u6_addr32[2] | a->in6_u.u6_addr32[3]) == 0; }
ipv6_addr_v4mapped:
  ${inline} _Bool ipv6_addr_v4mapped(const struct in6_addr *a) {
    return (a->in6_u.u6_addr32[0] | a->in6_u.u6_addr32[1]) == 0 && a->in6_u.u6_addr32[2] == __builtin_bswap32(0x0000ffff); }
`,
  ),
];

/** Types by the kernel's and the C library's names, where BTF lacks them. */
export const typedefs: DeclarationRows = declarations(
  'include/uapi/linux/types.h, include/linux/types.h; C11 7.19, 7.20',
  () =>
    [
      ...[8, 16, 32, 64].flatMap((bits) => {
        const name = { 8: 'char', 16: 'short', 32: 'int', 64: 'long long' }[bits];
        const signed = bits === 8 ? 'signed char' : name;
        const names = (prefix: string): string[] => [`__${prefix}${bits}`, `${prefix}${bits}`];
        return [
          ...names('u').map((type) => [type, `unsigned ${name}`]),
          ...names('s').map((type) => [type, `${signed}`]),
          [`uint${bits}_t`, `unsigned ${bits === 64 ? 'long' : name}`],
          [`int${bits}_t`, bits === 64 ? 'long' : signed],
          [`u_int${bits}_t`, `unsigned ${bits === 64 ? 'long' : name}`],
          [`uint_fast${bits}_t`, `unsigned ${bits === 64 ? 'long' : name}`],
          [`uint_least${bits}_t`, `unsigned ${bits === 64 ? 'long' : name}`],
          ...(bits === 8
            ? []
            : [
                [`__be${bits}`, `unsigned ${name}`],
                [`__le${bits}`, `unsigned ${name}`],
              ]),
        ];
      }),
      ...Object.entries({
        'unsigned long':
          'size_t __kernel_size_t uintptr_t uintmax_t __kernel_ulong_t ino_t ulong u_long sector_t blkcnt_t',
        long: 'ssize_t intptr_t ptrdiff_t intmax_t __kernel_long_t off_t clock_t suseconds_t',
        'long long': 'loff_t time64_t ktime_t __kernel_time64_t __kernel_loff_t',
        int: 'pid_t key_t clockid_t __kernel_pid_t',
        'unsigned int':
          'uid_t gid_t dev_t fmode_t gfp_t uint u_int __wsum __poll_t u_int32 blk_opf_t slab_flags_t nlink_t',
        'unsigned short': 'umode_t sa_family_t __kernel_sa_family_t __sum16 ushort u_short mode_t',
        'unsigned char': 'u_char unchar',
        _Bool: 'bool',
        __builtin_va_list: 'va_list __gnuc_va_list',
      }).flatMap(([type, names]) => names.split(' ').map((name) => [name, type])),
    ]
      .map(([name, type]) => `${name}:\n  typedef ${type} ${name};`)
      .join('\n'),
);

/** include/trace/events/preemptirq.h, for kernels configured without these events. */
const preemptIrq = (event: string): string =>
  `struct tracepoint__preemptirq__${event} { unsigned long long __common; int caller_offs; int parent_offs; };`;

/** Structs of the user-space interface, of modules and of optional events, that a kernel's BTF need not hold. */
export const interfaceTags: DeclarationRows = declarations(
  'include/uapi/linux/time.h, include/trace/events/preemptirq.h, include/linux/nfs_xdr.h (in part); glibc',
  `
timespec:
  struct timespec { long tv_sec; long tv_nsec; };
timeval:
  struct timeval { long tv_sec; long tv_usec; };
itimerspec:
  struct itimerspec { struct timespec it_interval; struct timespec it_value; };
itimerval:
  struct itimerval { struct timeval it_interval; struct timeval it_value; };
tracepoint__preemptirq__irq_disable:
  ${preemptIrq('irq_disable')}
tracepoint__preemptirq__irq_enable:
  ${preemptIrq('irq_enable')}
tracepoint__preemptirq__preempt_disable:
  ${preemptIrq('preempt_disable')}
tracepoint__preemptirq__preempt_enable:
  ${preemptIrq('preempt_enable')}
nfs_open_context:
  struct nfs_open_context { struct dentry *dentry; } __attribute__((preserve_access_index));
nfs_commit_data:
  struct nfs_commit_data { struct inode *inode; struct { __u64 offset; __u32 count; } args; struct nfs_open_context *context; } __attribute__((preserve_access_index));
addrinfo:
  struct addrinfo { int ai_flags; int ai_family; int ai_socktype; int ai_protocol; __u32 ai_addrlen; void *ai_addr; char *ai_canonname; struct addrinfo *ai_next; };
`,
);
