// SPDX-License-Identifier: GPL-2.0 OR MIT
// An XDP program: drops UDP over IPv4 to one port, counts what it drops, and passes everything else.
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>

#define ETH_P_IP 0x0800

/* The port whose packets are dropped; set before loading. */
const volatile __u16 port = 53;

struct drop {
	__u32 saddr;
	__u16 sport;
	__u16 length;
};

const struct drop *unused_drop __attribute__((unused));

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 64 * 1024);
} drops SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__type(key, __u32);
	__type(value, __u64);
} dropped_from SEC(".maps");

SEC("xdp")
int drop_udp(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = data;
	struct iphdr *ip = (void *)(eth + 1);
	struct udphdr *udp;
	struct drop *drop;
	__u64 one = 1, *count;
	__u32 from;

	if ((void *)(ip + 1) > end || eth->h_proto != bpf_htons(ETH_P_IP) || ip->protocol != IPPROTO_UDP)
		return XDP_PASS;
	udp = (void *)ip + ip->ihl * 4;
	if ((void *)(udp + 1) > end || udp->dest != bpf_htons(port))
		return XDP_PASS;
	from = bpf_ntohl(ip->saddr);
	count = bpf_map_lookup_elem(&dropped_from, &from);
	if (count)
		__sync_fetch_and_add(count, 1);
	else
		bpf_map_update_elem(&dropped_from, &from, &one, BPF_ANY);
	drop = bpf_ringbuf_reserve(&drops, sizeof(*drop), 0);
	if (drop) {
		drop->saddr = from;
		drop->sport = bpf_ntohs(udp->source);
		drop->length = bpf_ntohs(udp->len);
		bpf_ringbuf_submit(drop, 0);
	}
	return XDP_DROP;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
