// Packets through cursor_advance: headers of bcc/proto.h, and the loads of old.
#include <uapi/linux/ptrace.h>
#include <net/sock.h>
#include <bcc/proto.h>
#define IP_TCP 6
#define ETH_HLEN 14

struct flow_t { u32 src; u32 dst; u16 sport; u16 dport; };
BPF_HASH(flows, struct flow_t, u64);
BPF_PERF_OUTPUT(skb_events);

int http_filter(struct __sk_buff *skb) {
  u8 *cursor = 0;
  struct ethernet_t *ethernet = cursor_advance(cursor, sizeof(*ethernet));
  if (!(ethernet->type == 0x0800)) goto DROP;
  struct ip_t *ip = cursor_advance(cursor, sizeof(*ip));
  if (ip->nextp != IP_TCP) goto DROP;
  u32 ip_header_length = ip->hlen << 2;
  if (ip_header_length < sizeof(*ip)) goto DROP;
  void *_ = cursor_advance(cursor, (ip_header_length - sizeof(*ip)));
  struct tcp_t *tcp = cursor_advance(cursor, sizeof(*tcp));
  u32 tcp_header_length = tcp->offset << 2;
  u32 payload_offset = ETH_HLEN + ip_header_length + tcp_header_length;
  u32 payload_length = ip->tlen - ip_header_length - tcp_header_length;
  if (payload_length < 7) goto DROP;
  unsigned long p[7];
  int i = 0;
  for (i = 0; i < 7; i++) p[i] = load_byte(skb, payload_offset + i);
  struct flow_t flow = {.src = ip->src, .dst = ip->dst, .sport = tcp->src_port, .dport = tcp->dst_port};
  flows.increment(flow);
  if (p[0] == 'G' && p[1] == 'E' && p[2] == 'T') goto KEEP;
  return load_half(skb, 12) + load_word(skb, 14) == 0;
KEEP:
  return -1;
DROP:
  return 0;
}

int ipv6_and_vlan(struct __sk_buff *skb) {
  u8 *cursor = 0;
  struct ethernet_t *ethernet = cursor_advance(cursor, sizeof(*ethernet));
  switch (ethernet->type) {
    case 0x8100: {
      struct dot1q_t *tag = cursor_advance(cursor, sizeof(*tag));
      return tag->vlanid;
    }
    case 0x86dd: {
      struct ip6_t *ip6 = cursor_advance(cursor, sizeof(*ip6));
      if (ip6->next_header == 58) {
        struct icmp6_t *icmp = cursor_advance(cursor, sizeof(*icmp));
        return icmp->type;
      }
      if (ip6->next_header == 17) {
        struct udp_t *udp = cursor_advance(cursor, sizeof(*udp));
        if (udp->dport == 4789) {
          struct vxlan_t *vxlan = cursor_advance(cursor, sizeof(*vxlan));
          return vxlan->key;
        }
        return udp->sport;
      }
      return ip6->src_hi > ip6->dst_lo;
    }
    case 0x0806: {
      struct arp_t *arp = cursor_advance(cursor, sizeof(*arp));
      return arp->oper;
    }
  }
  return ethernet->dst == 0xffffffffffffULL;
}
