// Packets: XDP, traffic control, sockets, control groups, socket lookup and socket options.
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>

#define ETH_P_IP 0x0800
#define ETH_P_IPV6 0x86DD
#define ETH_P_8021Q 0x8100
#define TC_ACT_OK 0
#define TC_ACT_SHOT 2
#define AF_INET 2
#define SOL_SOCKET 1
#define SO_MARK 36
#define ETH_ALEN 6
#define VLAN_MAX_DEPTH 2

#define IPPROTO_ICMPV6 58

struct flow {
	__be32 saddr, daddr;
	__be16 sport, dport;
	__u8 protocol;
} __attribute__((packed));

struct counters {
	__u64 packets, bytes;
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_PERCPU_HASH);
	__uint(max_entries, 4096);
	__type(key, struct flow);
	__type(value, struct counters);
} flows SEC(".maps");

struct lpm_key {
	__u32 prefixlen;
	__be32 address;
};

struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(max_entries, 256);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct lpm_key);
	__type(value, __u32);
} blocked SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_DEVMAP);
	__uint(max_entries, 8);
	__type(key, __u32);
	__type(value, struct bpf_devmap_val);
} ports SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_SOCKMAP);
	__uint(max_entries, 8);
	__type(key, __u32);
	__type(value, __u64);
} sockets SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_SK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct counters);
} per_socket SEC(".maps");

struct hdr_cursor {
	void *pos;
};

struct vlan {
	__be16 tci;
	__be16 proto;
};

static __always_inline int parse_ethernet(struct hdr_cursor *nh, void *data_end, struct ethhdr **eth)
{
	struct ethhdr *header = nh->pos;
	struct vlan *vlan;
	__be16 proto;
	int i;

	if (nh->pos + sizeof(*header) > data_end)
		return -1;
	nh->pos += sizeof(*header);
	*eth = header;
	vlan = nh->pos;
	proto = header->h_proto;
#pragma unroll
	for (i = 0; i < VLAN_MAX_DEPTH; i++) {
		if (proto != bpf_htons(ETH_P_8021Q))
			break;
		if ((void *)(vlan + 1) > data_end)
			break;
		proto = vlan->proto;
		vlan++;
	}
	nh->pos = vlan;
	return proto;
}

static __always_inline __u16 csum_fold(__u32 csum)
{
	csum = (csum & 0xffff) + (csum >> 16);
	csum = (csum & 0xffff) + (csum >> 16);
	return (__u16)~csum;
}

SEC("xdp")
int filter(struct xdp_md *ctx)
{
	void *data_end = (void *)(long)ctx->data_end, *data = (void *)(long)ctx->data;
	struct hdr_cursor nh = { .pos = data };
	struct counters *value, fresh = { 1, data_end - data };
	struct lpm_key key = { .prefixlen = 32 };
	struct flow flow = {};
	struct ethhdr *eth;
	struct iphdr *ip;
	struct ipv6hdr *ip6;
	union { struct tcphdr *tcp; struct udphdr *udp; void *any; } l4;
	__u32 old;
	int type;

	type = parse_ethernet(&nh, data_end, &eth);
	if (type == bpf_htons(ETH_P_IPV6)) {
		ip6 = nh.pos;
		if ((void *)(ip6 + 1) > data_end)
			return XDP_ABORTED;
		return ip6->nexthdr == IPPROTO_ICMPV6 || ip6->hop_limit == 1 ? XDP_PASS : XDP_DROP;
	}
	if (type != bpf_htons(ETH_P_IP))
		return XDP_PASS;
	ip = nh.pos;
	if ((void *)(ip + 1) > data_end || ip->ihl < 5 || ip->version != 4)
		return XDP_DROP;
	key.address = ip->saddr;
	if (bpf_map_lookup_elem(&blocked, &key))
		return XDP_DROP;
	l4.any = (void *)ip + ip->ihl * 4;
	flow.saddr = ip->saddr;
	flow.daddr = ip->daddr;
	flow.protocol = ip->protocol;
	switch (ip->protocol) {
	case IPPROTO_TCP:
		if ((void *)(l4.tcp + 1) > data_end)
			return XDP_DROP;
		if (l4.tcp->syn && l4.tcp->fin)
			return XDP_DROP;
		flow.sport = l4.tcp->source;
		flow.dport = l4.tcp->dest;
		break;
	case IPPROTO_UDP:
		if ((void *)(l4.udp + 1) > data_end)
			return XDP_DROP;
		flow.sport = l4.udp->source;
		flow.dport = l4.udp->dest;
		break;
	}
	value = bpf_map_lookup_elem(&flows, &flow);
	if (value) {
		value->packets++;
		value->bytes += data_end - data;
	} else {
		bpf_map_update_elem(&flows, &flow, &fresh, BPF_ANY);
	}
	if (ip->ttl > 1) {
		old = ip->check;
		ip->ttl--;
		ip->check = csum_fold(~old + bpf_htons(0x0100));
		__builtin_memcpy(eth->h_dest, eth->h_source, ETH_ALEN);
		return bpf_redirect_map(&ports, ctx->ingress_ifindex & 7, XDP_PASS);
	}
	return XDP_PASS;
}

SEC("tc")
int classify(struct __sk_buff *skb)
{
	struct bpf_sock_tuple tuple = {};
	struct bpf_sock *sk;
	struct iphdr ip;
	__u8 ttl;

	if (skb->protocol != bpf_htons(ETH_P_IP))
		return TC_ACT_OK;
	if (bpf_skb_load_bytes(skb, sizeof(struct ethhdr), &ip, sizeof(ip)) < 0)
		return TC_ACT_SHOT;
	tuple.ipv4.saddr = ip.saddr;
	tuple.ipv4.daddr = ip.daddr;
	sk = bpf_sk_lookup_tcp(skb, &tuple, sizeof(tuple.ipv4), BPF_F_CURRENT_NETNS, 0);
	if (sk) {
		skb->mark = sk->mark;
		bpf_sk_release(sk);
	}
	ttl = ip.ttl - 1;
	bpf_l3_csum_replace(skb, sizeof(struct ethhdr) + offsetof(struct iphdr, check), ip.ttl, ttl, 2);
	bpf_skb_store_bytes(skb, sizeof(struct ethhdr) + __builtin_offsetof(struct iphdr, ttl), &ttl, 1, BPF_F_RECOMPUTE_CSUM);
	skb->cb[0] = skb->tstamp >> 32;
	return skb->len > 1500 ? bpf_redirect(skb->ifindex, BPF_F_INGRESS) : TC_ACT_OK;
}

SEC("socket")
int count_udp(struct __sk_buff *skb)
{
	__u8 protocol = 0;

	bpf_skb_load_bytes_relative(skb, offsetof(struct iphdr, protocol), &protocol, 1, BPF_HDR_START_NET);
	return protocol == IPPROTO_UDP ? skb->len : 0;
}

SEC("cgroup_skb/egress")
int egress(struct __sk_buff *skb)
{
	struct bpf_sock *sk = skb->sk;
	struct counters *storage;

	if (!sk)
		return 1;
	sk = bpf_sk_fullsock(sk);
	if (!sk)
		return 1;
	storage = bpf_sk_storage_get(&per_socket, sk, 0, BPF_SK_STORAGE_GET_F_CREATE);
	if (storage)
		__sync_fetch_and_add(&storage->bytes, skb->len);
	return 1;
}

SEC("cgroup/connect4")
int redirect_connect(struct bpf_sock_addr *ctx)
{
	if (ctx->user_family != AF_INET || ctx->user_port != bpf_htons(80))
		return 1;
	ctx->user_ip4 = bpf_htonl(0x7f000001);
	ctx->user_port = bpf_htons(8080);
	return 1;
}

SEC("sockops")
int established(struct bpf_sock_ops *ops)
{
	int mark = 7;
	__u32 key = ops->local_port & 7;

	switch (ops->op) {
	case BPF_SOCK_OPS_ACTIVE_ESTABLISHED_CB:
	case BPF_SOCK_OPS_PASSIVE_ESTABLISHED_CB:
		bpf_setsockopt(ops, SOL_SOCKET, SO_MARK, &mark, sizeof(mark));
		bpf_sock_map_update(ops, &sockets, &key, BPF_NOEXIST);
		bpf_sock_ops_cb_flags_set(ops, BPF_SOCK_OPS_STATE_CB_FLAG | BPF_SOCK_OPS_RTT_CB_FLAG);
		break;
	case BPF_SOCK_OPS_STATE_CB:
		if (ops->args[1] == BPF_TCP_CLOSE)
			bpf_map_delete_elem(&sockets, &key);
		break;
	default:
		ops->reply = -1;
	}
	return 1;
}

SEC("sk_msg")
int verdict(struct sk_msg_md *msg)
{
	void *data = msg->data, *data_end = msg->data_end;
	__u32 key = 0;

	if (data + 8 > data_end)
		return SK_PASS;
	if (((char *)data)[0] == 'x')
		return SK_DROP;
	return bpf_msg_redirect_map(msg, &sockets, key, BPF_F_INGRESS);
}

SEC("sk_lookup")
int select_socket(struct bpf_sk_lookup *ctx)
{
	struct bpf_sock *sk;
	__u32 key = 1;
	int err;

	if (ctx->protocol != IPPROTO_TCP || ctx->local_port != 7)
		return SK_PASS;
	sk = bpf_map_lookup_elem(&sockets, &key);
	if (!sk)
		return SK_DROP;
	err = bpf_sk_assign(ctx, sk, 0);
	bpf_sk_release(sk);
	return err ? SK_DROP : SK_PASS;
}

SEC("cgroup/sysctl")
int sysctl(struct bpf_sysctl *ctx)
{
	char name[32] = {};

	if (ctx->write && bpf_sysctl_get_name(ctx, name, sizeof(name), BPF_F_SYSCTL_BASE_NAME) > 0)
		return __builtin_memcmp(name, "tcp_mem", 8) != 0;
	return 1;
}

SEC("cgroup/dev")
int devices(struct bpf_cgroup_dev_ctx *ctx)
{
	short type = ctx->access_type & 0xFFFF;

	return !(type == 2 && ctx->major == 1 && ctx->minor == 5);
}

char LICENSE[] SEC("license") = "GPL";
