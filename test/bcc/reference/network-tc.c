// Programs for tc and XDP: direct packet access, header changes, redirection.
#include <uapi/linux/bpf.h>
#include <uapi/linux/pkt_cls.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/if_vlan.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/in.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <bcc/proto.h>

BPF_TABLE("percpu_array", uint32_t, long, dropcnt, 256);
BPF_DEVMAP(devices, 8);
BPF_CPUMAP(cpus, 8);
BPF_XSKMAP(sockets, 4);
BPF_XSKMAP(shared_sockets, 4, "/sys/fs/bpf/tsbpf_xsk");
BPF_XDP_REDIRECT_MAP("devmap", int, devices2, 8);

static inline int parse_ipv4(void *data, u64 nh_off, void *data_end) {
  struct iphdr *iph = data + nh_off;
  if ((void *)&iph[1] > data_end) return 0;
  return iph->protocol;
}
static inline int parse_ipv6(void *data, u64 nh_off, void *data_end) {
  struct ipv6hdr *ip6h = data + nh_off;
  if ((void *)&ip6h[1] > data_end) return 0;
  return ip6h->nexthdr;
}

int xdp_prog1(struct xdp_md *ctx) {
  void *data_end = (void *)(long)ctx->data_end;
  void *data = (void *)(long)ctx->data;
  struct ethhdr *eth = data;
  int rc = XDP_PASS;
  long *value;
  uint16_t h_proto;
  uint64_t nh_off = 0;
  uint32_t index;
  nh_off = sizeof(*eth);
  if (data + nh_off > data_end) return rc;
  h_proto = eth->h_proto;
  #pragma unroll
  for (int i = 0; i < 2; i++) {
    if (h_proto == htons(ETH_P_8021Q) || h_proto == htons(ETH_P_8021AD)) {
      struct vlan_hdr *vhdr;
      vhdr = data + nh_off;
      nh_off += sizeof(struct vlan_hdr);
      if (data + nh_off > data_end) return rc;
      h_proto = vhdr->h_vlan_encapsulated_proto;
    }
  }
  if (h_proto == htons(ETH_P_IP)) index = parse_ipv4(data, nh_off, data_end);
  else if (h_proto == htons(ETH_P_IPV6)) index = parse_ipv6(data, nh_off, data_end);
  else index = 0;
  value = dropcnt.lookup(&index);
  if (value) *value += 1;
  return rc;
}

int xdp_redirect_map(struct xdp_md *ctx) {
  void *data_end = (void *)(long)ctx->data_end;
  void *data = (void *)(long)ctx->data;
  if (data + sizeof(struct ethhdr) > data_end) return XDP_DROP;
  unsigned short *p = data;
  unsigned short dst[3] = {p[0], p[1], p[2]};
  p[0] = p[3]; p[1] = p[4]; p[2] = p[5];
  p[3] = dst[0]; p[4] = dst[1]; p[5] = dst[2];
  if (ctx->rx_queue_index > 3) return cpus.redirect_map(0, 0);
  if (ctx->ingress_ifindex == 9) return sockets.redirect_map(ctx->rx_queue_index, XDP_PASS);
  return devices.redirect_map(0, 0);
}

int tc_change(struct __sk_buff *skb) {
  u8 *cursor = 0;
  struct ethernet_t *ethernet = cursor_advance(cursor, sizeof(*ethernet));
  if (ethernet->type != ETH_P_IP) return TC_ACT_OK;
  struct ip_t *ip = cursor_advance(cursor, sizeof(*ip));
  u32 old = ip->src, fresh = 0x0a000001;
  struct tcp_t *tcp = cursor_advance(cursor, sizeof(*tcp));
  ip->src = fresh;
  incr_cksum_l3(&ip->hchecksum, old, fresh);
  incr_cksum_l4(&tcp->cksum, old, fresh, 1);
  skb->tc_index = 3;
  bpf_skb_vlan_push(skb, ETH_P_8021Q, 5);
  return bpf_redirect(skb->ifindex, 1);
}

int tc_direct(struct __sk_buff *skb) {
  void *data = (void *)(long)skb->data, *data_end = (void *)(long)skb->data_end;
  struct ethhdr *eth = data;
  struct iphdr *ip = data + sizeof(*eth);
  if ((void *)(ip + 1) > data_end) return TC_ACT_SHOT;
  struct tcphdr *tcp = (void *)ip + ip->ihl * 4;
  if ((void *)(tcp + 1) > data_end) return TC_ACT_OK;
  return tcp->syn && !tcp->ack ? TC_ACT_SHOT : TC_ACT_UNSPEC;
}
