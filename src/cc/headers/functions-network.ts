// Sockets, packets and devices: inline functions of the kernel's headers, in our own words.

import { type FunctionRows, inlineFunctions } from './rows.ts';

export const networkFunctions: readonly FunctionRows[] = [
  inlineFunctions(
    'include/linux/tcp.h, include/net/inet_sock.h, include/linux/ipv6.h, include/net/sock.h',
    `
struct tcp_sock *tcp_sk(const struct sock *sk) { return (struct tcp_sock *)sk; }
struct inet_sock *inet_sk(const struct sock *sk) { return (struct inet_sock *)sk; }
struct inet_connection_sock *inet_csk(const struct sock *sk) { return (struct inet_connection_sock *)sk; }
struct udp_sock *udp_sk(const struct sock *sk) { return (struct udp_sock *)sk; }
struct unix_sock *unix_sk(const struct sock *sk) { return (struct unix_sock *)sk; }
struct inet_request_sock *inet_rsk(const struct request_sock *sk) { return (struct inet_request_sock *)sk; }
struct request_sock *inet_reqsk(const struct sock *sk) { return (struct request_sock *)sk; }
struct inet_timewait_sock *inet_twsk(const struct sock *sk) { return (struct inet_timewait_sock *)sk; }
struct ipv6_pinfo *inet6_sk(const struct sock *sk) { return ((struct inet_sock *)sk)->pinet6; }
struct net *sock_net(const struct sock *sk) { return sk->__sk_common.skc_net.net; }
struct net *read_pnet(const possible_net_t *pnet) { return pnet->net; }
struct net *dev_net(const struct net_device *dev) { return dev->nd_net.net; }
struct inet_timewait_sock *tcp_twsk_base(const struct sock *sk) { return (struct inet_timewait_sock *)sk; }
struct tcp_timewait_sock *tcp_twsk(const struct sock *sk) { return (struct tcp_timewait_sock *)sk; }
struct tcp_request_sock *tcp_rsk(const struct request_sock *req) { return (struct tcp_request_sock *)req; }
struct sock *req_to_sk(struct request_sock *req) { return (struct sock *)req; }
struct raw_sock *raw_sk(const struct sock *sk) { return (struct raw_sock *)sk; }
struct packet_sock *pkt_sk(struct sock *sk) { return (struct packet_sock *)sk; }
struct netlink_sock *nlk_sk(struct sock *sk) { return container_of(sk, struct netlink_sock, sk); }
_Bool sk_fullsock(const struct sock *sk) { return (1 << sk->__sk_common.skc_state) & ~(TCPF_TIME_WAIT | TCPF_NEW_SYN_RECV); }
_Bool sk_listener(const struct sock *sk) { return (1 << sk->__sk_common.skc_state) & (TCPF_LISTEN | TCPF_NEW_SYN_RECV); }
_Bool sk_unhashed(const struct sock *sk) { return !sk->__sk_common.skc_node.pprev; }
_Bool sk_hashed(const struct sock *sk) { return sk->__sk_common.skc_node.pprev != (void *)0; }
_Bool sock_flag(const struct sock *sk, int flag) { return 1 & (sk->__sk_common.skc_flags >> flag); }
_Bool sk_is_tcp(const struct sock *sk) { return sk->sk_type == 1 && sk->sk_protocol == 6; }
_Bool sk_is_udp(const struct sock *sk) { return sk->sk_type == 2 && sk->sk_protocol == 17; }
_Bool sk_is_inet(const struct sock *sk) { return sk->__sk_common.skc_family == 2 || sk->__sk_common.skc_family == 10; }
_Bool sk_acceptq_is_full(const struct sock *sk) { return sk->sk_ack_backlog > sk->sk_max_ack_backlog; }
int sk_wmem_alloc_get(const struct sock *sk) { return sk->sk_wmem_alloc.refs.counter - 1; }
int sk_rmem_alloc_get(const struct sock *sk) { return sk->sk_backlog.rmem_alloc.counter; }
int inet_sk_state_load(const struct sock *sk) { return sk->__sk_common.skc_state; }
int inet_csk_reqsk_queue_len(const struct sock *sk) { return ((const struct inet_connection_sock *)sk)->icsk_accept_queue.qlen.counter; }
void *inet_csk_ca(const struct sock *sk) { return (void *)((struct inet_connection_sock *)sk)->icsk_ca_priv; }
_Bool ipv6_only_sock(const struct sock *sk) { return sk->__sk_common.skc_ipv6only; }
struct socket_wq *sk_sleep(struct sock *sk) { return sk->sk_wq; }
unsigned int tcp_left_out(const struct tcp_sock *tp) { return tp->sacked_out + tp->lost_out; }
unsigned int tcp_packets_in_flight(const struct tcp_sock *tp) { return tp->packets_out - (tp->sacked_out + tp->lost_out) + tp->retrans_out; }
__u32 tcp_snd_cwnd(const struct tcp_sock *tp) { return tp->snd_cwnd; }
_Bool tcp_in_slow_start(const struct tcp_sock *tp) { return tp->snd_cwnd < tp->snd_ssthresh; }
_Bool tcp_in_initial_slowstart(const struct tcp_sock *tp) { return tp->snd_ssthresh >= 0x7fffffff; }
__u32 tcp_wnd_end(const struct tcp_sock *tp) { return tp->snd_una + tp->snd_wnd; }
__u32 tcp_min_rtt(const struct tcp_sock *tp) { return tp->rtt_min.s[0].v; }
_Bool tcp_is_sack(const struct tcp_sock *tp) { return tp->rx_opt.sack_ok; }
_Bool before(__u32 seq1, __u32 seq2) { return (__s32)(seq1 - seq2) < 0; }
_Bool between(__u32 seq1, __u32 seq2, __u32 seq3) { return seq3 - seq2 >= seq1 - seq2; }
`,
  ),
  inlineFunctions(
    'include/linux/skbuff.h, include/linux/tcp.h, include/linux/udp.h, include/linux/ip.h, include/linux/ipv6.h, include/linux/icmp.h',
    `
_Bool skb_rx_queue_recorded(const struct sk_buff *skb) { return skb->queue_mapping != 0; }
__u16 skb_get_rx_queue(const struct sk_buff *skb) { return skb->queue_mapping - 1; }
__u16 skb_get_queue_mapping(const struct sk_buff *skb) { return skb->queue_mapping; }
unsigned int skb_headlen(const struct sk_buff *skb) { return skb->len - skb->data_len; }
unsigned char *skb_transport_header(const struct sk_buff *skb) { return skb->head + skb->transport_header; }
unsigned char *skb_network_header(const struct sk_buff *skb) { return skb->head + skb->network_header; }
unsigned char *skb_mac_header(const struct sk_buff *skb) { return skb->head + skb->mac_header; }
unsigned char *skb_end_pointer(const struct sk_buff *skb) { return skb->head + skb->end; }
struct skb_shared_info *skb_shinfo(const struct sk_buff *skb) { return (struct skb_shared_info *)(skb->head + skb->end); }
struct tcphdr *tcp_hdr(const struct sk_buff *skb) { return (struct tcphdr *)(skb->head + skb->transport_header); }
struct udphdr *udp_hdr(const struct sk_buff *skb) { return (struct udphdr *)(skb->head + skb->transport_header); }
struct icmphdr *icmp_hdr(const struct sk_buff *skb) { return (struct icmphdr *)(skb->head + skb->transport_header); }
struct iphdr *ip_hdr(const struct sk_buff *skb) { return (struct iphdr *)(skb->head + skb->network_header); }
struct ipv6hdr *ipv6_hdr(const struct sk_buff *skb) { return (struct ipv6hdr *)(skb->head + skb->network_header); }
struct ethhdr *eth_hdr(const struct sk_buff *skb) { return (struct ethhdr *)(skb->head + skb->mac_header); }
struct icmp6hdr *icmp6_hdr(const struct sk_buff *skb) { return (struct icmp6hdr *)(skb->head + skb->transport_header); }
struct arphdr *arp_hdr(const struct sk_buff *skb) { return (struct arphdr *)(skb->head + skb->network_header); }
struct iphdr *inner_ip_hdr(const struct sk_buff *skb) { return (struct iphdr *)(skb->head + skb->inner_network_header); }
struct ipv6hdr *inner_ipv6_hdr(const struct sk_buff *skb) { return (struct ipv6hdr *)(skb->head + skb->inner_network_header); }
struct tcphdr *inner_tcp_hdr(const struct sk_buff *skb) { return (struct tcphdr *)(skb->head + skb->inner_transport_header); }
struct udphdr *inner_udp_hdr(const struct sk_buff *skb) { return (struct udphdr *)(skb->head + skb->inner_transport_header); }
struct vlan_ethhdr *vlan_eth_hdr(const struct sk_buff *skb) { return (struct vlan_ethhdr *)(skb->head + skb->mac_header); }
struct vlan_ethhdr *skb_vlan_eth_hdr(const struct sk_buff *skb) { return (struct vlan_ethhdr *)skb->data; }
unsigned int ip_hdrlen(const struct sk_buff *skb) { return ip_hdr(skb)->ihl * 4; }
unsigned int tcp_hdrlen(const struct sk_buff *skb) { return tcp_hdr(skb)->doff * 4; }
unsigned int __tcp_hdrlen(const struct tcphdr *th) { return th->doff * 4; }
unsigned int skb_end_offset(const struct sk_buff *skb) { return skb->end; }
unsigned char *skb_tail_pointer(const struct sk_buff *skb) { return skb->head + skb->tail; }
_Bool skb_is_nonlinear(const struct sk_buff *skb) { return skb->data_len; }
unsigned int skb_headroom(const struct sk_buff *skb) { return skb->data - skb->head; }
int skb_tailroom(const struct sk_buff *skb) { return skb->data_len ? 0 : skb->end - skb->tail; }
int skb_transport_offset(const struct sk_buff *skb) { return skb->head + skb->transport_header - skb->data; }
int skb_network_offset(const struct sk_buff *skb) { return skb->head + skb->network_header - skb->data; }
int skb_mac_offset(const struct sk_buff *skb) { return skb->head + skb->mac_header - skb->data; }
__u32 skb_network_header_len(const struct sk_buff *skb) { return skb->transport_header - skb->network_header; }
__u32 skb_mac_header_len(const struct sk_buff *skb) { return skb->network_header - skb->mac_header; }
int skb_mac_header_was_set(const struct sk_buff *skb) { return skb->mac_header != (__u16)~0U; }
_Bool skb_transport_header_was_set(const struct sk_buff *skb) { return skb->transport_header != (__u16)~0U; }
unsigned char *skb_inner_transport_header(const struct sk_buff *skb) { return skb->head + skb->inner_transport_header; }
unsigned char *skb_inner_network_header(const struct sk_buff *skb) { return skb->head + skb->inner_network_header; }
unsigned char *skb_inner_mac_header(const struct sk_buff *skb) { return skb->head + skb->inner_mac_header; }
_Bool skb_is_gso(const struct sk_buff *skb) { return skb_shinfo(skb)->gso_size; }
int skb_shared(const struct sk_buff *skb) { return skb->users.refs.counter != 1; }
int skb_cloned(const struct sk_buff *skb) { return skb->cloned && (skb_shinfo(skb)->dataref.counter & 0xffff) != 1; }
__u32 skb_get_hash_raw(const struct sk_buff *skb) { return skb->hash; }
ktime_t skb_get_ktime(const struct sk_buff *skb) { return skb->tstamp; }
struct dst_entry *skb_dst(const struct sk_buff *skb) { return (struct dst_entry *)(skb->_skb_refdst & ~1UL); }
struct rtable *skb_rtable(const struct sk_buff *skb) { return (struct rtable *)skb_dst(skb); }
__u32 skb_queue_len(const struct sk_buff_head *list) { return list->qlen; }
int skb_queue_empty(const struct sk_buff_head *list) { return list->next == (const struct sk_buff *)list; }
struct sk_buff *skb_peek(const struct sk_buff_head *list) { struct sk_buff *skb = list->next; return skb == (const struct sk_buff *)list ? (void *)0 : skb; }
`,
  ),
  inlineFunctions(
    'include/linux/netdevice.h, include/net/net_namespace.h, include/net/sch_generic.h, include/net/dst.h',
    `
_Bool netif_running(const struct net_device *dev) { return dev->state & (1UL << __LINK_STATE_START); }
_Bool netif_carrier_ok(const struct net_device *dev) { return !(dev->state & (1UL << __LINK_STATE_NOCARRIER)); }
const char *netdev_name(const struct net_device *dev) { return dev->name; }
struct netdev_queue *netdev_get_tx_queue(const struct net_device *dev, unsigned int index) { return &dev->_tx[index]; }
struct net_device *qdisc_dev(const struct Qdisc *qdisc) { return qdisc->dev_queue->dev; }
int qdisc_qlen(const struct Qdisc *q) { return q->q.qlen; }
int net_eq(const struct net *net1, const struct net *net2) { return net1 == net2; }
struct net *dev_net_rcu(const struct net_device *dev) { return dev->nd_net.net; }
struct net *twsk_net(const struct inet_timewait_sock *twsk) { return twsk->__tw_common.skc_net.net; }
_Bool rt_is_input_route(const struct rtable *rt) { return rt->rt_is_input != 0; }
_Bool rt_is_output_route(const struct rtable *rt) { return rt->rt_is_input == 0; }
`,
  ),
  inlineFunctions(
    'include/net/ipv6.h, include/linux/in.h, include/linux/etherdevice.h, include/net/ip.h',
    `
_Bool ipv6_addr_any(const struct in6_addr *a) {
    return (a->in6_u.u6_addr32[0] | a->in6_u.u6_addr32[1] | a->in6_u.u6_addr32[2] | a->in6_u.u6_addr32[3]) == 0; }
_Bool ipv6_addr_v4mapped(const struct in6_addr *a) {
    return (a->in6_u.u6_addr32[0] | a->in6_u.u6_addr32[1]) == 0 && a->in6_u.u6_addr32[2] == __builtin_bswap32(0x0000ffff); }
_Bool ipv6_addr_equal(const struct in6_addr *a, const struct in6_addr *b) {
  return ((a->in6_u.u6_addr32[0] ^ b->in6_u.u6_addr32[0]) | (a->in6_u.u6_addr32[1] ^ b->in6_u.u6_addr32[1]) |
    (a->in6_u.u6_addr32[2] ^ b->in6_u.u6_addr32[2]) | (a->in6_u.u6_addr32[3] ^ b->in6_u.u6_addr32[3])) == 0; }
_Bool ipv6_addr_loopback(const struct in6_addr *a) {
  return (a->in6_u.u6_addr32[0] | a->in6_u.u6_addr32[1] | a->in6_u.u6_addr32[2] | (a->in6_u.u6_addr32[3] ^ __builtin_bswap32(1))) == 0; }
_Bool ipv6_addr_is_multicast(const struct in6_addr *a) { return (a->in6_u.u6_addr32[0] & __builtin_bswap32(0xff000000)) == __builtin_bswap32(0xff000000); }
_Bool ipv4_is_loopback(__be32 addr) { return (addr & __builtin_bswap32(0xff000000)) == __builtin_bswap32(0x7f000000); }
_Bool ipv4_is_multicast(__be32 addr) { return (addr & __builtin_bswap32(0xf0000000)) == __builtin_bswap32(0xe0000000); }
_Bool ipv4_is_lbcast(__be32 addr) { return addr == 0xffffffff; }
_Bool ipv4_is_zeronet(__be32 addr) { return addr == 0; }
_Bool ipv4_is_private_10(__be32 addr) { return (addr & __builtin_bswap32(0xff000000)) == __builtin_bswap32(0x0a000000); }
_Bool ipv4_is_private_172(__be32 addr) { return (addr & __builtin_bswap32(0xfff00000)) == __builtin_bswap32(0xac100000); }
_Bool ipv4_is_private_192(__be32 addr) { return (addr & __builtin_bswap32(0xffff0000)) == __builtin_bswap32(0xc0a80000); }
_Bool ipv4_is_linklocal_169(__be32 addr) { return (addr & __builtin_bswap32(0xffff0000)) == __builtin_bswap32(0xa9fe0000); }
_Bool ip_is_fragment(const struct iphdr *iph) { return (iph->frag_off & __builtin_bswap16(0x3fff)) != 0; }
_Bool is_zero_ether_addr(const __u8 *addr) { return (addr[0] | addr[1] | addr[2] | addr[3] | addr[4] | addr[5]) == 0; }
_Bool is_multicast_ether_addr(const __u8 *addr) { return addr[0] & 1; }
_Bool is_broadcast_ether_addr(const __u8 *addr) { return (addr[0] & addr[1] & addr[2] & addr[3] & addr[4] & addr[5]) == 0xff; }
_Bool is_local_ether_addr(const __u8 *addr) { return addr[0] & 2; }
_Bool ether_addr_equal(const __u8 *a, const __u8 *b) { return ((a[0] ^ b[0]) | (a[1] ^ b[1]) | (a[2] ^ b[2]) | (a[3] ^ b[3]) | (a[4] ^ b[4]) | (a[5] ^ b[5])) == 0; }
`,
  ),
];
