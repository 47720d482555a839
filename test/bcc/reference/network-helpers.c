// Helpers for packets, as programs for tc, XDP, sockets and control groups call them.
#include <uapi/linux/bpf.h>
#include <uapi/linux/pkt_cls.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/in.h>
#include <linux/tcp.h>
#include <bcc/proto.h>
struct remote_t { u32 tunnel_id; u32 ip; };
BPF_PERF_OUTPUT(packets);
BPF_SOCKMAP(sockets, 8);
BPF_PROG_ARRAY(parsers, 4);
BPF_HASH(stats, u32, u64);

int tunnel(struct __sk_buff *skb) {
  struct bpf_tunnel_key key = {}, own = {};
  bpf_skb_get_tunnel_key(skb, &key, offsetof(struct bpf_tunnel_key, remote_ipv6[1]), 0);
  own.tunnel_id = key.tunnel_id;
  bpf_skb_set_tunnel_key(skb, &own, offsetof(struct bpf_tunnel_key, remote_ipv6[1]), 0);
  bpf_clone_redirect(skb, skb->ifindex, 1);
  skb->mark = 5;
  skb->cb[0] = key.tunnel_id;
  u32 length = skb->len;
  stats.increment(length);
  packets.perf_submit_skb(skb, skb->len, &own, sizeof(own));
  parsers.call(skb, 1);
  return TC_ACT_OK;
}
int checksum(struct __sk_buff *skb) {
  u8 bytes[20];
  if (bpf_skb_load_bytes(skb, ETH_HLEN, bytes, sizeof(bytes)) < 0) return TC_ACT_SHOT;
  struct iphdr *ip = (struct iphdr *)bytes;
  u32 old = ip->saddr, fresh = bpf_htonl(0x0a000001);
  bpf_l3_csum_replace(skb, ETH_HLEN + offsetof(struct iphdr, check), old, fresh, sizeof(fresh));
  bpf_l4_csum_replace(skb, ETH_HLEN + 20 + offsetof(struct tcphdr, check), old, fresh, BPF_F_PSEUDO_HDR | sizeof(fresh));
  bpf_skb_store_bytes(skb, ETH_HLEN + offsetof(struct iphdr, saddr), &fresh, sizeof(fresh), 0);
  s64 sum = bpf_csum_diff(&old, 4, &fresh, 4, 0);
  bpf_skb_change_tail(skb, 100, 0);
  bpf_skb_vlan_pop(skb);
  return sum > 0 ? TC_ACT_OK : bpf_redirect(1, 0);
}
int by_cgroup(struct __sk_buff *skb) {
  u64 id = bpf_skb_cgroup_id(skb);
  u32 low = id;
  stats.increment(low);
  return 1;
}
int adjust(struct xdp_md *ctx) {
  if (bpf_xdp_adjust_head(ctx, -14)) return XDP_ABORTED;
  void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
  struct ethhdr *eth = data;
  if (eth + 1 > end) return XDP_DROP;
  __builtin_memset(eth->h_dest, 0xff, ETH_ALEN);
  eth->h_proto = bpf_htons(ETH_P_IP);
  return XDP_TX;
}
int verdict(struct __sk_buff *skb) {
  return sockets.sk_redirect_map(skb, 0, 0);
}
int connecting(struct bpf_sock_addr *ctx) {
  if (ctx->user_ip4 == bpf_htonl(INADDR_LOOPBACK)) ctx->user_port = bpf_htons(8080);
  return 1;
}
